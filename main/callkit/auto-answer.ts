/*
 * Answers calls by itself when their caller asks for it and is allowed to: by an answer action like any other's. A tone is heard first, so that nobody
 * is listened to without knowing; a call never pushes another one aside. Who is allowed is decided elsewhere.
 */
import { canAnswer, canEnd, type Call, type CallId } from '../../common/call'
import type { Clock, Timer } from '../../common/clock'
import type { Log } from '../../common/log'
import { Action } from './action'
import type { CallController } from './controller'
import type { Registry } from './registry'
import type { Switchboard } from './switchboard'

/** What the policy needs. */
export interface AutoAnswerOptions {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly clock: Clock
  readonly log: Log
  /** How long this call is to ring before, s; null: it is answered by somebody or not at all. Asked when it begins, and again at the end. */
  readonly ringsFor: (call: Call) => number | null
  /** `has` says something else of this call now. */
  readonly onChange: (callId: CallId) => void
}

/** Between the tone and the microphone, ms: two beeps, also where sound takes half a second to begin. */
const warningMs = 1_000

/** Answers by itself what is allowed to ask for it. */
export class AutoAnswer {
  /** Calls that ring and will be answered. */
  private readonly waiting = new Map<CallId, Timer>()
  /** Calls that are about to be answered by it, or were. */
  private readonly answered = new Set<CallId>()
  /** Of those, the ones whose answer was asked for. */
  private readonly asked = new Set<CallId>()

  constructor(private readonly options: AutoAnswerOptions) {
    options.registry.observe((now, before) => this.update(now, before))
  }

  /** It was answered by itself, or is about to be: the tone is heard. True as long as the call is known. */
  has(callId: CallId): boolean {
    return this.answered.has(callId)
  }

  /** Its user wants something else of this call. */
  leave(callId: CallId): void {
    this.stop(callId)
    if (!this.asked.has(callId)) this.set(callId, false)
  }

  private update(now: readonly Call[], before: readonly Call[]): void {
    for (const call of now) {
      if (before.some(({ id }) => id === call.id)) {
        // Somebody was faster.
        if (!canAnswer(call)) this.leave(call.id)
        continue
      }
      const seconds = this.allowed(call)
      // At once is at once: the phone is not to ring for a moment.
      if (seconds === 0) this.warn(call.id)
      else if (seconds !== null) this.after(call.id, seconds * 1_000, () => this.warn(call.id))
    }
    for (const { id } of before) {
      if (now.some((call) => call.id === id)) continue
      this.stop(id)
      this.answered.delete(id)
      this.asked.delete(id)
    }
  }

  private warn(callId: CallId): void {
    if (!this.isAllowed(callId)) return
    this.set(callId, true)
    this.after(callId, warningMs, () => void this.answer(callId))
  }

  private async answer(callId: CallId): Promise<void> {
    const { controller, clock, log } = this.options
    if (!this.isAllowed(callId)) return this.set(callId, false)
    log.info(`call ${callId}: answered by itself, as its caller asked and the settings allow`)
    this.asked.add(callId)
    const accepted = await controller.requestActions([new Action({ kind: 'answer', callId }, clock)], 'auto-answer')
    if (accepted.ok) return
    this.asked.delete(callId)
    this.set(callId, false)
  }

  private isAllowed(callId: CallId): boolean {
    const call = this.options.registry.find(callId)
    return call !== undefined && this.allowed(call) !== null
  }

  /** It rings, nobody answers it, and nothing else is up that it would push aside or that rings for attention. */
  private allowed(call: Call): number | null {
    const { registry, switchboard, ringsFor } = this.options
    if (!canAnswer(call) || switchboard.pendingActions('answer', call.id).length > 0) return null
    const others = registry.live().filter(({ id }) => id !== call.id)
    return others.some(canEnd) ? null : ringsFor(call)
  }

  private set(callId: CallId, answered: boolean): void {
    if (this.answered.has(callId) === answered) return
    if (answered) this.answered.add(callId)
    else this.answered.delete(callId)
    this.options.onChange(callId)
  }

  private after(callId: CallId, ms: number, task: () => void): void {
    this.stop(callId)
    const timer = this.options.clock.setTimeout(() => {
      this.waiting.delete(callId)
      task()
    }, ms)
    this.waiting.set(callId, timer)
  }

  private stop(callId: CallId): void {
    const timer = this.waiting.get(callId)
    if (timer === undefined) return
    this.options.clock.clearTimeout(timer)
    this.waiting.delete(callId)
  }
}
