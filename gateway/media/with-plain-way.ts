/*
 * An offer of the browser's that whoever does no ICE can answer too: the address it names by default (RFC 8839 section 4.1.2) is ours, and among its
 * candidates, as the last choice, because a default that is none of them is a mismatch (section 5.4). Pure text work.
 */
import type { OwnAddress } from './own-address'

/** Of a host candidate (RFC 8445 section 5.1.2.1) that everything else is preferred to. */
const priority = 1

export function withPlainWay(offer: string, { rtp, rtcp }: OwnAddress): string {
  const family = rtp.address.includes(':') ? 6 : 4
  const candidate = `a=candidate:patchcord 1 udp ${priority} ${rtp.address} ${rtp.port} typ host`
  const start = offer.search(/^m=audio /m)
  const [head, audio] = [offer.slice(0, start), offer.slice(start)]
  return (
    head +
    audio
      .replace(/^m=audio \d+/, `m=audio ${rtp.port}`)
      .replace(/^c=.*$/m, `c=IN IP${family} ${rtp.address}`)
      .replace(/^a=rtcp:.*$/m, `a=rtcp:${rtcp.port} IN IP${family} ${rtcp.address}`)
      .replace(/^(a=ice-ufrag:)/m, `${candidate}\r\n$1`)
  )
}
