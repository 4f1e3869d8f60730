/*
 * The list of recents as a file for other programs: CSV (RFC 4180) or JSON. A caller chooses their own name, so no cell may
 * be a formula to the spreadsheet that opens it. Pure.
 */
import type { HistoryEntry } from '../../common/phone-state'

const columns = [
  'began',
  'direction',
  'result',
  'name',
  'number',
  'seconds',
  'account',
  'quality',
  'screened by',
  'meant for',
  'sound trouble',
  'id',
] as const

/** `accountName`: how the user calls the account. Times are ISO 8601, UTC. */
export function callsAsCsv(calls: readonly HistoryEntry[], accountName: (id: string) => string): string {
  const rows = calls.map((call) => [
    new Date(call.startedAt).toISOString(),
    call.direction,
    call.missed ? 'missed' : call.cause,
    call.label ?? call.name ?? '',
    call.handle.value,
    call.connectedAt === null ? '' : String(Math.max(0, Math.round((call.endedAt - call.connectedAt) / 1_000))),
    accountName(call.accountId),
    call.mos === null ? '' : String(call.mos),
    call.screening === null ? '' : (call.screening.list ?? call.screening.by),
    call.diverted?.[0]?.handle.value ?? '',
    call.trouble?.trouble ?? '',
    call.id,
  ])
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/** The same, whole. */
export const callsAsJson = (calls: readonly HistoryEntry[]): string => `${JSON.stringify(calls, null, 2)}\n`

/** Quoted, and a text to every spreadsheet: one that would be read as a formula begins with an apostrophe. Numbers stay numbers. */
function cell(text: string): string {
  const harmless = /^\+?[0-9]+$/.test(text) || !/^[\s\p{Cc}]*[=+\-@|%\uFF0B\uFF0D\uFF1D\uFF20]/u.test(text)
  const shown = harmless ? text : `'${text}`
  return /[",\r\n;\t']/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}
