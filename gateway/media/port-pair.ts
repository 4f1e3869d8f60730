/*
 * The two sockets of a plain call: RTP on an even port, RTCP on the one after it (RFC 3550 section 11), out of a range that a firewall can be
 * told of. It knows no packets.
 */
import { FamilySocket } from './family-socket'
import type { Udp, UdpSocket } from './udp'

export interface PortRange {
  /** Both included. */
  readonly from: number
  readonly to: number
}

/** The range most phones and servers use, so that firewalls often know it already. */
export const usualPorts: PortRange = { from: 16_384, to: 32_767 }

export interface PortPair {
  readonly rtp: UdpSocket
  readonly rtcp: UdpSocket
}

/** As long as the call lasts, whatever becomes of the network. */
export interface LastingPair extends PortPair {
  /** They are to reach this family too; false: they cannot. */
  reach(family: 4 | 6): Promise<boolean>
}

/** Tried from a random place on, so that a call does not get the last one's stray packets. More than this in use is no phone's doing. */
const attempts = 512

/** `random`: bytes. Null when no pair is free. */
export async function bindPair(
  udp: Udp,
  family: 4 | 6,
  { from, to }: PortRange,
  random: (bytes: number) => Buffer,
): Promise<LastingPair | null> {
  const first = from + (from % 2)
  const pairs = Math.floor((to - first + 1) / 2)
  const start = pairs < 1 ? 0 : random(4).readUInt32BE() % pairs
  for (let n = 0; n < Math.min(attempts, pairs); n++) {
    const port = first + 2 * ((start + n) % pairs)
    const rtp = await udp.bind(port, family)
    if (rtp === null) continue
    const rtcp = await udp.bind(port + 1, family)
    if (rtcp !== null) return lasting(new FamilySocket(udp, family, rtp), new FamilySocket(udp, family, rtcp))
    rtp.close()
  }
  return null
}

const lasting = (rtp: FamilySocket, rtcp: FamilySocket): LastingPair => ({
  rtp,
  rtcp,
  reach: async (family) => (await Promise.all([rtp.reach(family), rtcp.reach(family)])).every(Boolean),
})
