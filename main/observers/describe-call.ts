/*
 * How a call is named in one line of text: shared by what shows calls outside the windows. Pure.
 */
import type { CallId, Referral } from '../../common/call'
import type { Handle } from '../../common/handle'
import { plain } from '../../common/plain-text'
import type { PhoneState } from '../../common/phone-state'
import { words } from '../words'

/** The caller's or callee's name, else the number, else that it is unknown. At most 64 graphemes, safe to show. */
export function who(call: { readonly name: string | null; readonly handle: Handle }): string {
  return plain(call.name ?? '') || number(call) || words.unknownCaller
}

/** Whom the far end asks to call: the address that would be dialled, with the name it gives them in front. */
export function whom({ handle, name }: Pick<Referral, 'handle' | 'name'>): string {
  const [address, said] = [plain(handle.value), plain(name ?? '')]
  return said === '' || said === address ? address : words.named(said, address)
}

/** The number or address, '' when it is withheld. */
export const number = (call: { readonly handle: Handle }): string => plain(call.handle.value)

/** The account's name as the user gave it; null when the account is gone. */
export function accountName(state: PhoneState, accountId: string): string | null {
  const account = state.accounts.find((one) => one.account.id === accountId)?.account
  return account === undefined ? null : plain(account.name)
}

/**
 * The line below the name: the number whenever it is not the first line already, because a name is only what the caller
 * says of itself, then whom the call was meant for, then the account.
 */
export function detail(
  state: PhoneState,
  call: { readonly id: CallId; readonly name: string | null; readonly handle: Handle; readonly accountId: string },
): string {
  const known = number(call)
  const line = known === '' ? words.hiddenNumber : known
  return words.detail([who(call) === known ? null : line, meantFor(state, call.id), accountName(state, call.accountId)])
}

/** Who was called before the call came here; null when that was us, or when it is not known any more. */
function meantFor(state: PhoneState, callId: CallId): string | null {
  const [first] = state.calls.find(({ call }) => call.id === callId)?.diverted ?? []
  return first === undefined ? null : words.meantFor(who(first))
}
