/*
 * Stands at the door for REFER: without it sip.js accepts one from anybody in a call and dials what it says. Nothing here dials; a
 * referral is refused with 603 unless somebody was given to ask, and then that somebody answers it.
 */
import type { Referral } from 'sip.js'
import { isTelAlias } from './guard/alias'

/** What a person must see to consent. */
export interface ReferRequest {
  /** `sip:user@host` only, without parameters or headers (no Replaces, no Route). */
  readonly target: string
  /** As the other side wrote it, unproven; null when absent. */
  readonly referredBy: string | null
  /** 202. The caller then dials `target` as a call of its own. */
  accept(): void
  /** 603. */
  refuse(): void
}

const refuse = (referral: Referral): void => {
  referral.reject({ statusCode: 603 }).catch(() => {}) // the transaction may be gone already
}

const plainTarget = (referral: Referral): string | null => {
  try {
    const { scheme, user, host, port } = referral.referTo.uri
    if (scheme !== 'sip' || !host || isTelAlias(host)) return null
    return `sip:${user ? `${user}@` : ''}${host}${port ? `:${port}` : ''}`
  } catch {
    return null
  }
}

/** The `onRefer` of every session delegate. `ask` undefined: every referral is refused. */
export const referGate =
  (ask?: (request: ReferRequest) => void) =>
  (referral: Referral): void => {
    const target = ask ? plainTarget(referral) : null
    if (!ask || target === null) return refuse(referral)
    ask({
      target,
      referredBy: referral.referredBy ?? null,
      accept: () => void referral.accept().catch(() => {}),
      refuse: () => refuse(referral),
    })
  }
