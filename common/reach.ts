/*
 * Whether an account can be called now, and how that is known: proof with its age, not memory; and what was missed while it was not so.
 */
import type { AccountId } from './account'

/** Why an account that is registered may not be reached. */
export const doubts = [
  'no-answer', // nothing came back in time
  'contact-missing', // the registrar answered without our Contact: another phone took the place, or it forgot us
  'expired', // the binding ran out and could not be renewed
] as const
export type Doubt = (typeof doubts)[number]

export interface Reach {
  /** Wall-clock ms when it was last proven: our Contact in the registrar's answer, and an answer to OPTIONS or a pong since. null: never. */
  readonly provenAt: number | null
  /** Wall-clock ms of the next proof. null: none is planned, the account is not registered. */
  readonly nextAt: number | null
  /** Of the last proof. */
  readonly roundTripMs: number | null
  /** Why it is not proven now, although the account is registered; null: it is. */
  readonly doubt: Doubt | null
}

/** A time in which an account could not be reached, at least a few seconds long. */
export interface Away {
  readonly id: string
  readonly accountId: AccountId
  /** Wall-clock ms; `from`: the last proof before, `to`: the first one after. */
  readonly from: number
  readonly to: number
  readonly because: 'sleep' | 'network' | 'server' | 'closed' | 'refused'
  /** Voice messages that arrived meanwhile (MWI, RFC 3842); null: the server does not tell. */
  readonly newMessages: number | null
}
