/*
 * What programs of `linear-pattern.ts` are made of, and the classes of characters that have a letter. Pure.
 */

/** One step. `one`: takes a character. `split`: both ways, `first` preferred. `save`: notes where a group begins or ends. */
export type Step =
  | { readonly do: 'one'; readonly fits: (character: string) => boolean }
  | { readonly do: 'split'; first: number; second: number }
  | { readonly do: 'jump'; to: number }
  | { readonly do: 'save'; readonly slot: number }
  | { readonly do: 'start' }
  | { readonly do: 'end' }
  | { readonly do: 'match' }

export interface Program {
  readonly steps: readonly Step[]
  /** Groups in the pattern, the whole match not counted. */
  readonly groups: number
}

const digit = (one: string): boolean => one >= '0' && one <= '9'
const word = (one: string): boolean => /^\w$/.test(one)
const space = (one: string): boolean => /^\s$/.test(one)
const not =
  (fits: (one: string) => boolean) =>
  (one: string): boolean =>
    !fits(one)

/** `\\d` and its like. */
export const classes: Readonly<Record<string, (one: string) => boolean>> = {
  d: digit,
  D: not(digit),
  w: word,
  W: not(word),
  s: space,
  S: not(space),
}

/** The step for a place `by` further on; what it points to before `from` stays. */
export function shifted(step: Step, by: number, from: number): Step {
  const moved = (to: number): number => (to >= from ? to + by : to)
  if (step.do === 'jump') return { do: 'jump', to: moved(step.to) }
  if (step.do === 'split') return { do: 'split', first: moved(step.first), second: moved(step.second) }
  return step
}
