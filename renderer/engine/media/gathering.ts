/*
 * When a local description has candidates enough to be sent, SIP having no trickle here. It watches one peer connection
 * through one gathering and knows nothing of what the description is for.
 */
import type { Clock } from '../../../common/clock'

/** The longest an INVITE or its answer waits for candidates, ms. Virtual network cards can hold gathering up for seconds. */
export const gatheringLimitMs = 400

/** The part of RTCPeerConnection that is used. */
export interface Gathering extends EventTarget {
  readonly iceGatheringState: RTCIceGatheringState
  readonly localDescription: { readonly sdp: string } | null
}

/**
 * Resolves at the end of gathering, at the first server-reflexive candidate, or after `gatheringLimitMs`, whichever comes first. Without ICE servers the
 * end comes with the last host candidate, some ms after the beginning. Never rejects.
 */
export function gatherCandidates(peer: Gathering, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clock.clearTimeout(timer)
      peer.removeEventListener('icegatheringstatechange', look)
      peer.removeEventListener('icecandidate', look)
      resolve()
    }
    const look = (): void => {
      const sdp = peer.localDescription?.sdp ?? ''
      // Right after an ICE restart the state may still be the old `complete`; the new description has no candidate then.
      const complete = peer.iceGatheringState === 'complete' && sdp.includes('\na=candidate:')
      if (complete || / typ srflx/.test(sdp)) finish()
    }
    const timer = clock.setTimeout(finish, gatheringLimitMs)
    peer.addEventListener('icegatheringstatechange', look)
    peer.addEventListener('icecandidate', look)
    look()
  })
}
