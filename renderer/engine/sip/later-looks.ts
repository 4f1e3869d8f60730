/*
 * A network changes in steps, its addresses before its routes: what lives at first is looked at again, and once more. It knows no connection.
 */
import type { Clock, Timer } from '../../../common/clock'

/** So long after, ms. */
const after = [1_500, 4_000]

export class LaterLooks {
  readonly #timers = new Set<Timer>()

  constructor(
    private readonly clock: Clock,
    private readonly look: () => void,
  ) {}

  /** The network changed now; looks for a change before are not waited for any more. */
  begin(): void {
    this.cancel()
    for (const ms of after) {
      const timer = this.clock.setTimeout(() => {
        this.#timers.delete(timer)
        this.look()
      }, ms)
      this.#timers.add(timer)
    }
  }

  cancel(): void {
    for (const timer of this.#timers) this.clock.clearTimeout(timer)
    this.#timers.clear()
  }
}
