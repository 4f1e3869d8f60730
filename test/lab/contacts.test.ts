/*
 * Contacts with the servers people keep them on: a real Radicale, both ways and through everything that goes wrong between
 * two rounds, and a real slapd, searched as somebody types.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../common/clock'
import type { ContactDraft } from '../../common/contact'
import { silentLog } from '../../common/log'
import { BookSync, type BookAccount } from '../../main/contacts/carddav/book-sync'
import { Contacts } from '../../main/contacts/contacts'
import { ContactStore } from '../../main/contacts/contact-store'
import { LdapPeople } from '../../main/contacts/ldap-people'
import { ensureAsteriskRoot } from '../../scripts/lab/asterisk-root.mjs'
import { ListingServer, Radicale, Slapd } from './support/directory-servers'
import { removeFolder } from '../support/remove-folder'

const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const draft = (patch: Partial<ContactDraft>): ContactDraft => ({
  name: '',
  organization: null,
  numbers: [],
  emails: [],
  notes: null,
  favourite: false,
  vip: false,
  speedDial: null,
  ringtone: null,
  avatar: null,
  ...patch,
})
const card = (uid: string, name: string, ...lines: readonly string[]): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:${name}\r\nN:;${name};;;\r\n${lines.map((line) => `${line}\r\n`).join('')}END:VCARD\r\n`

/** A phone's contacts: new ones go to the server. */
class Book {
  private constructor(
    readonly store: ContactStore,
    readonly contacts: Contacts,
    readonly sync: BookSync,
    private readonly folder: string,
  ) {}

  static async open(account: () => BookAccount, log = silentLog): Promise<Book> {
    const folder = mkdtempSync(join(tmpdir(), 'patchcord-book-'))
    const store = await ContactStore.open({ folder, keyOf: (number) => number.replace(/[^0-9+]/g, '') || null })
    const sync = new BookSync({ store, clock: systemClock, log, accounts: () => [account()], onAll: () => {}, rest })
    const newIn = (): string => account().id
    const contacts = new Contacts({ store, log, newIn, onContact: () => {}, onAll: () => {}, onPending: () => {} })
    return new Book(store, contacts, sync, folder)
  }

  round(): Promise<boolean> {
    return this.sync.round('home')
  }

  get names(): string[] {
    return this.store.byName(0, 500).map(({ name }) => name)
  }

  one(name: string) {
    const found = this.store.byName(0, 500).find((contact) => contact.name === name)
    if (!found) throw new Error(`${name} is not in the book: ${this.names.join(', ')}`)
    const { id, book: _book, ...rest } = found
    return { id, draft: rest, change: (patch: Partial<ContactDraft>) => this.contacts.save(id, { ...rest, ...patch }) }
  }

  async close(): Promise<void> {
    await this.sync.stop()
    await this.store.close()
    removeFolder(this.folder)
  }
}

describe('an address book on a Radicale', () => {
  let radicale: Radicale
  let password: string
  let phone: Book
  let other: Book

  const account = (): BookAccount => ({
    id: 'home',
    url: radicale.url,
    username: radicale.username,
    password,
    everyMinutes: 60,
    enabled: true,
  })

  beforeAll(async () => {
    radicale = await Radicale.start(await ensureAsteriskRoot())
    password = 'correct-horse'
    phone = await Book.open(account)
    other = await Book.open(account)
  })
  afterAll(async () => {
    await phone.close()
    await other.close()
    await radicale.stop()
  })

  test('what is there comes here, with all it says, and what is made here goes there', async () => {
    await radicale.put(
      'ada.vcf',
      card('ada-0001-uid', 'Ada', 'TEL;TYPE=WORK,VOICE:+49 30 1234', 'X-OTHER:kept', 'BDAY:1815-12-10'),
    )
    expect(await phone.round()).toBe(true)
    expect(phone.one('Ada').draft).toMatchObject({ numbers: [{ label: 'work', value: '+49 30 1234' }] })
    phone.contacts.save(null, draft({ name: 'Grace', numbers: [{ label: 'mobile', value: '+1 555 0100' }], vip: true }))
    phone.one('Ada').change({ notes: 'Analytical' })
    expect(await phone.round()).toBe(true)
    const there = await radicale.everything()
    expect(there).toContain('FN:Grace')
    expect(there).toContain('X-OTHER:kept')
    expect(there).toContain('BDAY:1815-12-10')
    expect(there).toContain('NOTE:Analytical')
    expect(await other.round()).toBe(true)
    expect(other.names).toEqual(['Ada', 'Grace'])
    expect(other.one('Grace').draft).toMatchObject({ vip: true, numbers: [{ label: 'mobile', value: '+1 555 0100' }] })
  })

  test('what both changed is kept of both, and the server counts where there can be one only', async () => {
    phone
      .one('Ada')
      .change({ name: 'Ada K.', numbers: [...phone.one('Ada').draft.numbers, { label: 'home', value: '+49 30 77' }] })
    other.one('Ada').change({
      name: 'Ada Lovelace',
      numbers: [...other.one('Ada').draft.numbers, { label: 'mobile', value: '+49 171 5' }],
    })
    expect(await other.round()).toBe(true)
    expect(await phone.round()).toBe(true)
    expect(await other.round()).toBe(true)
    for (const book of [phone, other]) {
      const { numbers } = book.one('Ada Lovelace').draft
      expect(numbers.map(({ value }) => value).sort()).toEqual(['+49 171 5', '+49 30 1234', '+49 30 77'])
    }
  })

  test('what is removed goes on both sides, and what was changed meanwhile stays', async () => {
    for (const name of ['Bob', 'Carol', 'Dave']) phone.contacts.save(null, draft({ name, notes: 'new' }))
    await phone.round()
    await other.round()
    // Bob is removed here, Carol there; Dave is removed there and changed here.
    phone.contacts.remove(phone.one('Bob').id)
    other.contacts.remove(other.one('Carol').id)
    other.contacts.remove(other.one('Dave').id)
    phone.one('Dave').change({ notes: 'changed' })
    await other.round()
    await phone.round()
    await other.round()
    expect(phone.names).toEqual(['Ada Lovelace', 'Dave', 'Grace'])
    expect(other.names).toEqual(phone.names)
    expect(other.one('Dave').draft.notes).toBe('changed')
    // Removed here, changed there: it is wanted.
    phone.contacts.remove(phone.one('Dave').id)
    other.one('Dave').change({ notes: 'again' })
    await other.round()
    await phone.round()
    expect(phone.one('Dave').draft.notes).toBe('again')
  })

  test('a round that fails loses nothing, whoever failed', async () => {
    const before = phone.names
    phone.one('Grace').change({ notes: 'while nobody listens' })
    await radicale.halt()
    expect(await phone.round()).toBe(false)
    expect(phone.names).toEqual(before)
    await radicale.relaunch()
    password = 'wrong'
    expect(await phone.round()).toBe(false)
    expect(phone.names).toEqual(before)
    password = 'correct-horse'
    // As after a restore of the phone from a backup: a token the server never gave, and cards it knows.
    phone.store.putFact(
      `sync home ${radicale.book}`,
      JSON.stringify({ token: 'http://radicale.org/ns/sync/nonsense', ctag: 'x' }),
    )
    expect(await phone.round()).toBe(true)
    expect(phone.names).toEqual(before)
    expect(await radicale.everything()).toContain('while nobody listens')
  })

  test('a server that can only list its cards is followed by the version of its book', async () => {
    const plain = await ListingServer.start(radicale.url)
    const old = await Book.open(() => ({ ...account(), url: `${plain.url}ada/people/` }))
    try {
      expect(await old.round()).toBe(true)
      expect(old.names).toEqual(phone.names)
      expect(plain.lists).toBe(1)
      // Nothing is new: the version of the book says so, and nothing is listed or fetched.
      expect(await old.round()).toBe(true)
      expect([plain.lists, plain.fetches]).toEqual([1, 1])
      await radicale.put('late.vcf', card('late-0001-uid', 'Latecomer', 'TEL:+4930555'))
      old.contacts.save(null, draft({ name: 'From here' }))
      expect(await old.round()).toBe(true)
      expect(old.names).toContain('Latecomer')
      expect(await radicale.everything()).toContain('FN:From here')
      await radicale.remove('late.vcf')
      old.contacts.remove(old.one('From here').id)
      expect(await old.round()).toBe(true)
      expect(old.names).toEqual(phone.names)
      expect(await radicale.everything()).not.toContain('FN:From here')
    } finally {
      await old.close()
      plain.stop()
    }
  })

  test('a hundred and twenty contacts come and go in one round each', async () => {
    const many = Array.from({ length: 120 }, (_, n) =>
      card(`many-${String(n).padStart(4, '0')}-uid`, `Many ${n}`, `TEL:+4930${n}`),
    )
    const imported = await phone.contacts.import(many.join(''), rest)
    expect(imported).toMatchObject({ ok: true, value: { added: 120, updated: 0, skipped: 0 } })
    for (const { id } of [...phone.store.everybody()]) {
      const contact = phone.store.get(id)
      if (contact?.book === 'local')
        phone.store.put([
          {
            contact: { ...contact, book: 'home' },
            card: { book: 'home', href: null, etag: null, raw: null, pending: 'put' },
          },
        ])
    }
    expect(await phone.round()).toBe(true)
    expect(await other.round()).toBe(true)
    expect(other.store.count).toBe(phone.store.count)
    expect(other.contacts.byNumber('+4930119')?.name).toBe('Many 119')
  })
})

describe('a directory on a slapd', () => {
  let slapd: Slapd
  const people: LdapPeople[] = []
  const open = (patch: { password?: string; url?: string; authorities?: readonly string[] } = {}): LdapPeople => {
    const settings = {
      kind: 'ldap' as const,
      url: patch.url ?? slapd.url,
      user: 'cn=admin,dc=example,dc=org',
      base: 'dc=example,dc=org',
      nameAttributes: ['displayName', 'cn'],
      numberAttributes: ['telephoneNumber', 'mobile'],
      everyMinutes: null,
    }
    const one = new LdapPeople({
      name: 'Work',
      settings,
      password: patch.password ?? 'correct-horse',
      ...(patch.authorities && { authorities: patch.authorities }),
      clock: systemClock,
      log: silentLog,
    })
    people.push(one)
    return one
  }
  const never = new AbortController().signal

  beforeAll(async () => {
    const person = (uid: string, name: string, number: string): string =>
      `dn: uid=${uid},dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: ${uid}\nsn: ${uid}\ncn:: ${Buffer.from(name).toString('base64')}\n${number === '' ? '' : `telephoneNumber: ${number}\n`}\n`
    const crowd = Array.from({ length: 300 }, (_, n) => person(`crowd${n}`, `Crowd Person ${n}`, `+49 40 ${1_000 + n}`))
    slapd = await Slapd.start(
      await ensureAsteriskRoot(),
      [
        person('ada', 'Ada Lovelace', '+49 30 1234-56'),
        person('star', 'Star (*) \\ Company', '+49 30 777'),
        person('mute', 'Ada Mute', ''),
        ...crowd,
      ].join(''),
    )
  })
  afterAll(async () => {
    for (const one of people) await one.close()
    await slapd.stop()
  })

  test('finds names by parts of each word, numbers by their digits, and nobody who cannot be called', async () => {
    const directory = open()
    const names = async (text: string): Promise<string[]> =>
      (await directory.search(text, 20, never)).map(({ name }) => name)
    expect(await names('ada')).toEqual(['Ada Lovelace'])
    expect(await names('lov ad')).toEqual(['Ada Lovelace'])
    expect(await names('123456')).toEqual(['Ada Lovelace'])
    expect(await names('(*)')).toEqual(['Star (*) \\ Company'])
    expect(await names('*')).toEqual(['Star (*) \\ Company'])
    expect(await names(')(uid=*')).toEqual([])
    expect(await names('crowd')).toHaveLength(20)
  })

  test('a search that is overtaken answers at once, a server that stands still costs two seconds, and the next one works', async () => {
    const directory = open()
    await directory.search('ada', 20, never)
    slapd.freeze(true)
    const overtaken = new AbortController()
    const begun = performance.now()
    const first = directory.search('ada', 20, overtaken.signal)
    overtaken.abort()
    expect(await first).toEqual([])
    expect(performance.now() - begun).toBeLessThan(500)
    const waiting = performance.now()
    expect(await directory.search('ada', 20, never)).toEqual([])
    expect(performance.now() - waiting).toBeGreaterThan(1_900)
    expect(performance.now() - waiting).toBeLessThan(3_000)
    slapd.freeze(false)
    expect(await directory.search('ada', 20, never)).toHaveLength(1)
  })

  test('is believed over TLS when its certificate is, and is for its name; a password is never said in the clear', async () => {
    // The server takes no password in the clear: that the others found somebody is StartTLS.
    const { Client } = await import('ldapts')
    const clear = new Client({ url: slapd.url })
    await expect(clear.bind('cn=admin,dc=example,dc=org', 'correct-horse')).rejects.toThrow(/confidentiality/i)
    await clear.unbind()
    const authorities = [slapd.certificate]
    const found = (url: string, by?: readonly string[]) =>
      open({ url, ...(by && { authorities: by }) }).search('ada', 20, never)
    expect(await found(slapd.secureUrl, authorities)).toHaveLength(1)
    expect(await found(slapd.secureUrl)).toEqual([])
    expect(await found(slapd.wrongNameUrl, authorities)).toEqual([])
  })

  test('a wrong password and a server that is not there find nobody', async () => {
    expect(await open({ password: 'wrong' }).search('ada', 20, never)).toEqual([])
    expect(await open({ url: 'ldap://127.0.0.1:1' }).search('ada', 20, never)).toEqual([])
  })
})
