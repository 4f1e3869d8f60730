/*
 * Matches a text against a user's pattern in time linear in the text, whatever the pattern (Thompson's construction with
 * notes of where groups are): one that would keep a backtracking engine busy for years costs nothing here.
 */
import { programOf } from './pattern-program'
import type { Program, Step } from './pattern-step'

/** Where a match begins and ends, and what its groups hold; `groups[0]` is all of it, undefined took no part. */
export interface PatternMatch {
  readonly from: number
  readonly to: number
  readonly groups: readonly (string | undefined)[]
}

type Slots = readonly (number | undefined)[]

interface Thread {
  readonly at: number
  readonly slots: Slots
}

export class LinearPattern {
  private constructor(private readonly program: Program) {}

  /** The pattern, or in words why it cannot be used. */
  static of(pattern: string): LinearPattern | { readonly problem: string } {
    const program = programOf(pattern)
    return 'problem' in program ? program : new LinearPattern(program)
  }

  /** The leftmost match, greedy where the pattern is; null when there is none. */
  match(text: string): PatternMatch | null {
    const characters = [...text]
    let threads = new Threads(this.program.steps, 0, characters.length)
    let best: Slots | null = null
    for (let position = 0; position <= characters.length; position++) {
      // A match may begin anywhere, but one that began before is preferred.
      if (best === null) threads.follow({ at: 0, slots: [position] })
      const next = new Threads(this.program.steps, position + 1, characters.length)
      const character = characters[position]
      for (const { at, slots } of threads.list) {
        const step = this.program.steps[at]
        if (step?.do === 'match') {
          best = slots
          // Whatever is less preferred than this one has lost.
          break
        }
        if (step?.do === 'one' && character !== undefined && step.fits(character)) next.follow({ at: at + 1, slots })
      }
      threads = next
      if (best !== null && threads.list.length === 0) break
    }
    return best && matchOf(best, characters, this.program.groups)
  }
}

/** Everywhere the program may be before the character at `position`, most preferred first. */
class Threads {
  readonly list: Thread[] = []
  private readonly been = new Set<number>()

  constructor(
    private readonly steps: readonly Step[],
    private readonly position: number,
    private readonly length: number,
  ) {}

  /** Adds every step that is reached from here without taking a character, each once. */
  follow(from: Thread): void {
    const { position, length } = this
    const open: Thread[] = [from]
    for (let thread = open.pop(); thread; thread = open.pop()) {
      const { at, slots } = thread
      const step = this.steps[at]
      if (!step || this.been.has(at)) continue
      this.been.add(at)
      if (step.do === 'jump') open.push({ at: step.to, slots })
      else if (step.do === 'split') open.push({ at: step.second, slots }, { at: step.first, slots })
      else if (step.do === 'save') open.push({ at: at + 1, slots: noted(slots, step.slot, position) })
      else if (step.do === 'start') open.push(...(position === 0 ? [{ at: at + 1, slots }] : []))
      else if (step.do === 'end') open.push(...(position === length ? [{ at: at + 1, slots }] : []))
      else this.list.push({ at, slots: step.do === 'match' ? noted(slots, 1, position) : slots })
    }
  }
}

function noted(slots: Slots, slot: number, position: number): Slots {
  const copy = [...slots]
  copy[slot] = position
  return copy
}

function matchOf(slots: Slots, characters: readonly string[], groups: number): PatternMatch {
  const part = (from: number | undefined, to: number | undefined): string | undefined =>
    from === undefined || to === undefined ? undefined : characters.slice(from, to).join('')
  const lengthTo = (position: number): number => characters.slice(0, position).join('').length
  return {
    from: lengthTo(slots[0] ?? 0),
    to: lengthTo(slots[1] ?? 0),
    groups: Array.from({ length: groups + 1 }, (_, group) => part(slots[group * 2], slots[group * 2 + 1])),
  }
}
