/*
 * The one transport between sip.js and a socket: every message in and out passes here and is judged, repaired, limited, counted and
 * remembered. It owns one socket at a time (a generation); when that is lost it says so and stays quiet, the owner decides about
 * reconnecting. It knows transactions and Call-IDs, but no calls and no registrations.
 */
import { EmitterImpl, TransportState, type Transport, type UserAgent } from 'sip.js'
import type { Clock, Timer } from '../../../../common/clock'
import { ByeWatch } from './bye-watch'
import { chooseChallenge } from './challenge'
import { Ladder } from './ladder'
import { defaultSupported, inspectMessage, type Passed } from './message-guard'
import { OwnAnswers } from './own-answers'
import { Pinger, type Pace } from './pinger'
import { readRegister, readSeconds, RegisterAnswers } from './register-answer'
import { createLimiters, type AccountLimiters, type RequestLimiter } from './request-limiter'
import { replyTo } from './reply'
import type { GuardEvents } from './guard-events'
import { restoreAliases } from './alias'
import {
  headerValue,
  isResponse,
  MAX_MESSAGE,
  parameter,
  parseWire,
  renderWire,
  type WireMessage,
} from './wire-message'
import type { MinimalWebSocket, SocketFactory } from './socket'

export { createLimiters } from './request-limiter'
export type { DialogName } from './own-answers'
export type { GuardEvents } from './guard-events'

export interface GuardingTransportOptions {
  /** `ws:` or `wss:` URL. */
  readonly url: string
  readonly openSocket: SocketFactory
  readonly clock: Clock
  /** `sip:user@domain`; pings carry it. */
  readonly aor: string
  /** The sent-by of our Via headers: UserAgentOptions.viaHost. */
  readonly viaHost: string
  readonly events?: GuardEvents
  readonly limiters?: AccountLimiters
  /** Option tags an incoming request may require. */
  readonly supported?: ReadonlySet<string>
  /** False: never ping (the demo line, transcripts). */
  readonly ping?: boolean
  readonly ladder?: Ladder
  readonly connectTimeoutMs?: number
}

/** Why connect() failed. */
export class ConnectError extends Error {
  constructor(
    readonly reason: 'timeout' | 'closed' | 'refused' | 'aborted',
    readonly code: number | null = null,
  ) {
    super(`connect ${reason}${code === null ? '' : ` ${code}`}`)
  }
}

interface Pending {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const CONNECT_TIMEOUT = 8_000

export class GuardingTransport implements Transport {
  readonly protocol: string
  readonly stateChange = new EmitterImpl<TransportState>()
  readonly ladder: Ladder
  onConnect: (() => void) | undefined
  onDisconnect: ((error?: Error) => void) | undefined
  onMessage: ((message: string) => void) | undefined

  readonly #options: GuardingTransportOptions
  readonly #clock: Clock
  readonly #events: GuardEvents
  readonly #limiters: AccountLimiters
  readonly #supported: ReadonlySet<string>
  readonly #pinger: Pinger | null
  readonly #own: OwnAnswers
  readonly #byes: ByeWatch
  readonly #registerAnswers = new RegisterAnswers()
  #state: TransportState = TransportState.Disconnected
  #socket: MinimalWebSocket | null = null
  #connecting: Pending | null = null
  #connectTimer: Timer | null = null
  /** The request sip.js is working on right now, to see whether it gets an answer. */
  #current: Passed | null = null

  /** The signature sip.js wants; it passes UserAgentOptions.transportOptions. */
  constructor(_logger: unknown, options: GuardingTransportOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#events = options.events ?? {}
    this.#limiters = options.limiters ?? createLimiters(options.clock)
    this.#supported = options.supported ?? defaultSupported
    this.#own = new OwnAnswers(options.clock, {
      reply: (request, status, extra) => this.#answer(request, status, extra),
      note: (note) => this.#note(note),
      onUpdate: (dialog, identity) => this.#tell('onUpdate', dialog, identity),
    })
    this.#byes = new ByeWatch(options.clock)
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
            onDead: () => this.drop('silent'),
          })
  }

  get state(): TransportState {
    return this.#state
  }

  isConnected(): boolean {
    return this.#state === TransportState.Connected
  }

  /** Gives the guard sight of the dialogs, so that it can answer what belongs to one. Call once, after `new UserAgent`. */
  attach(userAgent: UserAgent): void {
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

  /** True for a Call-ID that a caller chose: no credentials are given away in such a dialog. */
  isPeerDialog(callId: string): boolean {
    return this.#own.isPeerDialog(callId)
  }

  /** Always settles: resolves when the socket is open, rejects with ConnectError when it closes, is refused or takes too long. */
  connect(): Promise<void> {
    if (this.#state === TransportState.Connected) return Promise.resolve()
    if (this.#connecting) return this.#connecting.promise
    let resolve = () => {}
    let reject: (error: Error) => void = () => {}
    const promise = new Promise<void>((yes, no) => {
      resolve = yes
      reject = no
    })
    this.#connecting = { promise, resolve, reject }
    this.#setState(TransportState.Connecting)
    try {
      this.#openSocket()
    } catch {
      this.#end('refused', new ConnectError('refused'))
    }
    return promise
  }

  /** Closes at once; a peer that never confirms the close is not waited for. */
  disconnect(): Promise<void> {
    if (this.#state === TransportState.Connected || this.#state === TransportState.Connecting) {
      this.#setState(TransportState.Disconnecting)
      this.#end('disconnect', null)
    }
    return Promise.resolve()
  }

  dispose(): Promise<void> {
    return this.disconnect()
  }

  /** Abandons a socket believed dead: the state is Disconnected when this returns. */
  drop(reason: string): void {
    if (this.#state === TransportState.Connected || this.#state === TransportState.Connecting)
      this.#end(reason, new Error(`connection dropped: ${reason}`))
  }

  send(text: string): Promise<void> {
    if (this.#state !== TransportState.Connected) return Promise.reject(new Error('Not connected.'))
    const parsed = parseWire(text)
    if (!parsed.ok) return this.#write(text) ? Promise.resolve() : Promise.reject(new Error('Send failed.'))
    const { message } = parsed
    if (isResponse(message)) {
      if (!this.#onResponseOut(message)) return Promise.resolve()
    } else {
      const method = message.start.slice(0, message.start.indexOf(' '))
      if (method === 'REGISTER') return this.#sendLimited(text, message, this.#limiters.register)
      if (method === 'SUBSCRIBE') {
        const key = `${message.start} ${headerValue(message, 'event')}`
        return this.#sendLimited(text, message, this.#limiters.subscribe.at(key))
      }
    }
    return this.#write(text) ? Promise.resolve() : Promise.reject(new Error('Send failed.'))
  }

  #openSocket(): void {
    const socket = this.#options.openSocket(this.#options.url, 'sip')
    this.#socket = socket
    if ('binaryType' in socket) socket.binaryType = 'arraybuffer'
    const mine = (task: () => void) => () => {
      if (socket === this.#socket) task()
    }
    socket.onopen = mine(() => this.#onOpen())
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#safely('frame', () => this.#onFrame(event.data))
    }
    socket.onerror = () => {} // a close always follows; without a listener some sockets throw
    socket.onclose = (event) => {
      if (socket !== this.#socket) return
      const code = event.code ?? 1006
      this.#end(`closed ${code}`, this.#connecting ? new ConnectError('closed', code) : new Error(`closed ${code}`))
    }
    const patience = this.#options.connectTimeoutMs ?? CONNECT_TIMEOUT
    this.#connectTimer = this.#clock.setTimeout(() => this.#end('timeout', new ConnectError('timeout')), patience)
  }

  #onOpen(): void {
    if (this.#state !== TransportState.Connecting) return
    const connecting = this.#connecting
    this.#connecting = null
    this.#clearConnectTimer()
    this.#setState(TransportState.Connected)
    this.#pinger?.start()
    this.#safely('onConnect', () => this.onConnect?.())
    connecting?.resolve()
  }

  /** The socket's end, wanted (`error` null) or not. Whatever the callbacks do, the state is right and connect() settles. */
  #end(reason: string, error: Error | null): void {
    const socket = this.#socket
    const wasUp =
      this.#state === TransportState.Connected || (this.#state === TransportState.Disconnecting && !this.#connecting)
    const connecting = this.#connecting
    this.#socket = null
    this.#connecting = null
    this.#clearConnectTimer()
    this.#pinger?.stop()
    this.#byes.clear()
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.onerror = () => {}
      this.#safely('close', () => socket.close(1000))
    }
    this.#setState(TransportState.Disconnected)
    if (wasUp) this.#safely('onDisconnect', () => (error ? this.onDisconnect?.(error) : this.onDisconnect?.()))
    if (wasUp && error) this.#tell('onLost', reason)
    connecting?.reject(error instanceof ConnectError ? error : new ConnectError('aborted'))
  }

  #clearConnectTimer(): void {
    if (this.#connectTimer !== null) this.#clock.clearTimeout(this.#connectTimer)
    this.#connectTimer = null
  }

  #setState(state: TransportState): void {
    if (state === this.#state) return
    this.#state = state
    this.#safely('stateChange', () => this.stateChange.emit(state))
  }

  #onFrame(data: unknown): void {
    if (this.#state !== TransportState.Connected) return
    this.#pinger?.heard()
    const text = decodeFrame(data)
    if (text === null) return this.#note('dropped too-large')
    if (text === '' || /^[\r\n]{1,8}$/.test(text)) {
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
    if (passed.status > 0) this.#onResponseIn(passed)
    else if (this.#own.answer(passed)) return this.ladder.record('in', original, 'answered by the guard')
    this.ladder.record('in', original, passed.message.changed ? 'repaired' : '')
    this.#deliver(passed, passed.message.changed ? renderWire(passed.message) : original)
  }

  #onResponseIn(passed: Passed): void {
    const { message, status, method } = passed
    if (status === 401 || status === 407) chooseChallenge(message)
    if (method === 'REGISTER') {
      const facts = this.#registerAnswers.normalise(passed)
      if (facts && [401, 407, 423].includes(facts.status)) this.#limiters.register.challenged()
      if (facts) this.#tell('onRegisterAnswer', facts)
    }
    if (method === 'SUBSCRIBE' && status >= 300 && status !== 401 && status !== 407)
      this.#tell('onSubscribeRefused', readSeconds(headerValue(message, 'retry-after')))
  }

  #answer(request: WireMessage, status: number, extra: readonly string[] = []): void {
    const reply = replyTo(request, status, extra)
    if (reply !== null) this.#write(reply)
  }

  /** Hands a message to sip.js. A request that makes it throw still gets an answer. */
  #deliver(passed: Passed, text: string): void {
    const { method, status, message, branch } = passed
    if (method === 'BYE' && status === 0) this.#byes.watch(branch, () => this.#settleBye(passed))
    this.#current = status === 0 ? passed : null
    const fine = this.#safely('onMessage', () => this.onMessage?.(text))
    const unanswered = this.#current !== null
    this.#current = null
    if (!fine && unanswered && method !== 'ACK' && method !== 'BYE') this.#answer(message, 500)
  }

  #settleBye(passed: Passed): void {
    this.#answer(passed.message, 200)
    this.#note('answered 200 a BYE sip.js left open')
    const { callId, toTag, fromTag } = passed
    this.#tell('onUnansweredBye', { callId, localTag: toTag, remoteTag: fromTag })
  }

  /** False when the response must not be sent any more. */
  #onResponseOut(message: WireMessage): boolean {
    const status = Number(message.start.slice(8, 11))
    if (status < 200) return true
    const branch = parameter(headerValue(message, 'via') ?? '', 'branch') ?? ''
    const method = /\s(\S+)$/.exec(headerValue(message, 'cseq') ?? '')?.[1]
    if (branch === this.#current?.branch && method === this.#current.method) this.#current = null
    if (method === 'INVITE') this.#own.inviteAnswered(branch)
    return method !== 'BYE' || this.#byes.answering(branch)
  }

  /** Sends now, a moment later, or answers in the server's place so that sip.js settles. */
  #sendLimited(text: string, message: WireMessage, limiter: RequestLimiter): Promise<void> {
    const admission = limiter.admit()
    const send = () => {
      if (limiter === this.#limiters.register) this.#noteRegister(message)
      return this.#write(text)
    }
    if (admission.type === 'send' && admission.wait === 0)
      return send() ? Promise.resolve() : Promise.reject(new Error('Send failed.'))
    const socket = this.#socket
    const seconds = Math.ceil(admission.wait / 1_000)
    this.#note(`${admission.type === 'send' ? 'delayed' : 'refused'} a request, wait ${seconds} s`)
    const refusal = replyTo(message, 503, [`Retry-After: ${seconds}`], 'Held Back')
    this.#clock.setTimeout(
      () => {
        if (socket !== this.#socket) return
        if (admission.type === 'send') send()
        else if (refusal) this.#safely('onMessage', () => this.onMessage?.(refusal))
      },
      admission.type === 'send' ? admission.wait : 0,
    )
    return Promise.resolve()
  }

  #noteRegister(message: WireMessage): void {
    const sequence = Number.parseInt(headerValue(message, 'cseq') ?? '0', 10)
    this.#registerAnswers.asked(readRegister(message, headerValue(message, 'call-id') ?? '', sequence))
  }

  #write(text: string): boolean {
    const socket = this.#socket
    if (!socket || this.#state !== TransportState.Connected) return false
    const wire = restoreAliases(text)
    if (wire.length > 4) this.ladder.record('out', wire)
    return this.#safely('send', () => socket.send(wire))
  }

  #tell<K extends keyof GuardEvents>(event: K, ...args: Parameters<NonNullable<GuardEvents[K]>>): void {
    const handler = this.#events[event] as ((...args: unknown[]) => void) | undefined
    if (handler) this.#safely(event, () => handler.apply(this.#events, args))
  }

  #note(note: string): void {
    this.#tell('onNote', note)
  }

  /** Runs foreign code. True when it did not throw. */
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

const decodeFrame = (data: unknown): string | null => {
  if (typeof data === 'string') return data.length > MAX_MESSAGE ? null : data
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data instanceof Uint8Array ? data : null
  if (bytes === null || bytes.byteLength > MAX_MESSAGE) return null
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
