/*
 * Which tone the phone plays, as a function of its state: no lost event can leave it ringing. It makes no sound itself.
 */
import { canAnswer, isLive, type CallId } from '../../common/call'
import type { Tone } from '../../common/contract/engine'
import { isUp } from '../../common/party'
import type { CallView, PhoneState } from '../../common/phone-state'
import { ringToneOf, type RingTone } from '../../common/ring-tones'
import type { Observer } from './observer'

/** The tone that should be heard now; null for silence. */
export function toneFor(state: PhoneState): Tone | null {
  const calls = state.calls.map(({ call }) => call)
  // Somebody listens, so a second caller is only hinted at.
  if (ringing(state)) return calls.some(isUp) ? 'waiting' : 'ring'
  if (calls.some((call) => call.state === 'alerting' && !call.earlyMedia)) return 'ringback'
  return state.calls.some(isLetIn) ? 'auto-answer' : null
}

/** Of the one who rings, or of whoever rang first: the contact's own, or the usual one. */
export const ringFor = (state: PhoneState): RingTone =>
  ringToneOf(ringing(state)?.caller?.ringtone ?? null) ?? state.settings.ringTone

const ringing = (state: PhoneState): CallView | undefined =>
  state.calls.find((view) => canAnswer(view.call) && !view.autoAnswered && !state.silenced.includes(view.call.id))

/** Answered by itself, or about to be. */
const isLetIn = ({ call, autoAnswered }: CallView): boolean => autoAnswered && isLive(call)

export class Ringer implements Observer {
  readonly #setTone: (tone: Tone | null, ring: RingTone | null) => void
  /** Calls whose own tone was begun: it is heard once. */
  #announced: ReadonlySet<CallId> = new Set()
  /** What the engine plays; a fresh engine is silent. */
  #playing: { readonly tone: Tone | null; readonly ring: RingTone | null } = { tone: null, ring: null }

  /** `ring`: which of the ring tones; null with every other tone. */
  constructor(options: { setTone: (tone: Tone | null, ring: RingTone | null) => void }) {
    this.#setTone = options.setTone
  }

  update(now: PhoneState): void {
    if (now.engine !== 'ready') {
      this.#playing = { tone: null, ring: null }
      return
    }
    const wanted = toneFor(now)
    const isNew = this.#announce(now)
    // It goes on for as long as nothing else is to be heard: it ends by itself.
    const isHeard = isNew || this.#playing.tone === 'auto-answer'
    const tone = wanted === 'auto-answer' && !isHeard ? null : wanted
    const ring = tone === 'ring' ? ringFor(now) : null
    if (tone === this.#playing.tone && ring === this.#playing.ring) return
    this.#playing = { tone, ring }
    this.#setTone(tone, ring)
  }

  /** Whether there is somebody who was not announced yet. */
  #announce(now: PhoneState): boolean {
    const letIn = now.calls.filter(isLetIn).map(({ call }) => call.id)
    const isNew = letIn.some((id) => !this.#announced.has(id))
    this.#announced = new Set(letIn)
    return isNew
  }
}
