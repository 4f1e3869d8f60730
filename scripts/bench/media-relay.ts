/*
 * Stands between the phone and a server on the way of their media: every address one of them offers is replaced by one of
 * ours, and what arrives there is passed on. It notes when each kind of packet was first seen; it reads none of them.
 */
import { createSocket, type Socket } from 'node:dgram'

export type Side = 'phone' | 'server'
export type PacketKind = 'stun' | 'dtls' | 'rtp' | 'rtcp'

interface Address {
  readonly address: string
  readonly port: number
}

export class MediaRelay {
  /** Where the other side finds this address instead. */
  private readonly doors = new Map<string, Promise<Socket>>()
  private readonly firsts = new Map<string, number>()
  private closed = false

  constructor(private readonly onFirst: (side: Side, kind: PacketKind, at: number) => void = () => {}) {}

  /** The session description of `side` with our addresses in place of its own. IPv4 over UDP is all that is left in it. */
  async replaceAddresses(side: Side, sdp: string): Promise<string> {
    const lines: string[] = []
    for (const line of sdp.split('\r\n')) {
      if (!line.startsWith('a=candidate:')) {
        lines.push(line)
        continue
      }
      const words = line.split(' ')
      const [, , protocol = '', , address = '', port = ''] = words
      if (protocol.toLowerCase() !== 'udp' || !/^\d+(\.\d+){3}$/.test(address)) continue
      words[5] = String((await this.door(side, { address, port: Number(port) })).address().port)
      lines.push(words.join(' '))
    }
    return lines.join('\r\n')
  }

  /** performance.now() of the first packet of this kind that came from `side`. */
  first(side: Side, kind: PacketKind): number | undefined {
    return this.firsts.get(`${side} ${kind}`)
  }

  close(): void {
    this.closed = true
    for (const door of this.doors.values()) void door.then((socket) => socket.close())
  }

  /** Our socket that stands for `of`, an address of `side`: what comes to it goes there. */
  private door(side: Side, of: Address): Promise<Socket> {
    const key = `${side} ${of.address}:${of.port}`
    const known = this.doors.get(key)
    if (known) return known
    const socket = createSocket('udp4')
    const from: Side = side === 'phone' ? 'server' : 'phone'
    socket.on('message', (data, sender) => {
      if (this.closed) return
      this.note(from, data)
      // As through a router: the answer must find its way back to where this came from.
      void this.door(from, sender).then((back) => {
        if (!this.closed) back.send(data, of.port, of.address)
      })
    })
    socket.on('error', () => {})
    const open = new Promise<Socket>((resolve) => socket.bind(0, of.address, () => resolve(socket)))
    this.doors.set(key, open)
    return open
  }

  private note(side: Side, data: Buffer): void {
    const kind = kindOf(data)
    const key = `${side} ${kind}`
    if (!kind || this.firsts.has(key)) return
    const at = performance.now()
    this.firsts.set(key, at)
    this.onFirst(side, kind, at)
  }
}

/** RFC 7983 section 7, and RFC 5761 section 4 to tell RTP from RTCP. */
function kindOf(data: Buffer): PacketKind | undefined {
  const [first = 0, second = 0] = data
  if (first < 4) return 'stun'
  if (first >= 20 && first < 64) return 'dtls'
  if (first < 128 || first > 191) return undefined
  const type = second & 0x7f
  return type >= 64 && type < 96 ? 'rtcp' : 'rtp'
}
