/*
 * Waiting for something another process does: asks again and again until it is so, and says what was awaited when it
 * never is. Tests of one process use virtual time instead.
 */

export interface UntilOptions {
  /** Ends the sentence "waited in vain for …". */
  readonly what: string
  /** Limit in ms. */
  readonly ms?: number
  /** Pause between two questions in ms. */
  readonly every?: number
}

/** The first truthy answer of `ask`; rejects when there is none in time. An error of the last try is told. */
export async function until<T>(
  ask: () => Promise<T> | T,
  { what, ms = 15_000, every = 20 }: UntilOptions,
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
  const limit = performance.now() + ms
  let last: unknown
  for (;;) {
    try {
      last = undefined
      const answer = await ask()
      if (answer) return answer as Exclude<T, undefined | null | false | 0 | ''>
    } catch (error) {
      last = error
    }
    if (performance.now() > limit) {
      throw new Error(`waited ${ms} ms in vain for ${what}${last ? `: ${String(last)}` : ''}`)
    }
    await new Promise((resolve) => setTimeout(resolve, every))
  }
}
