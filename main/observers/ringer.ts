/*
 * Which tone the phone plays, as a function of its state: no lost event can leave it ringing. It makes no sound itself.
 */
import { canAnswer } from '../../common/call'
import type { Tone } from '../../common/contract/engine'
import { isUp } from '../../common/party'
import type { PhoneState } from '../../common/phone-state'
import type { Observer } from './observer'

/** The tone that should be heard now; null for silence. */
export function toneFor(state: PhoneState): Tone | null {
  const calls = state.calls.map(({ call }) => call)
  const rings = calls.some((call) => canAnswer(call) && !state.silenced.includes(call.id))
  // Somebody listens, so a second caller is only hinted at.
  if (rings) return calls.some(isUp) ? 'waiting' : 'ring'
  return calls.some((call) => call.state === 'alerting' && !call.earlyMedia) ? 'ringback' : null
}

export class Ringer implements Observer {
  readonly #setTone: (tone: Tone | null) => void
  /** What the engine plays; a fresh engine is silent. */
  #playing: Tone | null = null

  constructor(options: { setTone: (tone: Tone | null) => void }) {
    this.#setTone = options.setTone
  }

  update(now: PhoneState): void {
    if (now.engine !== 'ready') {
      this.#playing = null
      return
    }
    const tone = toneFor(now)
    if (tone === this.#playing) return
    this.#playing = tone
    this.#setTone(tone)
  }
}
