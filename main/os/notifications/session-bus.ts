/*
 * The user's D-Bus session bus as the phone needs it: one connection, made early, made again when it is lost, with calls
 * that always come to an end as a value. It does not know what it is used for. While nothing happens it costs nothing:
 * after a few tries in vain it waits until somebody needs the bus again.
 */
import { EventEmitter } from 'node:events'
import { DBusError, Message, type MessageBus, MessageFlag, MessageType, sessionBus } from '@jellybrick/dbus-next'
import type { Clock, Timer } from '../../../common/clock'
import type { Log } from '../../../common/log'
import { EventSource } from './event-source'

export interface BusSignal {
  /** Unique name of the sender, e.g. `:1.42`; set by the bus, so it cannot be forged. */
  readonly sender: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly body: readonly unknown[]
}

export interface BusCall {
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly signature?: string
  readonly body?: readonly unknown[]
  /** Do not start a service for it. */
  readonly noAutoStart?: boolean
}

/** `error`: the D-Bus error name, or `disconnected`. */
export type BusReply =
  | { readonly ok: true; readonly body: readonly unknown[]; readonly sender: string }
  | { readonly ok: false; readonly error: string }

export type BusEvent =
  { readonly type: 'up' } | { readonly type: 'down' } | { readonly type: 'signal'; readonly signal: BusSignal }

/** What a user of the bus sees; the fake of it in tests is another bus, not another class. */
export interface Bus {
  readonly up: boolean
  /** Resolves with the answer, or with why there is none, at the latest when the connection is lost. Never rejects. */
  call(call: BusCall): Promise<BusReply>
  onEvent(listener: (event: BusEvent) => void): () => void
  /** Somebody needs the bus: connect now if there is no connection. */
  wake(): void
}

/** Pauses before each new try, ms. After the last the bus sleeps until `wake`. */
const pauses = [0, 100, 250, 500, 1000, 2000, 4000, 8000, 15_000]

/** A socket that takes a connection and then says nothing is no bus. */
const helloTimeout = 5000

/**
 * `address`: as in DBUS_SESSION_BUS_ADDRESS; by default the environment's. `matches`: the match rules of the signals
 * wanted, added anew with each connection (D-Bus specification, "Match Rules").
 */
export class SessionBus implements Bus {
  readonly #clock: Clock
  readonly #log: Log
  readonly #address: string | undefined
  readonly #matches: readonly string[]
  readonly #events = new EventSource<BusEvent>()
  #bus: MessageBus | null = null
  #up = false
  #disposed = false
  #failures = 0
  #timer: Timer | null = null
  #inFlight = new Set<(reply: BusReply) => void>()

  constructor(options: { clock: Clock; log: Log; matches: readonly string[]; address?: string }) {
    this.#clock = options.clock
    this.#log = options.log
    this.#address = options.address
    this.#matches = options.matches
    this.#connect()
  }

  get up(): boolean {
    return this.#up
  }

  onEvent(listener: (event: BusEvent) => void): () => void {
    return this.#events.on(listener)
  }

  wake(): void {
    if (this.#bus !== null || this.#disposed) return
    this.#failures = 0
    this.#connect()
  }

  call(call: BusCall): Promise<BusReply> {
    const bus = this.#bus
    if (bus === null || !this.#up) return Promise.resolve({ ok: false, error: 'disconnected' })
    return this.#send(bus, call)
  }

  dispose(): void {
    this.#disposed = true
    this.#events.clear()
    this.#drop(null)
  }

  #send(bus: MessageBus, call: BusCall): Promise<BusReply> {
    return new Promise((resolve) => {
      const settle = (reply: BusReply): void => {
        if (this.#inFlight.delete(settle)) resolve(reply)
      }
      this.#inFlight.add(settle)
      bus
        .call(
          new Message({
            destination: call.destination,
            path: call.path,
            interface: call.interface,
            member: call.member,
            signature: call.signature ?? '',
            body: [...(call.body ?? [])],
            ...(call.noAutoStart ? { flags: MessageFlag.NO_AUTO_START } : {}),
          }),
        )
        .then((reply) => settle({ ok: true, body: reply?.body ?? [], sender: reply?.sender ?? '' }))
        .catch((error: unknown) => settle({ ok: false, error: error instanceof DBusError ? error.type : 'failed' }))
    })
  }

  #connect(): void {
    this.#clearTimer()
    const bus = sessionBus(this.#address === undefined ? {} : { busAddress: this.#address })
    this.#bus = bus
    const lost = (why: string): void => {
      if (this.#bus === bus) this.#drop(why)
    }
    whenLost(bus, lost)
    bus.on('message', (message: Message) => {
      if (message.type !== MessageType.SIGNAL) return
      // A reply that came before this signal, perhaps in the same read, is a promise: it must be heard first.
      setImmediate(() => {
        if (this.#bus === bus) this.#signal(message)
      })
    })
    this.#timer = this.#clock.setTimeout(() => lost('no answer'), helloTimeout)
    bus.on('connect', () => {
      if (this.#bus !== bus) return
      this.#clearTimer()
      this.#up = true
      this.#failures = 0
      // Sent before anything a listener of `up` sends, so no answer to that can overtake the signals it leads to.
      for (const rule of this.#matches)
        void this.#send(bus, { ...daemon, member: 'AddMatch', signature: 's', body: [rule] })
      this.#events.emit({ type: 'up' })
    })
  }

  #signal(message: Message): void {
    this.#events.emit({
      type: 'signal',
      signal: {
        sender: message.sender ?? '',
        path: message.path ?? '',
        interface: message.interface ?? '',
        member: message.member ?? '',
        body: message.body,
      },
    })
  }

  /** Ends this connection; `why` null when we are leaving ourselves. */
  #drop(why: string | null): void {
    const wasUp = this.#up
    const bus = this.#bus
    this.#clearTimer()
    this.#bus = null
    this.#up = false
    try {
      bus?.disconnect()
    } catch {
      // It was gone already.
    }
    for (const settle of [...this.#inFlight]) settle({ ok: false, error: 'disconnected' })
    if (this.#disposed) return
    const pause = pauses[this.#failures]
    if (wasUp || this.#failures === 0) this.#log.info(`session bus: ${why ?? 'closed'}`)
    if (pause !== undefined) {
      this.#failures += 1
      this.#timer = this.#clock.setTimeout(() => this.#connect(), pause)
    }
    if (wasUp) this.#events.emit({ type: 'down' })
  }

  #clearTimer(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
  }
}

export const daemon = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const

/** The library tells of errors (though its types do not), but not of an orderly end; its connection does. */
function whenLost(bus: MessageBus, listener: (why: string) => void): void {
  const errors: unknown = bus
  const ends: unknown = Reflect.get(bus, '_connection')
  const told = (error: unknown): void => listener(error instanceof Error ? error.message : String(error))
  if (errors instanceof EventEmitter) errors.on('error', told)
  if (ends instanceof EventEmitter) ends.on('end', () => listener('closed'))
}
