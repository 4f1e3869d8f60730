/*
 * How a call is named in one line of text: shared by what shows calls outside the windows. Pure.
 */
import type { Call, Referral } from '../../common/call'
import type { Handle } from '../../common/handle'
import { plain } from '../../common/plain-text'
import type { CallView, PhoneState } from '../../common/phone-state'
import { words } from '../words'

/** The caller's or callee's name, else the number, else that it is unknown. At most 64 graphemes, safe to show. */
export function who(call: { readonly name: string | null; readonly handle: Handle }): string {
  return plain(call.name ?? '') || number(call) || words.unknownCaller
}

/**
 * The calls with the names the phone knows, in place of what the network says. A name that pretends to be somebody else's number or
 * address is no name.
 */
export const namedCalls = ({ calls }: Pick<PhoneState, 'calls'>): readonly Call[] => calls.map(named)

const named = ({ call, caller }: CallView): Call => {
  const name = caller?.name ?? (caller?.lookalike === true ? null : call.name)
  return name === call.name ? call : { ...call, name }
}

/** Whether what others could read on the screen must not say who calls. */
export const hidesCallers = ({
  settings: { hideCallers },
  sharing,
}: Pick<PhoneState, 'settings' | 'sharing'>): boolean =>
  hideCallers === 'always' || (hideCallers === 'while-sharing' && sharing === true)

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
 * says of itself, then the account.
 */
export function detail(
  state: PhoneState,
  call: { readonly name: string | null; readonly handle: Handle; readonly accountId: string },
): string {
  const known = number(call)
  const line = known === '' ? words.hiddenNumber : known
  return words.detail([who(call) === known ? null : line, accountName(state, call.accountId)])
}
