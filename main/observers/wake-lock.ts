/*
 * Keeps the computer from falling asleep while a call lives. How is the effect's business.
 */
import { isLive } from '../../common/call'
import type { PhoneState } from '../../common/phone-state'
import type { Observer } from './observer'

export class WakeLock implements Observer {
  readonly #setAwake: (awake: boolean) => void
  #awake = false

  constructor(options: { setAwake: (awake: boolean) => void }) {
    this.#setAwake = options.setAwake
  }

  update(now: PhoneState): void {
    const awake = now.calls.some(({ call }) => isLive(call))
    if (awake === this.#awake) return
    this.#awake = awake
    this.#setAwake(awake)
  }
}
