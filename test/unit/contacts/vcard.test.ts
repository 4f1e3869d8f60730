/*
 * vCards as the programs people come from write them, through the phone and back; and files that mean harm.
 */
import ICAL from 'ical.js'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it, test } from 'vitest'
import { contactDraftSchema, numberLabels, type ContactDraft } from '../../../common/contact'
import { readCards, writeCard } from '../../../main/contacts/vcard'
import { isAvatar } from '../../../main/contacts/vcard-picture'

const file = (...lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('')
/** A picture of one pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const one = (text: string): ContactDraft => {
  const { cards } = readCards(text)
  expect(cards).toHaveLength(1)
  return (cards[0] as { draft: ContactDraft }).draft
}

const iphone = file(
  'BEGIN:VCARD',
  'VERSION:3.0',
  'PRODID:-//Apple Inc.//iPhone OS 17.1//EN',
  'N:Müller;Jürgen;;Dr.;',
  'FN:Dr. Jürgen Müller',
  'ORG:Müller & Söhne\\, KG;Einkauf',
  'TEL;type=CELL;type=VOICE;type=pref:+49 171 1234567',
  'item1.TEL:030 123 45',
  'item1.X-ABLabel:Zentrale',
  'TEL;type=WORK;type=FAX:+49 30 99',
  'item2.EMAIL;type=INTERNET;type=pref:juergen@example.org',
  'item2.X-ABLabel:_$!<Other>!$_',
  'NOTE:Erste Zeile\\nzweite\\; mit Zeichen',
  `PHOTO;ENCODING=b;TYPE=PNG:${pixel.slice(0, 60)}`,
  ` ${pixel.slice(60)}`,
  'BDAY;value=date:1980-02-29',
  'END:VCARD',
)
const google = file(
  'BEGIN:VCARD',
  'VERSION:3.0',
  'FN:Grace Hopper',
  'N:Hopper;Grace;;;',
  'EMAIL;TYPE=INTERNET;TYPE=WORK:grace@example.org',
  'TEL;TYPE=CELL:+15550100',
  'item1.TEL:+15550101',
  'item1.X-ABLabel:main',
  'CATEGORIES:myContacts,starred',
  'PHOTO:https://example.org/grace.jpg',
  'END:VCARD',
)
const outlook = file(
  'BEGIN:VCARD',
  'VERSION:2.1',
  'N;LANGUAGE=de;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:M=FCller;Anna',
  'FN;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:Anna M=FCller',
  'ORG:Firma GmbH',
  'TEL;WORK;VOICE:+49 (89) 555-0',
  'TEL;CELL;VOICE:0171 / 55 55',
  'NOTE;ENCODING=QUOTED-PRINTABLE:Zeile 1=0D=0A=',
  'Zeile 2',
  'EMAIL;PREF;INTERNET:anna@example.org',
  'END:VCARD',
)
const nextcloud = file(
  'BEGIN:VCARD',
  'VERSION:4.0',
  'PRODID:-//Sabre//Sabre VObject 4.5.4//EN',
  'UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1',
  'FN;PREF=1:Åsa Öberg',
  'N:Öberg;Åsa;;;',
  'TEL;VALUE=uri;TYPE="voice,home":tel:+46-8-123456',
  'TEL;TYPE=cell;PREF=1:+46 70 111',
  'IMPP;TYPE=work:sip:asa@example.org',
  `PHOTO:data:image/png;base64,${pixel}`,
  'RELATED;TYPE=friend:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  'END:VCARD',
)

describe('cards are read as their writers meant them', () => {
  it('of an iPhone', () => {
    expect(one(iphone)).toMatchObject({
      name: 'Dr. Jürgen Müller',
      organization: 'Müller & Söhne, KG, Einkauf',
      numbers: [
        { label: 'mobile', value: '+49 171 1234567' },
        { label: 'other', value: '030 123 45' },
        { label: 'fax', value: '+49 30 99' },
      ],
      emails: ['juergen@example.org'],
      notes: 'Erste Zeile\nzweite; mit Zeichen',
      avatar: `data:image/png;base64,${pixel}`,
    })
  })

  it('of Google, whose picture is elsewhere and is not fetched', () => {
    expect(one(google)).toMatchObject({
      name: 'Grace Hopper',
      favourite: true,
      avatar: null,
      numbers: [{ label: 'mobile', value: '+15550100' }, { value: '+15550101' }],
    })
  })

  it('of Outlook, in quoted-printable and the letters of another age', () => {
    expect(one(outlook)).toMatchObject({
      name: 'Anna Müller',
      organization: 'Firma GmbH',
      numbers: [
        { label: 'work', value: '+49 (89) 555-0' },
        { label: 'mobile', value: '0171 / 55 55' },
      ],
      notes: 'Zeile 1\nZeile 2',
      emails: ['anna@example.org'],
    })
  })

  it('of Nextcloud: what is preferred is first, and an address can be called', () => {
    const { cards } = readCards(nextcloud)
    expect(cards[0]?.uid).toBe('4fbe8971-0bc3-424c-9c26-36c3e1eff6b1')
    expect(one(nextcloud)).toMatchObject({
      name: 'Åsa Öberg',
      numbers: [
        { label: 'mobile', value: '+46 70 111' },
        { label: 'home', value: '+46-8-123456' },
        { label: 'work', value: 'asa@example.org' },
      ],
    })
  })

  it.each([
    ['cut off', 'BEGIN:VCARD\nFN:Ada\nTEL:+1\nBEGIN:VCARD\nFN:Bob\nTEL:+2\nEND:VCARD\nBEGIN:VCARD\nFN:Eve\nTEL:+3\n'],
    [
      'of an old Mac',
      'BEGIN:VCARD\rFN:Ada\rTEL:+1\rEND:VCARD\rBEGIN:VCARD\rFN:Bob\rEND:VCARD\rBEGIN:VCARD\rFN:Eve\rEND:VCARD',
    ],
    [
      'with cards in it',
      'BEGIN:VCARD\nFN:Ada\nAGENT:\nBEGIN:VCARD\nFN:Agent\nEND:VCARD\nEND:VCARD\nBEGIN:VCARD\nFN:Bob\nEND:VCARD\nBEGIN:VCARD\nFN:Eve\nEND:VCARD',
    ],
  ])('%s are read as far as they go', (_what, text) => {
    expect(readCards(text).cards.map(({ draft }) => draft.name)).toEqual(['Ada', 'Bob', 'Eve'])
  })

  it('of several in one file; groups and empty ones are none', () => {
    const group = file('BEGIN:VCARD', 'VERSION:4.0', 'KIND:group', 'FN:Friends', 'MEMBER:urn:uuid:1', 'END:VCARD')
    const empty = file('BEGIN:VCARD', 'VERSION:4.0', 'END:VCARD')
    const read = readCards(iphone + group + google + empty + nextcloud)
    expect(read.cards.map(({ draft }) => draft.name)).toEqual(['Dr. Jürgen Müller', 'Grace Hopper', 'Åsa Öberg'])
    expect(read.skipped).toBe(2)
  })
})

describe('a card that is changed', () => {
  it.each([
    ['iPhone', iphone, ['BDAY;VALUE=date:1980-02-29', 'item1.X-ABLABEL:Zentrale', 'N:Müller;Jürgen;;Dr.;']],
    ['Google', google, ['PHOTO:https://example.org/grace.jpg', 'CATEGORIES:myContacts,starred']],
    ['Nextcloud', nextcloud, ['RELATED;TYPE=friend:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6']],
  ])('of %s keeps what the change is not about', (_, base, kept) => {
    const before = one(base)
    const written = writeCard({ ...before, notes: 'new' }, { version: '3.0', uid: 'x', base })
    const unfolded = written.replace(/\r\n /g, '')
    for (const line of kept) expect(unfolded).toContain(`${line}\r\n`)
    expect(one(written)).toEqual({ ...before, notes: 'new' })
  })

  it('loses a number with its label, and says nothing twice', () => {
    const before = one(iphone)
    const written = writeCard(
      { ...before, numbers: before.numbers.slice(0, 1) },
      { version: '3.0', uid: 'x', base: iphone },
    )
    expect(written).not.toMatch(/Zentrale|030 123 45/)
    expect(written.match(/^FN:/gm)).toHaveLength(1)
    expect(written.match(/^VERSION:/gm)).toHaveLength(1)
  })
})

const text = (max: number) =>
  fc
    .string({ unit: 'grapheme', maxLength: max })
    .map((given) =>
      given
        .replace(/\p{Cc}/gu, '')
        .trim()
        .slice(0, max),
    )
    .map((given) => given.replace(/[\uD800-\uDBFF]$/, ''))
const contact: fc.Arbitrary<ContactDraft> = fc.record({
  name: text(40).filter((name) => name !== ''),
  organization: fc.option(text(40).filter((name) => /^[^,\n]+$/.test(name) && name.trim() !== '')),
  numbers: fc.uniqueArray(
    fc.record({ label: fc.constantFrom(...numberLabels), value: fc.stringMatching(/^\+?[0-9][0-9 /()-]{2,12}[0-9]$/) }),
    { selector: ({ value }) => value, maxLength: 6 },
  ),
  emails: fc.uniqueArray(fc.emailAddress(), { maxLength: 3 }),
  notes: fc.option(text(200).filter((note) => note !== '')),
  favourite: fc.boolean(),
  vip: fc.boolean(),
  speedDial: fc.option(fc.integer({ min: 1, max: 9 })),
  ringtone: fc.option(fc.constantFrom('bells', 'waves')),
  avatar: fc.option(fc.constant(`data:image/png;base64,${pixel}`)),
})

test('every contact is the same after it was written and read, in both versions', () => {
  fc.assert(
    fc.property(contact, fc.constantFrom('3.0' as const, '4.0' as const), (draft, version) => {
      const written = writeCard(draft, { version, uid: crypto.randomUUID(), base: null })
      expect(one(written)).toMatchObject({ ...draft, numbers: expect.any(Array) })
      expect(new Set(one(written).numbers.map(({ value }) => value))).toEqual(
        new Set(draft.numbers.map(({ value }) => value)),
      )
      for (const line of written.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
    }),
    { numRuns: 300 },
  )
})

test('another reader reads what is written', () => {
  const draft = { ...one(iphone), favourite: true, speedDial: 3 }
  const jcard = ICAL.parse(writeCard(draft, { version: '4.0', uid: crypto.randomUUID(), base: null })) as unknown as [
    string,
    unknown[][],
  ]
  const all = new ICAL.Component(jcard as never)
  expect(all.getFirstPropertyValue('fn')).toBe('Dr. Jürgen Müller')
  expect(all.getAllProperties('tel').map((tel) => tel.getFirstValue())).toEqual(draft.numbers.map(({ value }) => value))
  // An escaped semicolon is one in every text (RFC 6350 section 3.4); this reader leaves the escape.
  expect(String(all.getFirstPropertyValue('note')).replace('\\;', ';')).toBe(draft.notes)
})

describe('a hostile file', () => {
  it.each([
    ['no card at all', 'MZ\u0000\u0001binary'],
    ['cards without an end', 'BEGIN:VCARD\r\n'.repeat(20_000)],
    ['ends without a beginning', 'END:VCARD\r\n'.repeat(20_000)],
    ['one endless line', `BEGIN:VCARD\r\nFN:${'x'.repeat(4_000_000)}`],
    ['ten thousand folds', `BEGIN:VCARD\r\nFN:a${'\r\n b'.repeat(10_000)}\r\nEND:VCARD\r\n`],
    ['a line of parameters', `BEGIN:VCARD\r\nTEL${';A=B'.repeat(50_000)}:1\r\nFN:x\r\nEND:VCARD\r\n`],
    ['quotes that never close', `BEGIN:VCARD\r\nTEL;TYPE="${'a,'.repeat(50_000)}:1\r\nFN:x\r\nEND:VCARD\r\n`],
    ['backslashes', `BEGIN:VCARD\r\nFN:${'\\'.repeat(100_001)}\r\nEND:VCARD\r\n`],
    ['a million semicolons', `BEGIN:VCARD\r\nN:${';'.repeat(1_000_000)}\r\nFN:x\r\nEND:VCARD\r\n`],
  ])('with %s costs no time and harms nobody', (_, text) => {
    const begun = performance.now()
    for (const { draft } of readCards(text).cards) expect(v.safeParse(contactDraftSchema, draft).success).toBe(true)
    expect(performance.now() - begun).toBeLessThan(2_000)
  })

  it('of whatever bytes gives contacts that can be saved, or none', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'BEGIN:VCARD\r\n',
            'END:VCARD\r\n',
            'FN:a\\',
            'TEL;',
            '"',
            ':',
            '=\r\n',
            ';ENCODING=QUOTED-PRINTABLE',
            'PHOTO;ENCODING=b:',
            '\r\n ',
            'é',
            '\u202e',
          ),
          { maxLength: 60 },
        ),
        (parts) => {
          for (const { draft } of readCards(parts.join('')).cards)
            expect(v.safeParse(contactDraftSchema, draft).success).toBe(true)
        },
      ),
    )
  })

  it('has no picture that is a script, too large, or lies about its size', () => {
    const photo = (value: string): string | null =>
      one(file('BEGIN:VCARD', 'FN:x', `PHOTO;ENCODING=b;TYPE=PNG:${value}`, 'END:VCARD')).avatar
    expect(photo(Buffer.from('<svg onload="alert(1)"/>').toString('base64'))).toBeNull()
    expect(photo(Buffer.alloc(300_000, 1).toString('base64'))).toBeNull()
    const bomb = Buffer.from(pixel, 'base64')
    bomb.writeUInt32BE(60_000, 16)
    expect(photo(bomb.toString('base64'))).toBeNull()
    expect(isAvatar(`data:image/png;base64,${pixel}`)).toBe(true)
    expect(one(file('BEGIN:VCARD', 'FN:x', 'PHOTO:data:text/html;base64,PHNjcmlwdD4=', 'END:VCARD')).avatar).toBeNull()
  })
})
