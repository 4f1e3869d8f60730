/*
 * Contacts as vCards: 2.1, 3.0 and 4.0 are read, 4.0 (RFC 6350) and, for address books of servers, 3.0 (RFC 2426) written.
 * A card that is changed keeps every line of it that the change is not about, whoever wrote it.
 */
import type { ContactDraft, NumberLabel } from '../../common/contact'
import { cardsIn, components, escaped, paramsOf, unescaped, written, type ContentLine } from './content-lines'
import { avatarLine, avatarOf } from './vcard-picture'

/** A card as it was read. */
export interface ReadCard {
  readonly uid: string | null
  readonly draft: ContactDraft
}

/** Limits of `contactDraftSchema`, so that whatever is read can be saved. */
const limits = { numbers: 32, emails: 16, name: 256, value: 256, notes: 8_192, ringtone: 64 } as const

/** The contacts in a file, and how many cards were none. A card without a name and a number is none. */
export function readCards(text: string): { readonly cards: readonly ReadCard[]; readonly skipped: number } {
  const cards: ReadCard[] = []
  let skipped = 0
  for (const lines of cardsIn(text)) {
    const card = readCard(lines)
    if (card) cards.push(card)
    else skipped++
  }
  return { cards, skipped }
}

/** null when nobody could be called or named by it, or when it is a group (RFC 6350 section 6.1.4). */
export function readCard(lines: readonly ContentLine[]): ReadCard | null {
  const of = (name: string): readonly ContentLine[] => preferred(lines.filter((line) => line.name === name))
  const first = (name: string): string => unescaped(of(name)[0]?.value ?? '').trim()
  const kind = (first('KIND') || first('X-ADDRESSBOOKSERVER-KIND')).toLowerCase()
  if (kind === 'group') return null
  const organization = components(of('ORG')[0]?.value ?? '')
    .map(trimmed)
    .filter((part) => part !== '')
    .join(', ')
  const name = first('FN') || nameOf(of('N')[0]) || first('NICKNAME')
  const numbers = preferred(lines.filter(isNumber))
    .map((line) => ({ label: labelOf(line), value: cut(numberOf(line), limits.value) }))
    .filter(({ value }, n, all) => value !== '' && all.findIndex((other) => other.value === value) === n)
    .slice(0, limits.numbers)
  const emails = of('EMAIL')
    .map(({ value }) => cut(unescaped(value).trim(), limits.value))
    .filter((email) => email !== '')
  if (name === '' && organization === '' && numbers.length === 0 && emails.length === 0) return null
  const speedDial = Number(first('X-PATCHCORD-SPEED-DIAL'))
  const categories = of('CATEGORIES').flatMap(({ value }) => unescaped(value).toLowerCase().split(','))
  const notes = of('NOTE')
    .map(({ value }) => unescaped(value))
    .join('\n')
  const draft: ContactDraft = {
    name: cut(name, limits.name),
    organization: organization === '' ? null : cut(organization, limits.name),
    numbers,
    emails: [...new Set(emails)].slice(0, limits.emails),
    notes: notes === '' ? null : cut(notes, limits.notes),
    favourite: first('X-PATCHCORD-FAVOURITE') === '1' || categories.some((category) => category.trim() === 'starred'),
    vip: first('X-PATCHCORD-VIP') === '1',
    speedDial: Number.isInteger(speedDial) && speedDial >= 1 && speedDial <= 9 ? speedDial : null,
    ringtone: first('X-PATCHCORD-RINGTONE') === '' ? null : cut(first('X-PATCHCORD-RINGTONE'), limits.ringtone),
    avatar: avatarOf(of('PHOTO')[0]),
  }
  const uid = cut(first('UID').replace(/^urn:uuid:/i, ''), 128)
  return { uid: uid === '' ? null : uid, draft }
}

export interface WrittenAs {
  readonly version: '3.0' | '4.0'
  readonly uid: string
  /** The card that is changed, as it was; null: a new one. */
  readonly base: string | null
}

/** One card. What the base says besides the contact stays as it is, and so does what says of the contact what is still true. */
export function writeCard(draft: ContactDraft, { version, uid, base }: WrittenAs): string {
  const before = base === null ? [] : ([...cardsIn(base)][0] ?? [])
  const said = readCard(before)
  const ours = linesOf(draft, version)
  const kept = before.filter(
    (line) => line.name !== 'VERSION' && line.name !== 'UID' && line.name !== 'REV' && stays(line),
  )
  const groups = new Set(kept.map(({ group }) => group))
  const lines = [
    plain('VERSION', version),
    before.find(({ name }) => name === 'UID') ??
      plain('UID', version === '4.0' && isUuid(uid) ? `urn:uuid:${uid}` : escaped(uid)),
    // The label of a number that is gone labels nothing.
    ...kept.filter(({ group, name }) => !(name === 'X-ABLABEL' && groups.has(group) && !labelsSomething(group))),
    ...ours.filter((line) => !kept.some((other) => saysTheSame(other, line))),
  ]
  return `BEGIN:VCARD\r\n${lines.map(written).join('')}END:VCARD\r\n`

  function labelsSomething(group: string): boolean {
    return kept.some((line) => line.group === group && line.name !== 'X-ABLABEL')
  }

  function stays(line: ContentLine): boolean {
    if (!said) return !owned.has(line.name)
    const was = said.draft
    switch (line.name) {
      case 'FN':
      case 'N':
      case 'NICKNAME':
        return was.name === draft.name || (line.name === 'NICKNAME' && before.some(({ name }) => name === 'FN'))
      case 'ORG':
        return was.organization === draft.organization
      case 'NOTE':
        return was.notes === draft.notes
      case 'PHOTO':
        return was.avatar === draft.avatar
      case 'EMAIL':
        return draft.emails.includes(unescaped(line.value).trim())
      case 'TEL':
      case 'IMPP':
      case 'X-SIP':
        if (!isNumber(line)) return true
        return draft.numbers.some(({ label, value }) => value === numberOf(line) && label === labelOf(line))
      case 'CATEGORIES':
        return was.favourite === draft.favourite || !/\bstarred\b/i.test(line.value)
      default:
        return !owned.has(line.name)
    }
  }
}

/** Properties a contact is made of. */
const owned = new Set([
  'FN',
  'N',
  'ORG',
  'TEL',
  'EMAIL',
  'NOTE',
  'PHOTO',
  'X-SIP',
  'X-PATCHCORD-FAVOURITE',
  'X-PATCHCORD-VIP',
  'X-PATCHCORD-SPEED-DIAL',
  'X-PATCHCORD-RINGTONE',
])

function linesOf(draft: ContactDraft, version: '3.0' | '4.0'): readonly ContentLine[] {
  const { name, organization, numbers, emails, notes, favourite, vip, speedDial, ringtone, avatar } = draft
  const shown = name || organization || numbers[0]?.value || emails[0] || ''
  const words = name.split(/\s+/).filter((word) => word !== '')
  const last = words.length > 1 ? (words.pop() ?? '') : ''
  return [
    plain('FN', escaped(shown)),
    plain('N', `${escaped(last)};${escaped(words.join(' '))};;;`),
    ...(organization === null ? [] : [plain('ORG', escaped(organization))]),
    ...numbers.map(({ label, value }) =>
      isAddress(value)
        ? line('IMPP', value.includes(':') ? value : `sip:${value}`, typesOf[label])
        : line('TEL', escaped(value), typesOf[label]),
    ),
    ...emails.map((email) => plain('EMAIL', escaped(email))),
    ...(notes === null ? [] : [plain('NOTE', escaped(notes))]),
    ...(favourite ? [plain('X-PATCHCORD-FAVOURITE', '1')] : []),
    ...(vip ? [plain('X-PATCHCORD-VIP', '1')] : []),
    ...(speedDial === null ? [] : [plain('X-PATCHCORD-SPEED-DIAL', String(speedDial))]),
    ...(ringtone === null ? [] : [plain('X-PATCHCORD-RINGTONE', escaped(ringtone))]),
    ...(avatar === null ? [] : [avatarLine(avatar, version)]),
  ]
}

function saysTheSame(kept: ContentLine, line: ContentLine): boolean {
  switch (line.name) {
    case 'TEL':
    case 'IMPP':
      return isNumber(kept) && numberOf(kept) === numberOf(line)
    case 'EMAIL':
      return kept.name === 'EMAIL' && unescaped(kept.value).trim() === unescaped(line.value)
    case 'X-PATCHCORD-FAVOURITE':
      return kept.name === 'CATEGORIES' && /\bstarred\b/i.test(kept.value)
    default:
      return kept.name === line.name
  }
}

const plain = (name: string, value: string): ContentLine => ({ group: '', name, params: [], value })
const line = (name: string, value: string, types: readonly string[]): ContentLine => ({
  group: '',
  name,
  params: types.length === 0 ? [] : [['TYPE', types]],
  value,
})

const typesOf: Readonly<Record<NumberLabel, readonly string[]>> = {
  work: ['work', 'voice'],
  mobile: ['cell'],
  home: ['home', 'voice'],
  main: ['voice', 'pref'],
  fax: ['fax'],
  other: ['voice'],
}

function labelOf(line: ContentLine): NumberLabel {
  const types = new Set(paramsOf(line, 'TYPE').map((type) => type.toLowerCase()))
  if (types.has('fax')) return 'fax'
  if (types.has('cell') || types.has('iphone')) return 'mobile'
  if (types.has('main')) return 'main'
  if (types.has('work')) return 'work'
  if (types.has('home')) return 'home'
  return types.has('pref') && types.has('voice') ? 'main' : 'other'
}

/** A TEL, or an address that can be called. */
const isNumber = ({ name, value }: ContentLine): boolean =>
  name === 'TEL' || name === 'X-SIP' || (name === 'IMPP' && /^sips?:/i.test(value.trim()))

function numberOf({ name, value }: ContentLine): string {
  const text = unescaped(value).trim()
  if (name === 'TEL') return text.replace(/^tel:/i, '')
  return text.replace(/^sip:/i, '')
}

const isAddress = (value: string): boolean => /^sips?:/i.test(value) || value.includes('@')

/** First what the card prefers: PREF=1 (vCard 4) before TYPE=pref (3) before the rest. */
function preferred(lines: readonly ContentLine[]): readonly ContentLine[] {
  const rank = (one: ContentLine): number => {
    const pref = Number(paramsOf(one, 'PREF')[0])
    if (pref >= 1 && pref <= 100) return pref
    return paramsOf(one, 'TYPE').some((type) => type.toLowerCase() === 'pref') ? 1 : 101
  }
  return lines.length < 2 ? lines : lines.toSorted((a, b) => rank(a) - rank(b))
}

/** N: family; given; additional; prefixes; suffixes. */
function nameOf(line: ContentLine | undefined): string {
  const [family = '', given = '', additional = '', prefix = '', suffix = ''] = components(line?.value ?? '')
  return [prefix, given, additional, family, suffix]
    .map(trimmed)
    .filter((part) => part !== '')
    .join(' ')
}

const trimmed = (text: string): string => text.trim()
const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

/** Never within a character. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const end = /[\uD800-\uDBFF]$/.test(text.slice(0, length)) ? length - 1 : length
  return text.slice(0, end).trimEnd()
}
