/*
 * Asks for the user's eyes without taking the focus: the task bar or dock calls while a call rings, a badge counts what
 * was missed. How a platform does that is the effects' business.
 */
import { canAnswer } from '../../common/call'
import type { PhoneState } from '../../common/phone-state'
import type { Observer } from './observer'

/** Of all calls, also those that are no longer shown. */
export const missedCount = ({ missed }: PhoneState): number => missed

export interface AttentionEffects {
  /** Flash the window's task bar entry, bounce in the dock; until told otherwise. */
  setUrgent(urgent: boolean): void
  /** 0: no badge. */
  setBadge(count: number): void
}

export class Attention implements Observer {
  readonly #effects: AttentionEffects
  #urgent = false
  #badge = 0

  constructor(options: { effects: AttentionEffects }) {
    this.#effects = options.effects
  }

  update(now: PhoneState): void {
    const urgent = now.calls.some(({ call }) => canAnswer(call) && !now.silenced.includes(call.id))
    if (urgent !== this.#urgent) {
      this.#urgent = urgent
      this.#effects.setUrgent(urgent)
    }
    const badge = missedCount(now)
    if (badge !== this.#badge) {
      this.#badge = badge
      this.#effects.setBadge(badge)
    }
  }
}
