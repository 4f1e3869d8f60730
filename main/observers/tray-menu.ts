/*
 * The tray as data: which icon, which words, which menu, as pure functions of the phone's state. The adapter draws it and
 * hands back the verb of what was chosen; no text of a stranger reaches it uncleaned.
 */
import { type Call, canAnswer, isLive } from '../../common/call'
import { plain } from '../../common/plain-text'
import { hidesCallers, shownCalls } from '../../common/named-calls'
import type { AccountState, PhoneState } from '../../common/phone-state'
import { registrationWords, words } from '../words'
import { missedCount } from './attention'
import { who } from './describe-call'
import { callItems } from './tray-calls'
import { item, label, separator, type TrayItem } from './tray-item'

export const trayIcons = ['registered', 'unregistered', 'ringing', 'in-call', 'do-not-disturb'] as const
export type TrayIcon = (typeof trayIcons)[number]

export interface TrayFace {
  readonly icon: TrayIcon
  readonly tooltip: string
  readonly menu: readonly TrayItem[]
}

const live = (state: PhoneState): Call[] => shownCalls(state, words.someCall).filter(isLive)
const enabled = (state: PhoneState): AccountState[] => state.accounts.filter(({ account }) => account.enabled)

/** Ringing beats everything, a call beats do not disturb, and one account that is not ready means calls may be missed. */
export function trayIcon(state: PhoneState): TrayIcon {
  const calls = live(state)
  if (calls.some(canAnswer)) return 'ringing'
  if (calls.length > 0) return 'in-call'
  if (state.quiet.on) return 'do-not-disturb'
  const accounts = enabled(state)
  return accounts.length > 0 && accounts.every(canBeCalled) ? 'registered' : 'unregistered'
}

export function trayTooltip(state: PhoneState): string {
  return `${words.appName} — ${tooltipWords(state)}`
}

function tooltipWords(state: PhoneState): string {
  const calls = live(state)
  const ringing = calls.find(canAnswer)
  const [only] = calls
  const hidden = hidesCallers(state)
  if (ringing !== undefined) return hidden ? words.incomingCall : words.tooltip.ringing(who(ringing))
  if (only !== undefined && calls.length === 1) return hidden ? words.tooltip.inACall : words.tooltip.inCall(who(only))
  if (calls.length > 1) return words.tooltip.inCalls(calls.length)
  const missed = missedCount(state)
  const lines = [missed > 0 ? words.tooltip.missed(missed) : null, registrationTooltip(state)]
  return words.detail(lines)
}

function registrationTooltip(state: PhoneState): string {
  if (state.quiet.on) return quietWords(state)
  const accounts = enabled(state)
  if (accounts.length === 0) return words.tooltip.noAccount
  const troubled = accounts.find((state) => !canBeCalled(state))
  if (troubled !== undefined) return accountLine(troubled)
  const proofs = accounts.map(({ reach }) => reach?.provenAt ?? null)
  // The oldest counts: all of them are to be reachable.
  return words.tooltip.registered(proofs.some((at) => at === null) ? null : Math.min(...proofs.map(Number)))
}

const canBeCalled = ({ registration, reach }: AccountState): boolean =>
  registration.state === 'registered' && (reach?.doubt ?? null) === null

const accountLine = ({ account, registration, reach }: AccountState): string =>
  `${plain(account.name)}: ${registrationWords(registration, account.enabled, reach)}`

export function trayMenu(state: PhoneState): readonly TrayItem[] {
  const accounts = state.accounts.map((account) => label(accountLine(account)))
  return [
    ...callItems(state),
    ...(accounts.length === 0 ? [label(words.tray.noAccount)] : accounts),
    ...voicemailItems(state),
    separator,
    ...quietItems(state),
    separator,
    item(words.tray.open, { type: 'open' }),
    item(words.tray.quit, { type: 'quit' }),
  ]
}

/** One for each mailbox that can be called and has something. */
const voicemailItems = (state: PhoneState): readonly TrayItem[] =>
  enabled(state).flatMap(({ account: { id, name, features } }) => {
    const box = state.voicemail.find((one) => one.accountId === id)
    if (!box?.waiting || features.voicemail === null) return []
    const text = words.tray.voicemail(box.fresh, state.accounts.length > 1 ? plain(name) : null)
    return [item(text, { type: 'listenToVoicemail', accountId: id, number: features.voicemail })]
  })

/** Minutes do not disturb can be switched on for. */
const quietTimes = [30, 60, 120] as const

function quietItems(state: PhoneState): readonly TrayItem[] {
  const quiet = state.quiet.on
  const times = quietTimes.map((lasts) => item(words.tray.minutes(lasts), { type: 'setDoNotDisturb', on: true, lasts }))
  const morning = item(words.tray.untilMorning, { type: 'setDoNotDisturb', on: true, lasts: 'until-morning' })
  const off = item(words.tray.off, { type: 'setDoNotDisturb', on: false, lasts: null })
  return [
    item(quietWords(state), { type: 'setDoNotDisturb', on: !quiet, lasts: null }, quiet),
    { type: 'menu', label: words.tray.doNotDisturbFor, items: quiet ? [...times, morning, off] : [...times, morning] },
    ...sharingItems(state),
  ]
}

/** A desktop seldom tells whether the screen is shared, so its user can say it. */
const sharingItems = ({ settings, sharing = false }: PhoneState): readonly TrayItem[] =>
  settings.hideCallers === 'while-sharing'
    ? [item(words.tray.sharing, { type: 'setSharing', on: !sharing }, sharing)]
    : []

function quietWords({ quiet, settings: { doNotDisturb, doNotDisturbUntil } }: PhoneState): string {
  if (doNotDisturb && doNotDisturbUntil !== null) return words.tray.doNotDisturbUntil(doNotDisturbUntil)
  if (quiet.because === 'schedule') return words.tray.quietBySchedule
  return quiet.because === 'desktop' ? words.tray.quietByDesktop : words.doNotDisturb
}

export const trayFace = (state: PhoneState): TrayFace => ({
  icon: trayIcon(state),
  tooltip: trayTooltip(state),
  menu: trayMenu(state),
})
