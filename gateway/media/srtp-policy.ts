/*
 * Which SRTP an account's media have: what is offered, what is taken of an offer, and what of an answer (RFC 4568, RFC 8643). Pure.
 *
 * `optional` is offered as RTP/AVP with `a=crypto` lines (opportunistic SRTP, RFC 8643), not as RTP/SAVP: an endpoint of Asterisk without media
 * encryption refuses RTP/SAVP with 488 but takes this as plain RTP, one with `media_encryption=sdes` takes its keys with and without
 * `media_encryption_optimistic` (res_pjsip_sdp_rtp.c looks for `a=crypto` where the profile does not tell), and so do FreeSWITCH and rtpengine where they are
 * told to; whoever knows nothing of it passes over an unknown attribute. A second media line for SRTP confuses many servers. Keys are only offered
 * where nobody can read them, over TLS, unless they are required all the same.
 */
import type { PlainForm } from '../../common/contract/gateway'
import type { MediaAccount } from './relay-session'
import { chosenBy, type CryptoLine, type OwnKeys } from './sdes'
import type { AudioDescription } from './sdp-model'

export type SrtpAccount = Pick<MediaAccount, 'srtp' | 'secure'>

export interface CryptoOffer {
  readonly protocol: string
  readonly crypto: readonly CryptoLine[]
}

/** The keys of both directions; null: plain RTP. */
export type CryptoPair = { readonly ours: CryptoLine; readonly theirs: CryptoLine } | null

export type CryptoVerdict =
  | { readonly ok: true; readonly pair: CryptoPair }
  | { readonly ok: false; readonly error: 'srtp-required' | 'not-acceptable' }

const isSavp = (protocol: string): boolean => /^RTP\/SAVPF?$/.test(protocol)
const isAvp = (protocol: string): boolean => /^RTP\/AVPF?$/.test(protocol)

/**
 * `inUse`: what was agreed before, which is what is offered again, whatever `form`; null: nothing was. Endpoints of Asterisk with `use_avpf` insist on the
 * profile with feedback (RFC 4585, RFC 5124) and take its keys or leave them, so they go with it wherever they may be read.
 */
export function offerCrypto(
  { srtp, secure }: SrtpAccount,
  keys: OwnKeys,
  inUse: { readonly protocol: string; readonly pair: CryptoPair } | null,
  form: PlainForm | null = null,
): CryptoOffer {
  if (inUse?.pair) return { protocol: inUse.protocol, crypto: keys.offer(inUse.pair.ours) }
  const first = inUse === null ? form : null
  const profile = first === 'feedback' ? 'AVPF' : 'AVP'
  if (srtp === 'required' || first === 'keyed') return { protocol: `RTP/S${profile}`, crypto: keys.offer(null) }
  const crypto = srtp === 'optional' && (secure || first === 'feedback') ? keys.offer(null) : []
  return { protocol: inUse?.protocol ?? `RTP/${profile}`, crypto }
}

/** What to answer to an offer. Nothing but SRTP is offered: it is taken whatever the policy, there would be no call otherwise. */
export function answerCrypto(
  { srtp }: SrtpAccount,
  keys: OwnKeys,
  offer: Pick<AudioDescription, 'protocol' | 'crypto'>,
): CryptoVerdict {
  if (isSavp(offer.protocol)) {
    const ours = keys.answer(offer.crypto)
    return ours === null ? { ok: false, error: 'not-acceptable' } : { ok: true, pair: pairOf(ours, offer.crypto) }
  }
  if (!isAvp(offer.protocol)) return { ok: false, error: 'not-acceptable' }
  const ours = srtp === 'off' ? null : keys.answer(offer.crypto)
  if (ours !== null) return { ok: true, pair: pairOf(ours, offer.crypto) }
  return srtp === 'required' ? { ok: false, error: 'srtp-required' } : { ok: true, pair: null }
}

/** What an answer to our offer agrees to. */
export function acceptCrypto(
  { srtp }: SrtpAccount,
  offered: CryptoOffer,
  answer: Pick<AudioDescription, 'protocol' | 'crypto'>,
): CryptoVerdict {
  if (!isSavp(answer.protocol) && !isAvp(answer.protocol)) return { ok: false, error: 'not-acceptable' }
  const pair = chosenBy(answer.crypto, offered.crypto)
  if (pair !== null) return { ok: true, pair }
  if (srtp === 'required' || isSavp(offered.protocol)) return { ok: false, error: 'srtp-required' }
  return isSavp(answer.protocol) ? { ok: false, error: 'not-acceptable' } : { ok: true, pair: null }
}

const pairOf = (ours: CryptoLine, offered: readonly CryptoLine[]): CryptoPair => {
  const theirs = offered[0]
  return theirs === undefined ? null : { ours, theirs }
}
