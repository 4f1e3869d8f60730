/*
 * The one question of STUN that sockets of sound and of SIP ask (RFC 8489): which address do you see me at? Pure message work beside one exchange
 * with a clock for its repetitions.
 */
import type { Clock } from '../../common/clock'
import type { Target } from './sdp-model'

const magic = 0x2112_a442
const bindingRequest = 0x0001
const bindingSuccess = 0x0101
const xorMappedAddress = 0x0020

const usualPort = 3_478

/** When the question is repeated, ms after it was first asked, and when it is given up: a call waits for this. */
const repeatsMs = [100, 250, 400]
export const stunLimitMs = 600

/** `transaction`: 12 random bytes. */
export function stunRequest(transaction: Uint8Array): Buffer {
  const packet = Buffer.alloc(20)
  packet.writeUInt16BE(bindingRequest)
  packet.writeUInt32BE(magic, 4)
  packet.set(transaction, 8)
  return packet
}

/** First bits zero and the cookie: neither RTP nor RTCP (RFC 7983). */
export const isStun = (packet: Buffer): boolean =>
  packet.length >= 20 && (packet[0] ?? 0) < 4 && packet.readUInt32BE(4) === magic

/** The address in an answer to this transaction; null when it is none. */
export function mappedAddress(packet: Buffer, transaction: Uint8Array): Target | null {
  if (!isStun(packet) || packet.readUInt16BE() !== bindingSuccess) return null
  if (!packet.subarray(8, 20).equals(transaction)) return null
  const end = Math.min(packet.length, 20 + packet.readUInt16BE(2))
  for (let at = 20; at + 4 <= end;) {
    const length = packet.readUInt16BE(at + 2)
    const value = packet.subarray(at + 4, Math.min(end, at + 4 + length))
    if (packet.readUInt16BE(at) === xorMappedAddress) return unmask(value, packet.subarray(4, 20))
    at += 4 + Math.ceil(length / 4) * 4
  }
  return null
}

function unmask(value: Buffer, mask: Buffer): Target | null {
  const length = value[1] === 1 ? 4 : value[1] === 2 ? 16 : 0
  if (length === 0 || value.length < 4 + length) return null
  const port = value.readUInt16BE(2) ^ mask.readUInt16BE(0)
  const bytes = [...value.subarray(4, 4 + length)].map((byte, index) => byte ^ (mask[index] ?? 0))
  if (length === 4) return { address: bytes.join('.'), port }
  const groups = Array.from({ length: 8 }, (_, n) =>
    (((bytes[2 * n] ?? 0) << 8) | (bytes[2 * n + 1] ?? 0)).toString(16),
  )
  return { address: groups.join(':'), port }
}

/** One question; `receive` takes what came from the server. Resolves with null when it does not answer in time. */
export class StunQuestion {
  readonly answer: Promise<Target | null>
  #answered: (target: Target | null) => void = () => {}

  constructor(
    clock: Clock,
    private readonly transaction: Buffer,
    send: (packet: Buffer) => void,
  ) {
    const timers = repeatsMs.map((ms) => clock.setTimeout(() => send(stunRequest(transaction)), ms))
    timers.push(clock.setTimeout(() => this.#answered(null), stunLimitMs))
    this.answer = new Promise((resolve) => {
      this.#answered = (target) => {
        for (const timer of timers) clock.clearTimeout(timer)
        resolve(target)
      }
    })
    send(stunRequest(transaction))
  }

  receive(packet: Buffer): void {
    const target = mappedAddress(packet, this.transaction)
    if (target !== null) this.#answered(target)
  }

  /** The socket is closed. */
  cancel(): void {
    this.#answered(null)
  }
}

/** `host`, `host:port`, `[v6]:port`, with or without `stun:`. null: none of them. */
export function parseStunServer(text: string): { readonly host: string; readonly port: number } | null {
  const match = /^(?:stuns?:)?(?:\[([\da-fA-F:]+)\]|([^:\s]+))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3] ?? usualPort)
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port }
}
