/*
 * The tray as data: which icon, which words, which menu, as pure functions of the phone's state. The adapter draws it and
 * hands back the verb of what was chosen; no text of a stranger reaches it uncleaned.
 */
import { type Call, canAnswer, canEnd, canHold, canMute, canResume, isLive, isMuted } from '../../common/call'
import type { CallId } from '../../common/call'
import { plain } from '../../common/plain-text'
import type { AccountState, PhoneState } from '../../common/phone-state'
import { registrationWords, words } from '../words'
import { missedCount } from './attention'
import { who } from './describe-call'

export const trayIcons = ['registered', 'unregistered', 'ringing', 'in-call', 'do-not-disturb'] as const
export type TrayIcon = (typeof trayIcons)[number]

export type TrayVerb =
  | { readonly type: 'answer' | 'decline' | 'silence' | 'end'; readonly callId: CallId }
  | { readonly type: 'setHeld'; readonly callId: CallId; readonly held: boolean }
  | { readonly type: 'setMuted'; readonly callId: CallId; readonly muted: boolean }
  | { readonly type: 'setDoNotDisturb'; readonly on: boolean }
  | { readonly type: 'open' }
  | { readonly type: 'quit' }

export type TrayItem =
  | { readonly type: 'separator' }
  /** Words only. */
  | { readonly type: 'label'; readonly label: string }
  /** `checked` null: not a check box. */
  | { readonly type: 'verb'; readonly label: string; readonly checked: boolean | null; readonly verb: TrayVerb }

export interface TrayFace {
  readonly icon: TrayIcon
  readonly tooltip: string
  readonly menu: readonly TrayItem[]
}

/** A menu is no place for more; the window has them all. */
const callsInMenu = 6

const live = (state: PhoneState): Call[] => state.calls.map(({ call }) => call).filter(isLive)
const enabled = (state: PhoneState): AccountState[] => state.accounts.filter(({ account }) => account.enabled)

/** Ringing beats everything, a call beats do not disturb, and one account that is not ready means calls may be missed. */
export function trayIcon(state: PhoneState): TrayIcon {
  const calls = live(state)
  if (calls.some(canAnswer)) return 'ringing'
  if (calls.length > 0) return 'in-call'
  if (state.settings.doNotDisturb) return 'do-not-disturb'
  const accounts = enabled(state)
  const ready = accounts.length > 0 && accounts.every(({ registration }) => registration.state === 'registered')
  return ready ? 'registered' : 'unregistered'
}

export function trayTooltip(state: PhoneState): string {
  return `${words.appName} — ${tooltipWords(state)}`
}

function tooltipWords(state: PhoneState): string {
  const calls = live(state)
  const ringing = calls.find(canAnswer)
  const [only] = calls
  if (ringing !== undefined) return words.tooltip.ringing(who(ringing))
  if (only !== undefined)
    return calls.length === 1 ? words.tooltip.inCall(who(only)) : words.tooltip.inCalls(calls.length)
  const missed = missedCount(state)
  const lines = [missed > 0 ? words.tooltip.missed(missed) : null, registrationTooltip(state)]
  return words.detail(lines)
}

function registrationTooltip(state: PhoneState): string {
  if (state.settings.doNotDisturb) return words.tooltip.doNotDisturb
  const accounts = enabled(state)
  if (accounts.length === 0) return words.tooltip.noAccount
  const troubled = accounts.find(({ registration }) => registration.state !== 'registered')
  return troubled === undefined ? words.tooltip.registered : accountLine(troubled)
}

const accountLine = ({ account, registration }: AccountState): string =>
  `${plain(account.name)}: ${registrationWords(registration, account.enabled)}`

export function trayMenu(state: PhoneState): readonly TrayItem[] {
  const calls = live(state)
  const items: TrayItem[] = []
  for (const call of calls.slice(0, callsInMenu))
    items.push(...callItems(call, state.silenced.includes(call.id)), { type: 'separator' })
  if (calls.length > callsInMenu) items.push({ type: 'label', label: words.tray.moreCalls }, { type: 'separator' })
  for (const account of state.accounts) items.push({ type: 'label', label: accountLine(account) })
  if (state.accounts.length === 0) items.push({ type: 'label', label: words.tray.noAccount })
  const quiet = state.settings.doNotDisturb
  items.push(
    { type: 'separator' },
    item(words.tray.doNotDisturb, { type: 'setDoNotDisturb', on: !quiet }, quiet),
    { type: 'separator' },
    item(words.tray.open, { type: 'open' }),
    item(words.tray.quit, { type: 'quit' }),
  )
  return items
}

const item = (label: string, verb: TrayVerb, checked: boolean | null = null): TrayItem => ({
  type: 'verb',
  label,
  checked,
  verb,
})

/** The same predicates that guard the commands decide which verbs there are. */
function callItems(call: Call, silenced: boolean): TrayItem[] {
  const callId = call.id
  const muted = isMuted(call)
  const state = call.state === 'active' && muted ? words.call.muted : words.call[call.state]
  const items: TrayItem[] = [{ type: 'label', label: `${who(call)} — ${state}` }]
  if (canAnswer(call)) {
    items.push(
      item(words.tray.answer, { type: 'answer', callId }),
      item(words.tray.decline, { type: 'decline', callId }),
    )
    if (!silenced) items.push(item(words.tray.silence, { type: 'silence', callId }))
    return items
  }
  if (canHold(call)) items.push(item(words.tray.hold, { type: 'setHeld', callId, held: true }))
  if (canResume(call)) items.push(item(words.tray.resume, { type: 'setHeld', callId, held: false }))
  if (canMute(call)) items.push(item(words.tray.mute, { type: 'setMuted', callId, muted: !muted }, muted))
  if (canEnd(call)) items.push(item(words.tray.end, { type: 'end', callId }))
  return items
}

export const trayFace = (state: PhoneState): TrayFace => ({
  icon: trayIcon(state),
  tooltip: trayTooltip(state),
  menu: trayMenu(state),
})
