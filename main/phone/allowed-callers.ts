/*
 * Whose calls may answer themselves: those of the numbers the user named, while the user is not to be left alone, and only where it is believed whose
 * number that is. It answers nothing.
 */
import type { Call } from '../../common/call'
import type { Settings } from '../../common/settings'
import type { Numbers } from '../numbers/numbers'
import type { Callers } from './callers'
import type { Offers } from './offers'
import type { QuietState } from './quiet'

export interface AllowedCallersOptions {
  readonly offers: Offers
  readonly numbers: Pick<Numbers, 'facts' | 'keyOf'>
  readonly callers: Pick<Callers, 'callerOf' | 'isSilent'>
  readonly quiet: () => QuietState
  readonly settings: () => Pick<Settings, 'autoAnswer' | 'doNotDisturbAccounts'>
}

/** How long this call rings before it is answered by itself, s; null: it is not. */
export function ringsBeforeAnswer(
  call: Pick<Call, 'id' | 'handle' | 'accountId'>,
  options: AllowedCallersOptions,
): number | null {
  const { offers, numbers, callers, quiet, settings } = options
  const seconds = offers.answerAfter(call.id)
  if (seconds === null) return null
  const { autoAnswer, doNotDisturbAccounts: accounts } = settings()
  // Whoever may ring through is heard ringing; nobody is let into a quiet room.
  const isQuiet = quiet().on && (accounts.length === 0 || accounts.includes(call.accountId))
  if (isQuiet || callers.isSilent(call.id)) return null
  const { key } = numbers.facts(call.handle, call.accountId)
  const vouched = callers.callerOf(call.id)?.attestation !== 'failed'
  const named = key !== null && autoAnswer.some((number) => numbers.keyOf(number, call.accountId) === key)
  return vouched && named ? seconds : null
}
