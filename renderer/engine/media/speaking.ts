/*
 * Who of several is speaking, from how loud each is: begins at once, ends only after a pause that is longer than those between words.
 * Pure but for the clock; it measures nothing itself.
 */
import type { Clock } from '../../../common/clock'

/** dBFS over a sixth of a second. Speech arrives at -35 to -20, comfort noise and a quiet room below -55. */
const beginsAt = -45
const lastsAbove = -50
/** Pauses within a sentence are shorter, ms. */
const pauseMs = 800

export class Speaking<Party> {
  /** When each who is speaking was last loud enough, ms of the clock. */
  readonly #heardAt = new Map<Party, number>()

  constructor(private readonly clock: Clock) {}

  /** `levels`: dBFS of everyone there is; who is missing is silent. Gives those who are speaking when that has changed, else null. */
  update(levels: ReadonlyMap<Party, number>): readonly Party[] | null {
    const now = this.clock.now()
    let changed = false
    for (const [party, level] of levels) {
      const speaks = this.#heardAt.has(party)
      if (level <= (speaks ? lastsAbove : beginsAt)) continue
      changed ||= !speaks
      this.#heardAt.set(party, now)
    }
    for (const [party, at] of [...this.#heardAt]) {
      if (levels.has(party) && now - at < pauseMs) continue
      this.#heardAt.delete(party)
      changed = true
    }
    return changed ? [...this.#heardAt.keys()] : null
  }
}
