/*
 * Which tone the phone plays, as a function of its state: no lost event can leave it ringing. It makes no sound itself.
 */
import { type Call, canAnswer } from '../../common/call'
import type { Tone } from '../../common/contract/engine'
import type { PhoneState } from '../../common/phone-state'
import type { Observer } from './observer'

/** The tone that should be heard now; null for silence. */
export function toneFor(state: PhoneState): Tone | null {
  const calls = state.calls.map(({ call }) => call)
  const rings = calls.some((call) => canAnswer(call) && !state.silenced.includes(call.id))
  if (rings) return calls.some(hasEar) ? 'waiting' : 'ring'
  return calls.some((call) => call.state === 'alerting' && !call.earlyMedia) ? 'ringback' : null
}

/** Somebody listens to this call, so a second caller is only hinted at. */
function hasEar(call: Call): boolean {
  switch (call.state) {
    case 'dialing':
    case 'alerting':
    case 'connecting':
    case 'active':
    case 'held':
      return true
    case 'incoming':
    case 'ending':
    case 'ended':
      return false
  }
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
