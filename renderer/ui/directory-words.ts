/*
 * Directories and blocking in words: what a source is, how it is, why a call did not ring, what a rule matches. Pure.
 */
import {
  namesSearchedAtMost,
  type BlockRuleDraft,
  type DirectorySource,
  type Screening,
  type SourceSettings,
  type SourceStatus,
} from '../../common/directory'
import { formatDay, formatNumber, formatTime } from './numbers'

export type SourceKind = SourceSettings['kind']

export const kinds: Record<SourceKind, { readonly name: string; readonly hint: string }> = {
  file: { name: 'List in a file', hint: 'CSV or JSON on this computer: number, name, and whether to block.' },
  url: { name: 'List on a server', hint: 'The same, fetched again from time to time.' },
  vcard: { name: 'vCard file', hint: 'An address book saved as .vcf.' },
  carddav: { name: 'Address book (CardDAV)', hint: 'Nextcloud, iCloud, Fastmail and many others.' },
  ldap: { name: 'Company directory (LDAP)', hint: 'Also searched as you type.' },
  lookup: {
    name: 'Look up by web address',
    hint: 'A CRM is asked about numbers nobody else knows. It never delays ringing.',
  },
  extension: { name: 'Your own program', hint: 'A module in the folder “extensions” of your profile.' },
}

/** Where it reads from, short. */
export function sayPlace(settings: SourceSettings): string {
  switch (settings.kind) {
    case 'file':
    case 'vcard':
      return settings.path.split(/[\\/]/).at(-1) ?? settings.path
    case 'extension':
      return settings.file
    default:
      return URL.canParse(settings.url) ? new URL(settings.url).host : settings.url
  }
}

const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`

export function sayStatus(status: SourceStatus, now: number): string {
  switch (status.state) {
    case 'never-loaded':
      return 'Not read yet'
    case 'loading':
      return status.entries > 0 ? `Reading… ${count(status.entries, 'entry', 'entries')} so far` : 'Reading…'
    case 'loaded': {
      const parts = [
        ...(status.identifying > 0 || status.blocking === 0 ? [count(status.identifying, 'name')] : []),
        ...(status.blocking > 0 ? [`${status.blocking.toLocaleString('en')} blocked`] : []),
      ]
      return `${parts.join(', ')} · read ${sayWhen(status.at, now)}`
    }
    case 'failed':
      return `${failures[status.code] ?? 'It could not be read.'} What was read before is still used.`
  }
}

/** What of it is not found by its name as somebody types; empty: nothing. */
export function sayUnsearched(status: SourceStatus): string {
  if (status.state !== 'loaded' || status.identifying <= namesSearchedAtMost) return ''
  const most = namesSearchedAtMost.toLocaleString('en')
  return `Callers are known by all of them; as you type, the first ${most} by number are searched.`
}

export function sayWhen(at: number, now: number): string {
  const day = formatDay(at, now)
  return day === 'Today' ? `at ${formatTime(at)}` : day.toLowerCase() === 'yesterday' ? 'yesterday' : day
}

/** CXErrorCodeCallDirectoryManagerError by name. */
const failures: Readonly<Record<string, string>> = {
  unknown: 'It could not be read.',
  noExtensionFound: 'It is not there (any more).',
  loadingInterrupted: 'Reading was interrupted.',
  entriesOutOfOrder: 'Its numbers are not in order.',
  duplicateEntries: 'A number is in it twice.',
  maximumEntriesExceeded: 'It is too long.',
  extensionDisabled: 'It is switched off.',
  currentlyLoading: 'It is being read already.',
  unexpectedIncrementalRemoval: 'It took numbers back that it never gave.',
}

const matchWords: Record<BlockRuleDraft['match'], string> = {
  exact: 'exact match',
  prefix: 'by its beginning',
  range: 'in a range',
  address: 'by address',
  anonymous: 'number withheld',
  unknown: 'unknown caller',
}

/** Why a call did not ring. */
export function sayScreening(screening: Screening): string {
  const how = screening.match === null ? '' : `, ${matchWords[screening.match]}`
  switch (screening.by) {
    case 'own-list':
      return `Blocked by your own list${how}`
    case 'directory':
      return `Blocked by list ${screening.list ?? ''}${how}`.replace(' ,', ',')
    case 'do-not-disturb':
      return 'Kept away by do not disturb'
    case 'focus':
      return 'Kept away by the desktop’s do not disturb'
  }
}

export const isBlocked = (screening: Screening | null): boolean =>
  screening !== null && (screening.by === 'own-list' || screening.by === 'directory')

export const matchNames: Record<BlockRuleDraft['match'], string> = {
  exact: 'This number',
  prefix: 'Numbers that begin with',
  range: 'Numbers from … to …',
  address: 'SIP address or domain',
  anonymous: 'Callers without a number',
  unknown: 'Callers nobody knows',
}

/** What a rule is about, as its title. */
export function sayRule({ match, value }: Pick<BlockRuleDraft, 'match' | 'value'>): string {
  switch (match) {
    case 'exact':
      return formatNumber(value)
    case 'prefix':
      return `${formatNumber(value)} …`
    case 'range':
      return value.split('-').map(formatNumber).join(' – ')
    case 'address':
      return value
    case 'anonymous':
    case 'unknown':
      return matchNames[match]
  }
}

/** Whether what was typed can be a rule's value. */
export function ruleValue(match: BlockRuleDraft['match'], typed: string): string | null {
  const digits = (text: string): string => text.trim().replace(/[\s()/.-]/g, '')
  switch (match) {
    case 'exact':
    case 'prefix': {
      const value = digits(typed)
      return /^\+?[\d*#]{1,20}$/.test(value) ? value : null
    }
    case 'range': {
      const [first, last, ...more] = typed.split(/\s*(?:–|—|\bto\b|\.\.\.?|-(?=\s*\+))\s*/)
      const [from, to] = [digits(first ?? ''), digits(last ?? '')]
      if (more.length > 0 || !/^\+?\d{1,20}$/.test(from) || !/^\+?\d{1,20}$/.test(to)) return null
      return from.length === to.length && from <= to ? `${from}-${to}` : null
    }
    case 'address': {
      const value = typed.trim().replace(/^sips?:/i, '')
      return /^[^\s<>"]+$/.test(value) && value.includes('.') ? value : null
    }
    case 'anonymous':
    case 'unknown':
      return ''
  }
}

/** The same source with its order changed: from one place to another. */
export function reorder(sources: readonly DirectorySource[], from: number, to: number): readonly string[] {
  const ids = sources.map(({ id }) => id)
  const [moved] = ids.splice(from, 1)
  if (moved !== undefined) ids.splice(Math.max(0, Math.min(to, ids.length)), 0, moved)
  return ids
}
