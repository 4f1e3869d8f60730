/*
 * What the bar shows, as a function of the phone's state: one call or conference, the number of others, and what its
 * buttons would do. Pure; the same predicates that guard the commands enable the buttons.
 */
import { canEnd, canHold, canMute, canResume, connectedAt, isMuted, type Call } from '../../common/call'
import type { UiCommand } from '../../common/contract/ui'
import { canSwap, hasEar, partiesOf, type Party } from '../../common/party'
import type { PhoneState } from '../../common/phone-state'
import { shownCalls } from '../../common/named-calls'
import { plain } from '../../common/plain-text'
import { words } from './words'

export interface BarView {
  readonly who: string
  readonly state: string
  /** When it began, wall-clock ms; null while nobody can be heard. */
  readonly since: number | null
  /** Other calls and conferences. */
  readonly others: number
  readonly muted: boolean
  readonly held: boolean
  /** What a press asks for, in order; none: the button is disabled. */
  readonly mute: readonly UiCommand[]
  readonly hold: readonly UiCommand[]
  readonly end: readonly UiCommand[]
  /** What that button is called: it may end more than one call. */
  readonly endLabel: string
  /** null: there is nothing to swap, and no button. */
  readonly swap: UiCommand | null
}

/** The one with the user's ear, else the first on hold, else the first there is; null when no call is up. */
export function barView(state: Pick<PhoneState, 'calls' | 'settings' | 'sharing'>): BarView | null {
  const letIn = new Set(state.calls.filter(({ autoAnswered }) => autoAnswered).map(({ call }) => call.id))
  const parties = partiesOf(shownCalls(state, words.someCall))
  const up = parties.filter(([first]) => first.state !== 'incoming' || letIn.has(first.id))
  const party = up.find((one) => one.some(hasEar)) ?? up.find((one) => one.every(canResume)) ?? up[0]
  if (!party) return null
  const [first] = party
  const mutable = party.filter(canMute)
  const muted = mutable.length > 0 && mutable.every(isMuted)
  const held = party.every(({ state }) => state === 'held')
  const begun = party.map(connectedAt).filter((at) => at !== null)
  return {
    who: party.length > 1 ? words.conference(party.length) : nameOf(first),
    state: letIn.has(first.id) && party.length === 1 ? letInWords(first, held, muted) : stateOf(first, held, muted),
    since: begun.length > 0 ? Math.min(...begun) : null,
    others: parties.length - 1,
    muted,
    held,
    mute: mutable.map(({ id }) => ({ type: 'setMuted', callId: id, muted: !muted })),
    hold: holdOf(party),
    end: endOf(party),
    endLabel: party.length > 1 ? words.endConference : words.end,
    swap: canSwap(parties) ? { type: 'swap' } : null,
  }
}

/** Whichever member is named, the whole conference is held or resumed. */
function holdOf(party: Party): readonly UiCommand[] {
  const active = party.find(canHold)
  const held = party.find(canResume)
  if (active) return [{ type: 'setHeld', callId: active.id, held: true }]
  return held ? [{ type: 'setHeld', callId: held.id, held: false }] : []
}

function endOf(party: Party): readonly UiCommand[] {
  const call = party.find(canEnd)
  return call ? [{ type: party.length > 1 ? 'endGroup' : 'end', callId: call.id }] : []
}

function stateOf(call: Call, held: boolean, muted: boolean): string {
  if (held) return words.state.held
  if (call.state === 'active') return muted ? words.muted : words.state.active
  return words.state[call.state]
}

/** Plain for as long as the call lasts: its user did not answer it. */
function letInWords(call: Call, held: boolean, muted: boolean): string {
  if (call.state === 'incoming') return words.answering
  return call.state === 'active' && !muted ? words.letIn : `${stateOf(call, held, muted)}, ${words.alsoLetIn}`
}

const nameOf = (call: Call): string => plain(call.name ?? '') || plain(call.handle.value) || words.unknown
