/*
 * What servers tell besides calls, in words: lines of colleagues, mailboxes, absences, and whom a call was meant for. Pure; whatever
 * strangers wrote comes in as it is shown.
 */
import type { Colleague, Conversation, LineState, Voicemail } from '../../common/colleague'
import type { CallView, HistoryEntry } from '../../common/phone-state'
import type { Away } from '../../common/reach'
import { formatDay, formatTime, sayDuration, showWho } from './numbers'

const lines: Record<LineState, string> = {
  unknown: 'Not known',
  idle: 'Free',
  ringing: 'Ringing',
  busy: 'In a call',
  held: 'On hold',
  offline: 'Offline',
}

/** What a colleague's line does, and with whom as far as that is said. `others`: whose names are known. */
export function sayLine(
  { line, withWhom }: Pick<Colleague, 'line' | 'withWhom'>,
  others: readonly Colleague[] = [],
): string {
  if (withWhom === null || withWhom.value === '' || (line !== 'ringing' && line !== 'busy' && line !== 'held'))
    return lines[line]
  const name = others.find(({ number }) => number === withWhom.value)?.name ?? null
  const who = showWho({ name, handle: withWhom })
  return line === 'ringing' ? `Ringing: ${who}` : `${lines[line]} with ${who}`
}

/** What they say of themselves; empty: nothing. */
export function sayPresence({ presence }: Pick<Colleague, 'presence'>): string {
  if (presence === null) return ''
  if (presence.note !== null && presence.note !== '') return presence.note
  return presence.open === false ? 'Away' : ''
}

/** How much waits in a mailbox. */
export function sayMailbox({ waiting, fresh, old, urgent }: Omit<Voicemail, 'accountId'>): string {
  if (!waiting && !fresh) return old ? `No new messages, ${old} old` : 'No messages'
  if (fresh === null || fresh === 0) return 'New messages'
  const pressing = urgent ? `, ${urgent} urgent` : ''
  return `${fresh} new${pressing}${old ? `, ${old} old` : ''}`
}

/** Of all mailboxes: how many new messages, and whether some are not counted. */
export function mailboxCount(boxes: readonly Voicemail[]): { readonly fresh: number; readonly uncounted: boolean } {
  const waiting = boxes.filter((box) => box.waiting || (box.fresh ?? 0) > 0)
  const fresh = waiting.reduce((sum, box) => sum + (box.fresh ?? 0), 0)
  return { fresh, uncounted: waiting.some((box) => !box.fresh) }
}

const reasons: Record<Away['because'], string> = {
  sleep: 'The computer was asleep.',
  network: 'The network, or the way to the server, was lost.',
  server: 'The server did not answer.',
  closed: 'Patchcord was closed.',
  refused: 'The server did not let the account in.',
}
export const sayAwayReason = ({ because }: Pick<Away, 'because'>): string => reasons[because]

/** From when to when, the day said once where it is one. */
export function sayAwayTime({ from, to }: Pick<Away, 'from' | 'to'>, now: number): string {
  const [first, last] = [formatDay(from, now), formatDay(to, now)]
  const end = first === last ? formatTime(to) : `${last}, ${formatTime(to)}`
  return `${first}, ${formatTime(from)} – ${end} (${sayDuration(to - from)})`
}

/** What came meanwhile, as far as anybody tells. */
export function sayMissedMeanwhile(away: Away, history: readonly HistoryEntry[]): string {
  const calls = history.filter(
    ({ missed, accountId, startedAt }) =>
      missed && accountId === away.accountId && startedAt >= away.from && startedAt <= away.to,
  ).length
  const parts = [
    calls > 0 ? (calls === 1 ? '1 missed call' : `${calls} missed calls`) : '',
    away.newMessages === null
      ? ''
      : away.newMessages === 0
        ? 'no new voice message'
        : away.newMessages === 1
          ? '1 new voice message'
          : `${away.newMessages} new voice messages`,
  ].filter(Boolean)
  if (parts.length === 0) return 'Whether somebody called meanwhile the server does not tell.'
  const said = parts.join(' and ')
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`
}

/** RFC 5806 and the causes of RFC 4458, as far as a person has a word for them. */
const diversions: Readonly<Record<string, string>> = {
  'user-busy': 'busy',
  busy: 'busy',
  'no-answer': 'no answer',
  unavailable: 'not reachable',
  'out-of-service': 'not reachable',
  unconditional: 'always',
  'time-of-day': 'by time of day',
  'do-not-disturb': 'do not disturb',
  dnd: 'do not disturb',
  deflection: 'by hand',
  'follow-me': 'follow me',
  away: 'away',
}

/** Whom a call was meant for first, and why it came here; null: for us. `why` empty: not said. */
export function sayMeant(diverted: CallView['diverted'] = []): { readonly whom: string; readonly why: string } | null {
  const [first] = diverted
  if (!first) return null
  const reason = first.reason === null || first.reason === 'unknown' ? null : (diversions[first.reason] ?? null)
  return { whom: showWho(first), why: reason === null ? 'forwarded' : `forwarded: ${reason}` }
}

/** Who wrote messages, or whom one writes to. */
export const showWriter = (talk: Pick<Conversation, 'name' | 'with'>): string =>
  showWho({ name: talk.name, handle: talk.with })
