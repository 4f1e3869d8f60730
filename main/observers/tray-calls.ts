/*
 * The calls in the tray's menu: each with the verbs it allows, a conference with those of its members below it. Pure; the
 * same predicates that guard the commands decide which verbs there are.
 */
import {
  type Call,
  canAnswer,
  canEnd,
  canGroup,
  canHold,
  canMute,
  canResume,
  canTransfer,
  canTransferTo,
  canUngroup,
  consultationWith,
  isLive,
  isMuted,
} from '../../common/call'
import { canSwap, partiesOf, type Party } from '../../common/party'
import { hidesCallers, shownCalls } from '../../common/named-calls'
import type { PhoneState } from '../../common/phone-state'
import { plain } from '../../common/plain-text'
import { words } from '../words'
import { answerChoices, hasVoicemail } from './answer-choices'
import { who, whom } from './describe-call'
import { item, label, separator, type TrayItem } from './tray-item'

/** A menu is no place for more; the window has them all. */
const callsInMenu = 6

/** Of every call there is, and what can be done with several; each part ends in a separator. */
export function callItems(state: PhoneState): readonly TrayItem[] {
  const calls = shownCalls(state, words.someCall).filter(isLive)
  const parties = partiesOf(calls)
  const parts = parties.slice(0, callsInMenu).map((party) => partyItems(state, party))
  if (parties.length > callsInMenu) parts.push([label(words.tray.moreCalls)])
  parts.push(betweenItems(calls, parties))
  return parts.filter((part) => part.length > 0).flatMap((part) => [...part, separator])
}

function partyItems(state: PhoneState, party: Party): readonly TrayItem[] {
  if (party.length > 1) return conferenceItems(state, party)
  const [call] = party
  return canAnswer(call) ? ringingItems(state, call) : talkingItems(state, call)
}

function ringingItems(state: PhoneState, call: Call): readonly TrayItem[] {
  const callId = call.id
  const items = [
    titleOf(state, call),
    ...answerChoices(state, call).map(({ verb, label }) => item(label, { type: verb, callId })),
    item(words.decline, { type: 'decline', callId }),
  ]
  if (hasVoicemail(state, call)) items.push(item(words.tray.sendToVoicemail, { type: 'sendToVoicemail', callId }))
  if (!state.silenced.includes(callId)) items.push(item(words.tray.silence, { type: 'silence', callId }))
  return items
}

function talkingItems(state: PhoneState, call: Call): readonly TrayItem[] {
  const callId = call.id
  const muted = isMuted(call)
  const items = [titleOf(state, call), ...questions(state, call)]
  if (canHold(call)) items.push(item(words.tray.hold, { type: 'setHeld', callId, held: true }))
  if (canResume(call)) items.push(item(words.tray.resume, { type: 'setHeld', callId, held: false }))
  if (canMute(call)) items.push(item(words.tray.mute, { type: 'setMuted', callIds: [callId], muted: !muted }, muted))
  const parks = state.accounts.some(({ account }) => account.id === call.accountId && account.features.park !== null)
  if (parks && canTransfer(call)) items.push(item(words.tray.park, { type: 'park', callId }))
  if (canEnd(call)) items.push(item(words.tray.end, { type: 'end', callId }))
  return items
}

/** What the phone waits for the user's word with. */
function questions(state: PhoneState, call: Call): readonly TrayItem[] {
  if (call.state !== 'active' && call.state !== 'held') return []
  const callId = call.id
  const items: TrayItem[] = []
  // Nobody decides whom to call without reading it, and nobody else is to read it.
  if (call.referral !== null && hidesCallers(state)) items.push(label(words.callAsks))
  else if (call.referral !== null) {
    const target = whom(call.referral)
    items.push(
      label(words.tray.asksToCall(target)),
      item(words.callTarget(target), { type: 'answerReferral', callId, accept: true }),
      item(words.doNotCall, { type: 'answerReferral', callId, accept: false }),
    )
  }
  if (call.digitsWaiting > 0) {
    items.push(
      item(words.tray.sendDigits(call.digitsWaiting), { type: 'continueDigits', callId, send: true }),
      item(words.forgetDigits, { type: 'continueDigits', callId, send: false }),
    )
  }
  return items
}

function conferenceItems(state: PhoneState, members: Party): readonly TrayItem[] {
  const held = members.every(({ state }) => state === 'held')
  const canBeMuted = members.filter(canMute)
  const muted = canBeMuted.length > 0 && canBeMuted.every(isMuted)
  const condition = held ? words.call.held : muted ? words.call.muted : words.call.active
  const items = [label(`${words.tray.conference(members.length)} — ${condition}`)]
  // Whichever member is named, the whole conference is held or resumed.
  const holdable = members.find(canHold)
  const resumable = members.find(canResume)
  if (holdable) items.push(item(words.tray.hold, { type: 'setHeld', callId: holdable.id, held: true }))
  else if (resumable) items.push(item(words.tray.resume, { type: 'setHeld', callId: resumable.id, held: false }))
  const callIds = canBeMuted.map(({ id }) => id)
  if (callIds.length > 0) items.push(item(words.tray.mute, { type: 'setMuted', callIds, muted: !muted }, muted))
  for (const member of members) items.push(...memberItems(state, member))
  items.push(item(words.tray.endConference, { type: 'endGroup', callId: members[0].id }))
  return items
}

function memberItems(state: PhoneState, member: Call): readonly TrayItem[] {
  const callId = member.id
  const items = [...questions(state, member)]
  if (canUngroup(member)) items.push(item(words.tray.split, { type: 'split', callId }))
  if (canEnd(member)) items.push(item(words.tray.end, { type: 'end', callId }))
  return items.length === 0 ? [label(who(member))] : [{ type: 'menu', label: who(member), items }]
}

/** What can be done with calls together. */
function betweenItems(calls: readonly Call[], parties: readonly Party[]): readonly TrayItem[] {
  const items: TrayItem[] = []
  const consultations = calls.flatMap((call) => {
    const { from, to } = consultationWith(call, calls) ?? {}
    return to === call && from && canTransferTo(from, to) ? [{ from, to }] : []
  })
  for (const { from, to } of consultations) {
    const handOver = words.tray.handOver(who(from), who(to))
    items.push(item(handOver, { type: 'transferToCall', callId: from.id, toCallId: to.id }))
  }
  if (canSwap(parties)) items.push(item(words.tray.swap, { type: 'swap' }))
  const mergeable = calls.filter((call) => calls.some((other) => canGroup(call, other)))
  if (mergeable.length > 1)
    items.push(item(words.tray.merge, { type: 'merge', callIds: mergeable.map(({ id }) => id) }))
  return items
}

function titleOf(state: PhoneState, call: Call): TrayItem {
  const letIn = state.calls.some((view) => view.call.id === call.id && view.autoAnswered)
  return label(`${who(call)} — ${stateWords(call)}${letIn ? `, ${words.call.letIn}` : ''}`)
}

function stateWords(call: Call): string {
  if (call.state !== 'active' && call.state !== 'held') return words.call[call.state]
  if (call.transfer !== null) return words.call.transferring(plain(call.transfer.to.value))
  return call.state === 'active' && isMuted(call) ? words.call.muted : words.call[call.state]
}
