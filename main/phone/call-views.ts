/*
 * How the calls look to windows and observers: each with the quality of its sound, whether its far end speaks, and whether
 * the user silenced its ringing. None of that is the registry's, and none of it decides anything about a call.
 */
import { canAnswer, isLive, type Call, type CallId } from '../../common/call'
import type { Diagnosis } from '../../common/diagnosis'
import { noMedia, type MediaQuality } from '../../common/media'
import type { AutoAnswer } from '../callkit/auto-answer'
import type { Registry } from '../callkit/registry'
import type { PhoneStore } from '../phone-store'
import type { Policy } from './policy'

export class CallViews {
  private readonly quality = new Map<CallId, MediaQuality>()
  private readonly diagnoses = new Map<CallId, Diagnosis>()
  private speaking: ReadonlySet<CallId> = new Set()

  constructor(
    private readonly registry: Registry,
    private readonly store: PhoneStore,
    private readonly policy: Pick<Policy, 'callers' | 'privateCalls' | 'offers'>,
    private readonly autoAnswer: Pick<AutoAnswer, 'has' | 'leave'>,
  ) {
    registry.observe((calls) => this.show(calls))
  }

  measured(callId: CallId, quality: MediaQuality): void {
    const call = this.registry.find(callId)
    if (!call || !isLive(call)) return
    this.quality.set(callId, quality)
    this.show(this.registry.calls)
  }

  /** Why it is not heard, or newer numbers of that; null: nothing is wrong (any more). `at`: wall-clock ms. */
  diagnosed(callId: CallId, diagnosis: Omit<Diagnosis, 'since'> | null, at: number): void {
    const call = this.registry.find(callId)
    if (!call || !isLive(call)) return
    if (diagnosis === null) this.diagnoses.delete(callId)
    else {
      const known = this.diagnoses.get(callId)
      this.diagnoses.set(callId, { ...diagnosis, since: known?.trouble === diagnosis.trouble ? known.since : at })
    }
    this.show(this.registry.calls)
  }

  heard(callIds: readonly CallId[]): void {
    this.speaking = new Set(callIds)
    this.show(this.registry.calls)
  }

  /** Something besides the calls has changed. */
  refresh(): void {
    this.show(this.registry.calls)
  }

  /** Makes no sound for this call any more, should it still ring. */
  silence(callId: CallId): void {
    const { silenced } = this.store.current
    const call = this.registry.find(callId)
    // Whoever does not want to hear it does not want it answered either.
    this.autoAnswer.leave(callId)
    if (call && canAnswer(call)) this.store.put({ silenced: [...new Set([...silenced, callId])] })
  }

  private show(calls: readonly Call[]): void {
    const { callers, privateCalls, offers } = this.policy
    const { silenced } = this.store.current
    for (const known of [this.quality, this.diagnoses])
      for (const id of [...known.keys()]) if (!calls.some((call) => call.id === id)) known.delete(id)
    this.store.put({
      calls: calls.map((call) => ({
        call,
        media: this.quality.get(call.id) ?? noMedia,
        speaking: isLive(call) && this.speaking.has(call.id),
        caller: callers.callerOf(call.id),
        private: privateCalls.has(call.id),
        diverted: offers.divertedOf(call.id),
        autoAnswered: this.autoAnswer.has(call.id),
        // What it was like is no comfort once it is over.
        diagnosis: isLive(call) ? (this.diagnoses.get(call.id) ?? null) : null,
      })),
      silenced: calls
        .filter((call) => canAnswer(call) && (silenced.includes(call.id) || callers.isSilent(call.id)))
        .map(({ id }) => id),
    })
  }
}
