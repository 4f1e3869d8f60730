/*
 * What servers tell besides calls, in words: lines of colleagues, mailboxes, absences, whom a call was meant for, and what is wrong with the sound. Pure;
 * whatever strangers wrote comes in as it is shown.
 */
import type { Colleague, Conversation, LineState, Voicemail } from '../../common/colleague'
import type { MediaTrouble } from '../../common/diagnosis'
import type { CallView, HistoryEntry } from '../../common/phone-state'
import type { Away } from '../../common/reach'
import { formatDay, formatTime, sayDuration, showWho } from './numbers'
import type { Explanation } from './words'

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
  network: 'There was no network.',
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
export function sayMeant(diverted: CallView['diverted']): { readonly whom: string; readonly why: string } | null {
  const [first] = diverted
  if (!first) return null
  const reason = first.reason === null || first.reason === 'unknown' ? null : (diversions[first.reason] ?? null)
  return { whom: showWho(first), why: reason === null ? 'forwarded' : `forwarded: ${reason}` }
}

const troubles: Record<MediaTrouble, Explanation> = {
  'nothing-received': {
    title: 'No sound comes from them.',
    remedy:
      'Your sound leaves, but nothing arrives. A firewall, VPN or the server may hold it back. Hang up and call again.',
  },
  'private-address': {
    title: 'No sound comes from them.',
    remedy:
      'They, or their server, gave an address that cannot be reached from here. Whoever runs the server can correct that.',
  },
  'srtp-refused': {
    title: 'Their sound cannot be decrypted.',
    remedy:
      'The keys of both sides do not fit, so it is not played. Hang up and call again; if it stays, tell whoever runs the server.',
  },
  'strangers-only': {
    title: 'Sound comes from somewhere else than them.',
    remedy: 'It is not played, because it could be anybody’s. The server may announce a wrong address.',
  },
  'turned-away': {
    title: 'Nobody takes your sound where they said they are.',
    remedy: 'Their phone or server has let go of this call, or a firewall refuses it. Hang up and call again.',
  },
  'own-private-address': {
    title: 'No sound comes from them.',
    remedy:
      'They were told an address of your network, and may be sending there in vain. A STUN server helps: see the account’s connection.',
  },
  'listens-only': {
    title: 'They only listen.',
    remedy: 'Their phone said that it sends no sound in this call, so there is nothing to hear.',
  },
  'nothing-sent': {
    title: 'Your sound does not leave this computer.',
    remedy: 'They hear nothing. A firewall or VPN may hold it back. Hang up and call again.',
  },
  'microphone-silent': {
    title: 'Your microphone gives no sound.',
    remedy: 'They hear nothing. It may be switched off at the headset, or another one is meant: see Settings, Audio.',
  },
  'not-heard': {
    title: 'They do not seem to hear you.',
    remedy:
      'Your sound leaves, but their reports tell of none. A firewall, VPN or the server may hold it back. Hang up and call again.',
  },
  'far-end-silent': {
    title: 'They send silence.',
    remedy: 'The connection works. They may be muted, or have the wrong microphone.',
  },
  'heavy-loss': {
    title: 'Much of the sound is lost on the way.',
    remedy: 'More than a tenth does not arrive. A cable instead of Wi-Fi, or less other traffic, helps most.',
  },
}
export const explainTrouble = (trouble: MediaTrouble): Explanation => troubles[trouble]

/** Who wrote messages, or whom one writes to. */
export const showWriter = (talk: Pick<Conversation, 'name' | 'with'>): string =>
  showWho({ name: talk.name, handle: talk.with })
