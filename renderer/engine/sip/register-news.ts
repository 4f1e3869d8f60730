/*
 * What a registrar said to a REGISTER that somebody wanted to know of. Types only.
 */
import type { RegisterOutcome } from './registration'

export interface RegisterNews {
  readonly outcome: RegisterOutcome
  /** Our Contact was among those it named, or it named none. */
  readonly listed: boolean
  /** How many phones it has for this account; null: it did not answer. */
  readonly bindings: number | null
}
