/*
 * Digits that follow a dialled number: after `,` they are sent once the call is connected, each comma two seconds of
 * pause; after `;` they wait for the user's word (CXPlayDTMFCallAction's soft and hard pause). They may be a PIN: they
 * live in this memory only, and no log and no list of calls ever sees them.
 */
import type { Call, CallId } from '../../common/call'
import { refused } from '../../common/errors'
import { splitNumber } from '../../common/numbers/written-number'
import type { Registry } from './registry'
import type { Requests } from './requests'
import type { Switchboard } from './switchboard'
import { settled } from './requests'
import type { Originator, Requested } from './verbs'

export interface DialString {
  /** What is dialled. */
  readonly target: string
  /** What follows once connected: 0-9 A-D * # `,` `;`, empty for nothing. */
  readonly digits: string
}

/** A pause, and then nothing but digits, pauses and what people put between them. */
const tail = /^([^,;]*?)\s*([,;][\s\p{Cf}0-9A-D*#,;.()/-]*)$/iu

/** Parameters of an address (`;transport=ws`) are no digits and stay where they are. */
export function splitDialString(text: string): DialString {
  // An extension as address books have it: +1 415 555 2671 ext. 12.
  const book = splitNumber(text)
  const [, target = '', rest = ''] = tail.exec(book ? book.number + book.rest : text) ?? []
  if (target.trim() === '') return { target: text, digits: '' }
  const digits = rest.replace(/[^0-9A-D*#,;]/gi, '').toUpperCase()
  return { target, digits: /[^,;]/.test(digits) ? digits : '' }
}

export interface PostDialOptions {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly requests: Requests
}

interface Rest {
  /** What stands between the hard pauses, the next first; none is without a digit. */
  segments: readonly string[]
  readonly by: Originator
  /** The first segment waits for the user. */
  asks: boolean
}

export class PostDial {
  private readonly rests = new Map<CallId, Rest>()

  constructor(private readonly options: PostDialOptions) {
    options.registry.observe((now, before) => this.update(now, before))
  }

  /** Keeps `digits`, as `splitDialString` gave them, until the call is connected. */
  remember(callId: CallId, digits: string, by: Originator): void {
    const [first = '', ...more] = digits.split(';')
    const segments = [first, ...more].filter((segment) => /[^,]/.test(segment))
    if (segments.length > 0) this.rests.set(callId, { segments, by, asks: !/[^,]/.test(first) })
  }

  forget(callId: CallId): void {
    this.rests.delete(callId)
  }

  /** The user's word: the next digits are sent, or all are forgotten. */
  async continue(callId: CallId, send: boolean, by: Originator): Promise<Requested> {
    const rest = this.rests.get(callId)
    const call = this.options.requests.find(callId)
    if (!call) return refused('unknown-call')
    if (!rest?.asks) return refused('invalid-action')
    if (send) return this.play(callId, rest, 'hardPause', by)
    this.rests.delete(callId)
    this.show(callId, 0)
    return settled()
  }

  private update(now: readonly Call[], before: readonly Call[]): void {
    for (const [callId, rest] of [...this.rests]) {
      const call = now.find(({ id }) => id === callId)
      const old = before.find(({ id }) => id === callId)
      if (old && (!call || call.state === 'ending' || call.state === 'ended')) this.rests.delete(callId)
      const connected = call?.state === 'active' && old?.state !== 'active' && old?.state !== 'held'
      if (!connected) continue
      if (rest.asks) this.ask(callId, rest)
      else void this.play(callId, rest, 'softPause', rest.by)
    }
  }

  private async play(callId: CallId, rest: Rest, type: 'softPause' | 'hardPause', by: Originator): Promise<Requested> {
    const [digits = '', ...later] = rest.segments
    const { segments } = rest
    // Taken at once: a second word while the first is being carried out sends nothing twice.
    rest.segments = later
    rest.asks = false
    const requested = await this.options.requests.ask([{ kind: 'playDtmf', callId, digits, type }], by)
    const sent = requested.ok ? requested.completed : Promise.resolve(requested)
    void sent.then((result) => {
      if (this.rests.get(callId) !== rest) return
      // What could not be sent now, because the call is held or the engine said no, may be sent later.
      if (!result.ok) rest.segments = segments
      if (rest.segments.length > 0) this.ask(callId, rest)
      else {
        this.rests.delete(callId)
        this.show(callId, 0)
      }
    })
    return requested
  }

  private ask(callId: CallId, rest: Rest): void {
    rest.asks = true
    this.show(callId, rest.segments[0]?.replaceAll(',', '').length ?? 0)
  }

  private show(callId: CallId, count: number): void {
    const { registry, switchboard } = this.options
    switchboard.run(() => registry.apply(callId, { type: 'digitsWaiting', count }))
  }
}
