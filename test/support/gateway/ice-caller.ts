/*
 * A browser's ICE without a browser: it checks the way that a description shows until it is answered, and then sends and hears what the test says.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { nodeUdp } from '../../../gateway/media/node-udp'
import { parseSdp } from '../../../gateway/media/parse-sdp'
import type { Target } from '../../../gateway/media/sdp-model'
import { isStun } from '../../../gateway/media/stun'
import type { UdpSocket } from '../../../gateway/media/udp'
import { until } from '../until'

export class IceCaller {
  readonly heard: Buffer[] = []
  private to: Target | null = null
  private credentials = { ufrag: '', pwd: '' }
  private answers = 0

  private constructor(private readonly socket: UdpSocket) {
    socket.onPacket((packet) => {
      if (isStun(packet)) this.answers++
      else this.heard.push(packet)
    })
  }

  static async open(): Promise<IceCaller> {
    const socket = await nodeUdp.bind(0, 4, '127.0.0.1')
    if (socket === null) throw new Error('no port')
    return new IceCaller(socket)
  }

  /** Resolves when the way this description shows is open. */
  async call(sdp: string): Promise<void> {
    const transport = parseSdp(sdp)?.audio.transport
    const port = Number(
      /^candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host/.exec(transport?.candidates[0] ?? '')?.[1],
    )
    if (!transport || !port) throw new Error('no way in the description')
    this.credentials = transport
    this.to = { address: '127.0.0.1', port }
    this.answers = 0
    await until(
      () => {
        this.send(this.check())
        return this.answers > 0
      },
      { what: 'an answer to a check' },
    )
  }

  /** Knows where another's way is, and nothing else. */
  at(other: IceCaller): void {
    this.to = other.to
  }

  /** A binding request that nominates (RFC 8445 section 7.2.2). */
  check(): Buffer {
    const attribute = (type: number, value: Buffer): Buffer => {
      const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
      padded.writeUInt16BE(type)
      padded.writeUInt16BE(value.length, 2)
      value.copy(padded, 4)
      return padded
    }
    const head = Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)])
    const body = Buffer.concat([
      attribute(0x0006, Buffer.from(`${this.credentials.ufrag}:browser`)),
      attribute(0x0024, Buffer.from('6e0001ff', 'hex')),
      attribute(0x0025, Buffer.alloc(0)),
    ])
    const sized = (length: number): Buffer => {
      head.writeUInt16BE(length, 2)
      return head
    }
    const signed = Buffer.concat([sized(body.length + 24), body])
    const integrity = attribute(0x0008, createHmac('sha1', this.credentials.pwd).update(signed).digest())
    const printed = Buffer.concat([sized(body.length + 32), body, integrity])
    const print = Buffer.alloc(4)
    print.writeUInt32BE((crc32(printed) ^ 0x5354_554e) >>> 0)
    return Buffer.concat([printed, attribute(0x8028, print)])
  }

  send(packet: Buffer): void {
    if (this.to !== null) this.socket.send(packet, this.to)
  }

  close(): void {
    this.socket.close()
  }
}
