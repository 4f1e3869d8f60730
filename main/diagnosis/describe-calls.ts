/*
 * The calls that are up and those that ended last, for somebody who helps: when, how they sounded and why they ended, and of whom only a
 * pseudonym. Pure.
 */
import { connectedAt } from '../../common/call'
import type { Handle } from '../../common/handle'
import type { MediaQuality } from '../../common/media'
import type { CallView, HistoryEntry, PhoneState } from '../../common/phone-state'
import type { Pseudonyms } from './pseudonyms'

/** Of those that ended. */
const shown = 50

export function describeCalls(
  { calls, history }: PhoneState,
  names: Pseudonyms,
  clean: (text: string) => string,
): string {
  const live = calls.map((view) => describeLive(view, names, clean))
  const ended = history.slice(0, shown).map((entry) => describeEnded(entry, names))
  return [
    ['now:', ...(live.length === 0 ? ['none'] : live)],
    ['ended:', ...(ended.length === 0 ? ['none'] : ended)],
  ]
    .map((part) => part.join('\n  '))
    .join('\n\n')
}

function describeLive(view: CallView, names: Pseudonyms, clean: (text: string) => string): string {
  const { call, media, diagnosis } = view
  // It is to leave no trace, here neither.
  if (view.private) return `a private call, ${call.state}`
  const since = connectedAt(call)
  const facts = [
    `${call.direction}, ${call.state}, ${names.account(call.accountId)}, with ${who(call.handle, names)}`,
    `began ${iso(call.startedAt)}, connected ${since === null ? 'not yet' : iso(since)}`,
    describeMedia(media),
    call.groupId === null ? null : 'in a conference',
    diagnosis === null ? null : `${diagnosis.trouble} since ${iso(diagnosis.since)}: ${clean(diagnosis.evidence)}`,
  ]
  return facts.filter((fact) => fact !== null).join('; ')
}

function describeMedia(media: MediaQuality): string {
  if (media.codec === null) return 'no sound yet'
  const rounded = (value: number | null): string => (value === null ? '?' : String(Math.round(value * 10) / 10))
  return (
    `${media.codec}, encryption ${media.encryption ?? 'not known'}, ${media.packetsSent} packets sent, ${media.packetsReceived} received, ` +
    `${media.packetsLost} lost (${rounded(media.lossRatio === null ? null : media.lossRatio * 100)} % of late), ` +
    `jitter ${rounded(media.jitterMs)} ms, round trip ${rounded(media.roundTripMs)} ms, MOS ${rounded(media.mos)}`
  )
}

function describeEnded(entry: HistoryEntry, names: Pseudonyms): string {
  const seconds = entry.connectedAt === null ? null : Math.round((entry.endedAt - entry.connectedAt) / 1000)
  return [
    `${iso(entry.startedAt)} ${entry.direction}, ${names.account(entry.accountId)}, with ${who(entry.handle, names)}`,
    seconds === null ? 'never connected' : `${seconds} s`,
    `${entry.cause}${entry.sipStatus === null ? '' : ` (${entry.sipStatus})`}`,
    entry.mos === null ? null : `MOS ${Math.round(entry.mos * 10) / 10}`,
    entry.screening === null ? null : 'did not ring',
  ]
    .filter((fact) => fact !== null)
    .join('; ')
}

function who({ value }: Handle, names: Pseudonyms): string {
  if (value === '') return 'somebody anonymous'
  const [user = '', host] = value.split('@')
  return host === undefined ? names.user(user) : `${names.user(user)}@${names.host(host)}`
}

const iso = (ms: number): string => new Date(ms).toISOString()
