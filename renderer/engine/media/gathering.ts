/*
 * When a local description has candidates enough to be sent, SIP having no trickle here. It watches one peer connection
 * through one gathering and knows nothing of what the description is for.
 */
import type { Clock, Timer } from '../../../common/clock'

/** The longest an INVITE or its answer waits for candidates, ms. Virtual network cards can hold gathering up for seconds. */
export const gatheringLimitMs = 400

/**
 * Host candidates of all network cards come together, within some ms. The browser calls gathering complete only 100 ms later, after its TCP candidates,
 * which no SIP server uses; so this much silence after a UDP candidate is taken for the end.
 */
export const quietMs = 15

/** The part of RTCPeerConnection that is used. */
export interface Gathering extends EventTarget {
  readonly iceGatheringState: RTCIceGatheringState
  readonly localDescription: { readonly sdp: string } | null
}

/**
 * Resolves at the end of gathering, at the first server-reflexive candidate, without ICE servers as soon as the host candidates are there, and in any case
 * after `gatheringLimitMs`. Never rejects.
 */
export function gatherCandidates(peer: Gathering, hasServers: boolean, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let quiet: Timer | null = null
    let seen = 0
    const finish = (): void => {
      if (quiet !== null) clock.clearTimeout(quiet)
      clock.clearTimeout(limit)
      peer.removeEventListener('icegatheringstatechange', look)
      peer.removeEventListener('icecandidate', look)
      resolve()
    }
    const look = (): void => {
      const sdp = peer.localDescription?.sdp ?? ''
      const hosts = (sdp.match(/^a=candidate:\S+ \d+ udp .* typ host/gim) ?? []).length
      // Right after an ICE restart the state may still be the old `complete`; the new description has no candidate then.
      const complete = peer.iceGatheringState === 'complete' && sdp.includes('\na=candidate:')
      if (complete || / typ srflx/.test(sdp)) return finish()
      if (hasServers || hosts === seen) return
      seen = hosts
      if (quiet !== null) clock.clearTimeout(quiet)
      quiet = clock.setTimeout(finish, quietMs)
    }
    const limit = clock.setTimeout(finish, gatheringLimitMs)
    peer.addEventListener('icegatheringstatechange', look)
    peer.addEventListener('icecandidate', look)
    look()
  })
}
