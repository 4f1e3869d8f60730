/*
 * All observers as one. They are told after whoever changed the state is done, so that a caller hears "ringing" before the
 * computer reacts, and one that fails keeps none of the others from knowing.
 */
import type { Log } from '../../common/log'
import type { PhoneState } from '../../common/phone-state'
import type { Observer } from './observer'

export class Observers implements Observer {
  constructor(
    private readonly list: readonly Observer[],
    private readonly log: Log,
  ) {}

  update(now: PhoneState, before: PhoneState): void {
    setImmediate(() => {
      for (const observer of this.list) {
        try {
          observer.update(now, before)
        } catch (error) {
          this.log.error(`observer: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        }
      }
    })
  }
}
