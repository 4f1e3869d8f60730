/*
 * What do not disturb makes of one call: who gets through, and what the others meet. Pure; whether it is on is decided
 * elsewhere.
 */
import type { Settings } from '../../common/settings'

export type QuietWishes = Pick<Settings, 'doNotDisturbAccounts' | 'doNotDisturbAnswer' | 'doNotDisturbLets'>

/** What is known of the caller. */
export interface QuietFacts {
  readonly accountId: string
  /** An emergency number was called from here a short while ago. */
  readonly emergency: boolean
  readonly vip: boolean
  readonly favourite: boolean
  /** The same caller called a short while ago: it may be urgent. */
  readonly repeated: boolean
}

/** `ring`: as if it were off. */
export function quietCall(facts: QuietFacts, wishes: QuietWishes): 'ring' | Settings['doNotDisturbAnswer'] {
  const { doNotDisturbAccounts: accounts, doNotDisturbLets: lets, doNotDisturbAnswer } = wishes
  if (accounts.length > 0 && !accounts.includes(facts.accountId)) return 'ring'
  const through =
    facts.emergency ||
    (lets.vip && facts.vip) ||
    (lets.favourites && facts.favourite) ||
    (lets.repeated && facts.repeated)
  return through ? 'ring' : doNotDisturbAnswer
}
