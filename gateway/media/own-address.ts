/*
 * The addresses that our descriptions name for one call: ours on the way to the server, or what a STUN server sees when the account has one.
 * Asked again at each description, because the network may be another one since. It knows no descriptions.
 */
import { isIP } from 'node:net'
import type { PlainLeg } from './plain-leg'
import type { MediaAccount } from './relay-session'
import type { Target } from './sdp-model'
import { parseStunServer } from './stun'
import type { Udp } from './udp'

export interface OwnAddress {
  /** Of this computer. */
  readonly local: string
  readonly rtp: Target
  readonly rtcp: Target
}

/** RFC 3264 section 6: what was offered with port 0 is answered so. */
export const withoutPort = ({ local, rtp }: OwnAddress): OwnAddress => ({
  local,
  rtp: { ...rtp, port: 0 },
  rtcp: { ...rtp, port: 1 },
})

/** Of one call. */
type Sockets = Pick<PlainLeg, 'ports' | 'askStun'>

export class OwnAddresses {
  /** What STUN said, and for which local address; a server that did not answer is not waited for again. */
  #asked: { readonly local: string; readonly found: { readonly rtp: Target; readonly rtcp: Target } | null } | null =
    null

  constructor(private readonly udp: Udp) {}

  /** Null when there is no way to the server. */
  async find(leg: Sockets, { server, stun }: MediaAccount): Promise<OwnAddress | null> {
    const local = await this.udp.sourceTowards(server)
    if (local === null) return null
    const mapped = stun === null ? null : await this.#map(leg, stun, local)
    const own = { rtp: { address: local, port: leg.ports.rtp }, rtcp: { address: local, port: leg.ports.rtcp } }
    return { local, ...(mapped ?? own) }
  }

  async #map(leg: Sockets, stun: string, local: string): Promise<{ rtp: Target; rtcp: Target } | null> {
    if (this.#asked?.local === local) return this.#asked.found
    const server = parseStunServer(stun)
    const address = server && (isIP(server.host) ? server.host : await this.udp.resolve(server.host, familyOf(local)))
    if (!server || !address || familyOf(address) !== familyOf(local)) return null
    const found = await leg.askStun({ address, port: server.port })
    this.#asked = { local, found }
    return found
  }
}

export const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4)
