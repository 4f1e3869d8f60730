/*
 * Who may send and who may hear, as SDP directions (RFC 3264 sections 6.1 and 8.4): what we ask for in an offer, what we
 * allow in an answer, and whether the far end holds us. Pure; it knows no peer connection.
 */

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/**
 * The direction of an offer of ours. Holding someone who holds us too is `inactive`; coming back asks for everything,
 * so that the answer tells whether the far end still holds.
 */
export function offerDirection(held: boolean, remoteHeld: boolean): Direction {
  if (!held) return 'sendrecv'
  return remoteHeld ? 'inactive' : 'sendonly'
}

/** The direction of an answer of ours: the offer seen from our side, without hearing when we hold. */
export function answerDirection(held: boolean, offered: Direction): Direction {
  const weSend = offered === 'sendrecv' || offered === 'recvonly'
  const weHear = (offered === 'sendrecv' || offered === 'sendonly') && !held
  if (weSend) return weHear ? 'sendrecv' : 'sendonly'
  return weHear ? 'recvonly' : 'inactive'
}

/**
 * Whether the far end holds us after its answer. An answer to `inactive` can only be `inactive` and says nothing new,
 * so what was known before stays true.
 */
export function heldByAnswer(holds: boolean, ourOffer: Direction, before: boolean): boolean {
  return ourOffer === 'inactive' ? before : holds
}

/** The direction an audio section states; `sendrecv` when it states none (RFC 8866 section 6.7). */
export function directionOf(section: string): Direction {
  const found = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(section)?.[1]
  return (found as Direction | undefined) ?? 'sendrecv'
}
