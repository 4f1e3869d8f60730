/*
 * The first words on a new channel: an OPTIONS of our own (RFC 3261 section 11) whose answer proves that SIP is spoken there and tells as whom
 * the server sees us. It owns no channel and judges nobody.
 */
import { randomBytes } from 'node:crypto'
import type { Clock, Timer } from '../../common/clock'
import { headerValue, parseWire } from '../../common/wire-message'
import type { Channel } from './channel'
import { writeEndpoint, type Endpoint } from './endpoint'
import { T1 } from './timers'
import { parseVia, seenAs, topVia } from './via'

export interface GreetingOptions {
  readonly clock: Clock
  /** Address of record. */
  readonly uri: string
  readonly patienceMs: number
  readonly signal: AbortSignal
}

/** `status` null: no answer in time. */
export interface GreetingAnswer {
  readonly status: number | null
  readonly seen: Endpoint | null
}

export class Greeting {
  readonly #callId = `greeting-${randomBytes(9).toString('hex')}`
  #settle: ((answer: GreetingAnswer) => void) | null = null
  #over = false

  /** It waits for its answer, or has not been said yet. */
  get isOpen(): boolean {
    return !this.#over
  }

  /** True when the message was an answer to this; nobody else needs it then. */
  takes(text: string): boolean {
    if (!text.includes(this.#callId)) return false
    const parsed = parseWire(text)
    if (!parsed.ok || headerValue(parsed.message, 'call-id') !== this.#callId) return false
    const status = Number(/^SIP\/2\.0 +(\d{3})/i.exec(parsed.message.start)?.[1] ?? 0)
    const via = parseVia(topVia(parsed.message) ?? '')
    if (status >= 200) this.#settle?.({ status, seen: via && seenAs(via) })
    return true
  }

  /** The channel is gone. */
  abandon(): void {
    this.#settle?.({ status: null, seen: null })
  }

  ask(channel: Channel, { clock, uri, patienceMs, signal }: GreetingOptions): Promise<GreetingAnswer> {
    const text = this.#request(channel, uri)
    const timers: Timer[] = []
    return new Promise((resolve) => {
      const abandon = (): void => this.abandon()
      this.#settle = (answer) => {
        this.#settle = null
        this.#over = true
        for (const timer of timers) clock.clearTimeout(timer)
        signal.removeEventListener('abort', abandon)
        resolve(answer)
      }
      timers.push(clock.setTimeout(abandon, patienceMs))
      signal.addEventListener('abort', abandon)
      if (!channel.reliable) {
        for (const ms of [T1, 3 * T1]) timers.push(clock.setTimeout(() => channel.send(text), ms))
      }
      channel.send(text)
    })
  }

  #request({ target, local, sentBy = local }: Channel, uri: string): string {
    const domain = uri.replace(/^(sips?:)(?:[^@]*@)?/i, '$1')
    const branch = `z9hG4bK${randomBytes(12).toString('hex')}`
    return (
      `OPTIONS ${domain} SIP/2.0\r\n` +
      `Via: SIP/2.0/${target.transport.toUpperCase()} ${writeEndpoint(sentBy)};rport;branch=${branch}\r\n` +
      `Max-Forwards: 70\r\nFrom: <${uri}>;tag=${randomBytes(6).toString('hex')}\r\nTo: <${domain}>\r\n` +
      `Call-ID: ${this.#callId}\r\nCSeq: 1 OPTIONS\r\nAccept: application/sdp\r\nUser-Agent: Patchcord\r\n` +
      'Content-Length: 0\r\n\r\n'
    )
  }
}
