/*
 * A phone of the plain kind: one RTP and one RTCP socket on loopback, moved by hand. What it says of itself is text of the test's.
 */
import { nodeUdp } from '../../../gateway/media/node-udp'
import { bindPair, type PortPair } from '../../../gateway/media/port-pair'
import type { Target } from '../../../gateway/media/sdp-model'
import { randomBytes } from 'node:crypto'

export class WirePeer {
  readonly heard: { readonly packet: Buffer; readonly from: Target }[] = []
  readonly reports: Buffer[] = []

  private constructor(private readonly sockets: PortPair) {
    sockets.rtp.onPacket((packet, from) => void this.heard.push({ packet, from }))
    sockets.rtcp.onPacket((packet) => void this.reports.push(packet))
  }

  static async open(): Promise<WirePeer> {
    const sockets = await bindPair(nodeUdp, 4, { from: 40_000, to: 49_999 }, randomBytes)
    if (sockets === null) throw new Error('no ports')
    return new WirePeer(sockets)
  }

  get port(): number {
    return this.sockets.rtp.port
  }

  send(packet: Buffer, port: number): void {
    this.sockets.rtp.send(packet, { address: '127.0.0.1', port })
  }

  sendReport(packet: Buffer, port: number): void {
    this.sockets.rtcp.send(packet, { address: '127.0.0.1', port })
  }

  sdp(lines: readonly string[], more: { readonly formats?: string; readonly protocol?: string } = {}): string {
    const { formats = '0', protocol = 'RTP/AVP' } = more
    const head = ['v=0', 'o=- 7 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0']
    return [...head, `m=audio ${this.port} ${protocol} ${formats}`, ...lines, ''].join('\r\n')
  }

  close(): void {
    this.sockets.rtp.close()
    this.sockets.rtcp.close()
  }
}
