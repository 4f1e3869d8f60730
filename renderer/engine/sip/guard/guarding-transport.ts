/*
 * The one transport between sip.js and a connection: every message in and out passes here and is judged, repaired, limited, counted and
 * remembered. When the connection is lost it says so and stays quiet, the owner decides about reconnecting. It knows transactions and
 * Call-IDs, but no calls and no registrations.
 */
import { EmitterImpl, TransportState, type Transport, type UserAgent } from 'sip.js'
import { FormerBindings } from '../../../../common/former-bindings'
import { takeAsOurs } from './addressed'
import { restoreAliases } from './alias'
import { allowRightly } from './allowed-methods'
import { chooseChallenge } from './challenge'
import { NapWatch } from '../nap'
import { Connection } from './connection'
import { decodeFrame, isKeepAlive } from './frame'
import { Delivery } from './delivery'
import type { GuardEvents } from './guard-events'
import type { GuardingTransportOptions } from './guard-options'
import type { InDialogRequest } from './in-dialog-request'
import type { Passed } from './header-check'
import { sendWithin } from './held-back'
import { Ladder } from './ladder'
import { defaultSupported, inspectMessage } from './message-guard'
import { OwnAnswers } from './own-answers'
import { Pinger, type Pace } from './pinger'
import { readRegister, readSeconds, RegisterAnswers } from './register-answer'
import { replyTo, type ReplyParts } from './reply'
import { createLimiters, type AccountLimiters, type RequestLimiter } from './request-limiter'
import { headerValue, isResponse, parseWire, renderWire, type WireMessage } from '../../../../common/wire-message'

export { ConnectError } from './connection'
export { createLimiters } from './request-limiter'
export type { DialogName } from './own-answers'
export type { GuardEvents } from './guard-events'
export type { GuardingTransportOptions } from './guard-options'

export class GuardingTransport implements Transport {
  readonly protocol: string
  readonly stateChange = new EmitterImpl<TransportState>()
  readonly ladder: Ladder
  onConnect: (() => void) | undefined
  onDisconnect: ((error?: Error) => void) | undefined
  onMessage: ((message: string) => void) | undefined

  readonly #options: GuardingTransportOptions
  readonly #events: GuardEvents
  readonly #limiters: AccountLimiters
  readonly #supported: ReadonlySet<string>
  readonly #pinger: Pinger | null
  readonly #connection: Connection
  readonly #own: OwnAnswers
  readonly #delivery: Delivery
  readonly #registerAnswers = new RegisterAnswers()
  readonly #bindings = new FormerBindings()
  readonly #nap: NapWatch
  #userAgent: UserAgent | null = null

  /** The signature sip.js wants; it passes UserAgentOptions.transportOptions. */
  constructor(_logger: unknown, options: GuardingTransportOptions) {
    this.#options = options
    this.#events = options.events ?? {}
    this.#limiters = options.limiters ?? createLimiters(options.clock)
    this.#supported = options.supported ?? defaultSupported
    this.#nap = new NapWatch(options.clock)
    this.#connection = new Connection(options, {
      onState: (state) => this.stateChange.emit(state),
      onOpen: () => this.#onOpen(),
      onFrame: (data) => this.#onFrame(data),
      onGone: () => this.#onGone(),
      onDown: (reason, error) => this.#onDown(reason, error),
      safely: (what, task) => this.#safely(what, task),
    })
    this.#own = new OwnAnswers(options.clock, {
      reply: (request, status, extra, parts) => this.#answer(request, status, extra, parts),
      note: (note) => this.#note(note),
      onUpdate: (update) => this.#isTaken('onUpdate', update),
      onPrack: (prack) => this.#isTaken('onPrack', prack),
    })
    this.#delivery = new Delivery(options.clock, {
      give: (text) => this.#safely('onMessage', () => this.onMessage?.(text)),
      answer: (request, status) => this.#answer(request, status),
      onLostBye: (bye) => this.#onLostBye(bye),
      onInviteAnswered: (branch) => this.#own.inviteAnswered(branch),
    })
    this.ladder = options.ladder ?? new Ladder(options.clock)
    this.protocol = /^wss:/i.test(options.url) ? 'WSS' : 'WS'
    this.#pinger =
      options.ping === false
        ? null
        : new Pinger({
            clock: options.clock,
            aor: options.aor,
            protocol: this.protocol,
            viaHost: options.viaHost,
            send: (text) => this.#write(text),
            onAlive: (roundTripMs) => this.#tell('onAlive', roundTripMs),
            onMiss: () => this.#tell('onMiss'),
            onDead: () => this.drop('silent'),
          })
  }

  get state(): TransportState {
    return this.#connection.state
  }

  isConnected(): boolean {
    return this.state === TransportState.Connected
  }

  /** Gives the guard sight of the dialogs, so that it can answer what belongs to one. Call once, after `new UserAgent`. */
  attach(userAgent: UserAgent): void {
    this.#userAgent = userAgent
    this.#own.attach(userAgent)
  }

  /** `busy` while any call rings or is up: the connection is proven every 5 s instead of 25. */
  setPace(pace: Pace): void {
    this.#pinger?.setPace(pace)
  }

  /** Proves the connection now; `onAlive` or, within 6 s, `onLost` follows. */
  probe(): void {
    this.#pinger?.probe()
  }

  /** The sound of a call stopped: proves it within 1 s, or 2 s where the first question is lost, or loses it. */
  probeKeenly(): void {
    this.#pinger?.probeKeenly()
  }

  /** The network changed: proves within 0.7 s that the connection outlived it, or loses it. */
  probeUrgently(): void {
    this.#pinger?.probeUrgently()
  }

  /** ms until the connection is proven again when nothing happens; null: it is not. */
  get nextProofInMs(): number | null {
    return this.#pinger?.nextInMs ?? null
  }

  /** True for a Call-ID that a caller chose: no credentials are given away in such a dialog. */
  isPeerDialog(callId: string): boolean {
    return this.#own.isPeerDialog(callId)
  }

  /** Counts the connections made so far: the same number means the same connection. */
  get generation(): number {
    return this.#connection.generation
  }

  /** Always settles: resolves when the socket is open, rejects with ConnectError when it closes, is refused or takes too long. */
  connect(): Promise<void> {
    return this.#connection.connect()
  }

  /** Closes at once; a peer that never confirms the close is not waited for. */
  disconnect(): Promise<void> {
    this.#connection.disconnect()
    return Promise.resolve()
  }

  dispose(): Promise<void> {
    return this.disconnect()
  }

  /** Abandons a socket believed dead: the state is Disconnected when this returns. */
  drop(reason: string): void {
    this.#connection.drop(reason)
  }

  send(text: string): Promise<void> {
    if (!this.isConnected()) return Promise.reject(new Error('Not connected.'))
    const parsed = parseWire(text)
    if (!parsed.ok) return this.#write(text) ? Promise.resolve() : Promise.reject(new Error('Send failed.'))
    const { message } = parsed
    allowRightly(message)
    if (message.start.startsWith('REGISTER ')) this.#bindings.takeBack(message)
    const wire = message.changed ? renderWire(message) : text
    if (isResponse(message)) {
      if (!this.#delivery.admits(message)) return Promise.resolve()
    } else {
      const method = message.start.slice(0, message.start.indexOf(' '))
      if (method === 'REGISTER') return this.#sendLimited(wire, message, this.#limiters.register)
      if (method === 'SUBSCRIBE') {
        const key = `${message.start} ${headerValue(message, 'event')}`
        return this.#sendLimited(wire, message, this.#limiters.subscribe.at(key))
      }
    }
    return this.#write(wire) ? Promise.resolve() : Promise.reject(new Error('Send failed.'))
  }

  #onOpen(): void {
    this.#nap.awake()
    this.#bindings.moved()
    this.#pinger?.start()
    this.#safely('onConnect', () => this.onConnect?.())
  }

  #onGone(): void {
    this.#pinger?.stop()
    this.#delivery.clear()
  }

  #onDown(reason: string, error: Error | null): void {
    this.#safely('onDisconnect', () => (error ? this.onDisconnect?.(error) : this.onDisconnect?.()))
    if (error) this.#tell('onLost', reason)
  }

  #onFrame(data: unknown): void {
    // What was said to a sleeping computer is over by now, a call that nobody cancels any more among it. Whoever still means it says it again.
    if (this.#nap.slept) return this.drop('slept')
    this.#nap.awake()
    this.#pinger?.heard()
    const text = decodeFrame(data)
    if (text === null) return this.#note('dropped too-large')
    if (isKeepAlive(text)) {
      // RFC 5626 section 3.5.1: two CRLF are a ping, one is its answer.
      if (text === '\r\n\r\n') this.#write('\r\n')
      else this.#pinger?.takesPong()
      return
    }
    const verdict = inspectMessage(text, { supported: this.#supported })
    if (verdict.act === 'pass') return this.#onPassed(verdict, text)
    this.ladder.record('in', text, verdict.act === 'answer' ? `answered ${verdict.note}` : `dropped ${verdict.note}`)
    this.#note(verdict.act === 'answer' ? `answered ${verdict.note}` : `dropped ${verdict.note}`)
    if (verdict.act === 'answer') this.#write(verdict.reply)
  }

  #onPassed(passed: Passed, original: string): void {
    if (passed.status > 0 && this.#pinger?.takes(passed.callId)) return
    if (passed.status === 0 && this.#userAgent !== null) takeAsOurs(passed, this.#userAgent)
    if (passed.status > 0) this.#onResponseIn(passed)
    else if (this.#own.answer(passed)) return this.ladder.record('in', original, 'answered by the guard')
    this.ladder.record('in', original, passed.message.changed ? 'repaired' : '')
    this.#delivery.deliver(passed, passed.message.changed ? renderWire(passed.message) : original)
  }

  #onResponseIn(passed: Passed): void {
    const { message, status, method } = passed
    if (status === 401 || status === 407) chooseChallenge(message)
    if (method === 'REGISTER') {
      this.#bindings.answered(status, message)
      const facts = this.#registerAnswers.normalise(passed)
      if (facts && [401, 407, 423].includes(facts.status)) this.#limiters.register.challenged()
      if (facts) this.#tell('onRegisterAnswer', facts)
    }
    if (method === 'SUBSCRIBE' && status >= 300 && status !== 401 && status !== 407)
      this.#tell('onSubscribeRefused', readSeconds(headerValue(message, 'retry-after')))
  }

  #answer(request: WireMessage, status: number, extra: readonly string[] = [], parts: ReplyParts = {}): void {
    const reply = replyTo(request, status, extra, parts)
    if (reply !== null) this.#write(reply)
  }

  #onLostBye({ callId, toTag, fromTag }: Passed): void {
    this.#note('answered 200 a BYE sip.js left open')
    this.#tell('onUnansweredBye', { callId, localTag: toTag, remoteTag: fromTag })
  }

  #sendLimited(text: string, message: WireMessage, limiter: RequestLimiter): Promise<void> {
    const { generation } = this
    return sendWithin(limiter, message, {
      clock: this.#options.clock,
      send: () => {
        if (limiter === this.#limiters.register) this.#noteRegister(message)
        return this.#write(text)
      },
      deliver: (reply) => this.#safely('onMessage', () => this.onMessage?.(reply)),
      isCurrent: () => this.isConnected() && generation === this.generation,
      note: (note) => this.#note(note),
    })
  }

  #noteRegister(message: WireMessage): void {
    const sequence = Number.parseInt(headerValue(message, 'cseq') ?? '0', 10)
    this.#registerAnswers.asked(readRegister(message, headerValue(message, 'call-id') ?? '', sequence))
  }

  #write(text: string): boolean {
    if (!this.isConnected()) return false
    const wire = restoreAliases(text)
    if (wire.length > 4) this.ladder.record('out', wire)
    return this.#connection.write(wire)
  }

  #tell<K extends keyof GuardEvents>(event: K, ...args: Parameters<NonNullable<GuardEvents[K]>>): void {
    const handler = this.#events[event] as ((...args: unknown[]) => void) | undefined
    if (handler) this.#safely(event, () => handler.apply(this.#events, args))
  }

  #note(note: string): void {
    this.#tell('onNote', note)
  }

  /** Runs foreign code. True when it did not throw. */
  #isTaken(event: 'onUpdate' | 'onPrack', request: InDialogRequest): boolean {
    let taken = false
    this.#safely(event, () => (taken = this.#events[event]?.(request) ?? false))
    return taken
  }

  #safely(what: string, task: () => void): boolean {
    try {
      task()
      return true
    } catch (error) {
      if (what !== 'onNote') this.#note(`${what} threw ${error instanceof Error ? error.name : 'something'}`)
      return false
    }
  }
}
