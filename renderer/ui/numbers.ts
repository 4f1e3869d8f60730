/*
 * Numbers for the eye: telephone numbers in groups, durations, times and dates. Only how things look; what is dialled
 * is never changed here. Times are wall-clock ms.
 */
import type { Handle } from '../../common/handle'
import { words } from './words'

// Country codes of one and two digits; all others have three (ITU-T E.164 list of assigned codes).
const shortCodes = new Set(
  '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
)

/** `+4989123456` becomes `+49 89 123 456`; a short extension or an address stays as it is. */
export function formatNumber(value: string): string {
  if (!/^\+?\d{7,15}$/.test(value)) return value
  if (!value.startsWith('+')) return group(value)
  const digits = value.slice(1)
  const code = [1, 2, 3].map((n) => digits.slice(0, n)).find((c) => shortCodes.has(c)) ?? digits.slice(0, 3)
  const rest = digits.slice(code.length)
  // North America writes 3-3-4 (NANP); elsewhere the length of an area code cannot be seen from the digits.
  if (code === '1' && rest.length === 10) return `+1 ${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)}`
  return `+${code} ${group(rest)}`
}

/** Threes from the left; a rest of one digit would look lost, so the tail is two pairs then. */
function group(digits: string): string {
  const rest = digits.length % 3
  const cut = rest === 1 ? digits.length - 4 : digits.length - rest
  const groups = digits.slice(0, cut).match(/.{3}/g) ?? []
  const tail = digits.slice(cut)
  return [...groups, ...(rest === 1 ? [tail.slice(0, 2), tail.slice(2)] : [tail])].filter(Boolean).join(' ')
}

/** What stands for a person when there is no name. */
export const showHandle = (handle: Handle): string =>
  handle.value === '' ? words.anonymous : formatNumber(handle.value)

/** The big line: the name, or the number when there is none. */
export const showWho = (who: { readonly name: string | null; readonly handle: Handle }): string =>
  who.name?.trim() ? who.name.trim() : showHandle(who.handle)

/** Who asks us to call somebody: whom they name, or whom we talk to. */
export const referrer = (
  { by }: { readonly by: Handle | null },
  call: { readonly name: string | null; readonly handle: Handle },
): string => (by === null || by.value === '' || by.value === call.handle.value ? showWho(call) : showHandle(by))

/** Whom the far end asks us to call: the name it gives them, with the address that would be dialled. */
export const showReferred = ({ handle, name }: { readonly handle: Handle; readonly name?: string | null }): string =>
  name?.trim() && name.trim() !== handle.value ? `${name.trim()} (${showHandle(handle)})` : showHandle(handle)

/** The small line under a name; empty when the big line already says it. */
export const showDetail = (who: { readonly name: string | null; readonly handle: Handle }): string =>
  who.name?.trim() && who.name.trim() !== who.handle.value ? formatNumber(who.handle.value) : ''

/** `0:07`, `12:34`, `1:02:03`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number): string => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** The same for a screen reader and for lists: `3 min 20 s`, `45 s`, `1 h 2 min`. */
export function sayDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  if (h > 0) return m > 0 ? `${h} h ${m} min` : `${h} h`
  if (m > 0) return s > 0 ? `${m} min ${s} s` : `${m} min`
  return `${s} s`
}

/** `14:05`, in the user's own way of writing it. */
export const formatTime = (at: number): string => new Date(at).toLocaleTimeString(undefined, { timeStyle: 'short' })

/** `Today`, `Yesterday`, a weekday within the last six days, else a date; in the language of the page. */
export function formatDay(at: number, now: number): string {
  const day = new Date(at)
  const today = new Date(now)
  const midnight = (d: Date): number => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate())
  const days = Math.round((midnight(today) - midnight(day)) / 86_400_000)
  if (days <= 0) return words.today
  if (days === 1) return words.yesterday
  if (days < 7) return day.toLocaleDateString('en', { weekday: 'long' })
  const sameYear = day.getFullYear() === today.getFullYear()
  return day.toLocaleDateString('en', { day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) })
}

/** Up to two letters for an avatar; empty when the name has none (then an icon stands there). */
export function initials(name: string | null): string {
  const parts = (name ?? '').split(/[\s,._-]+/u).filter((part) => /^\p{L}/u.test(part))
  const letters = parts.length > 1 ? [parts[0], parts[parts.length - 1]] : parts
  return letters.map((part) => [...(part ?? '')][0]?.toLocaleUpperCase() ?? '').join('')
}

/** A stable hue, 0 to 5, so a caller keeps the colour. */
export function hue(text: string): number {
  let sum = 0
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return sum % 6
}
