/*
 * How calls are named outside the phone's own window: as the phone knows them, or not at all while nobody else is to read who calls. Pure; the words are
 * whoever's who shows them.
 */
import { isLive, type Call } from './call'
import { anonymous } from './handle'
import type { CallView, PhoneState } from './phone-state'

/** Whether what others could read on the screen must not say who calls. */
export const hidesCallers = ({
  settings: { hideCallers },
  sharing,
}: Pick<PhoneState, 'settings' | 'sharing'>): boolean =>
  hideCallers === 'always' || (hideCallers === 'while-sharing' && sharing === true)

/**
 * The calls with the names the phone knows, in place of what the network says. A name that pretends to be somebody else's number or
 * address is no name.
 */
export const namedCalls = ({ calls }: Pick<PhoneState, 'calls'>): readonly Call[] => calls.map(named)

/** The same for what others can read: while callers are hidden each is only called what `nobody` says, counting from 1; 0: there is no other. */
export function shownCalls(
  state: Pick<PhoneState, 'calls' | 'settings' | 'sharing'>,
  nobody: (count: number) => string,
): readonly Call[] {
  const calls = namedCalls(state)
  if (!hidesCallers(state)) return calls
  const live = calls.filter(isLive)
  return calls.map((call) =>
    hidden(call, nobody(live.length > 1 ? live.indexOf(call as (typeof live)[number]) + 1 : 0)),
  )
}

const named = ({ call, caller }: CallView): Call => {
  const name = caller?.name ?? (caller?.lookalike === true ? null : call.name)
  return name === call.name ? call : { ...call, name }
}

function hidden(call: Call, name: string): Call {
  const nobody = { ...call, name, handle: anonymous }
  if (nobody.state !== 'active' && nobody.state !== 'held') return nobody
  const { transfer, referral } = nobody
  return {
    ...nobody,
    transfer: transfer && { ...transfer, to: anonymous },
    referral: referral && { ...referral, handle: anonymous, name: null, by: null },
  }
}
