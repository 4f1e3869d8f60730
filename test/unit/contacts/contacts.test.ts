/*
 * Contacts on a real disk: kept, found by number, listed, imported and exported; and through kills.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { ContactDraft } from '../../../common/contact'
import { silentLog } from '../../../common/log'
import { Contacts } from '../../../main/contacts/contacts'
import { ContactStore } from '../../../main/contacts/contact-store'
import { listContacts } from '../../../main/contacts/list-contacts'
import { PeopleSearch } from '../../../main/search/people-search'
import type { Searcher } from '../../../main/search/searcher'
import { localSearcher } from '../../support/local-searcher'
import { temporaryFolder } from '../settings/support'

const rest = (): Promise<void> => Promise.resolve()
const draft = (name: string, patch: Partial<ContactDraft> = {}): ContactDraft => ({
  name,
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
const work = (value: string) => ({ label: 'work' as const, value })
/** Berlin's rules, small. */
let country = '49'
const keyOf = (number: string): string | null => {
  const digits = number.replace(/[^0-9+]/g, '').replace(/^00/, '+')
  return digits === ''
    ? null
    : digits.startsWith('+')
      ? digits
      : digits.startsWith('0')
        ? `+${country}${digits.slice(1)}`
        : digits
}

let store: ContactStore
let contacts: Contacts
let people: PeopleSearch
let searcher: Searcher
let folder: string
let recents: readonly { name: string | null; number: string; at: number }[]

beforeEach(async () => {
  country = '49'
  folder = temporaryFolder()
  recents = []
  store = await ContactStore.open({ folder, keyOf })
  contacts = new Contacts({
    store,
    log: silentLog,
    onContact: (id, contact) => people.changed(id, contact),
    onAll: () => searcher.contactsChanged(),
    onPending: () => {},
  })
  searcher = localSearcher({ contacts: folder, calls: join(folder, 'none') })
  people = new PeopleSearch({
    searcher,
    contacts: () => contacts,
    recents: () => recents,
    colleagues: () => [],
    servers: () => [],
    keyOf,
  })
})
afterEach(() => {
  searcher.close()
  return store.close()
})

const save = (name: string, patch: Partial<ContactDraft> = {}): string => {
  const saved = contacts.save(null, draft(name, patch))
  if (!saved.ok) throw new Error(saved.code)
  return saved.value.id
}
const found = async (text: string): Promise<string[]> => (await people.search(text, 20, false)).map(({ name }) => name)

describe('a contact', () => {
  it('is kept with all that was said of it, and found by any writing of its numbers', async () => {
    const said = {
      numbers: [work('030 1234'), { label: 'mobile' as const, value: '+49 171 55' }],
      notes: 'n',
      ringtone: 'bells',
      vip: true,
    }
    const id = save('Ada', said)
    await store.close()
    store = await ContactStore.open({ folder, keyOf })
    expect(store.get(id)).toEqual({ ...draft('Ada', said), id, book: 'local' })
    expect(store.byNumber('+49301234')).toEqual([id])
    expect(store.byNumber('+4917155')).toEqual([id])
    expect(store.byNumber('+4930123')).toEqual([])
  })

  it('is not found by a number it no longer has, nor when it is gone', () => {
    const id = save('Ada', { numbers: [work('030 1234')] })
    contacts.save(id, draft('Ada', { numbers: [work('030 99')] }))
    expect(contacts.byNumber('+49301234')).toBeNull()
    expect(contacts.byNumber('+493099')?.name).toBe('Ada')
    contacts.remove(id)
    expect(contacts.byNumber('+493099')).toBeNull()
    expect(contacts.get(id)).toMatchObject({ ok: false })
  })

  it('is found by what its numbers mean when the rules for numbers change', async () => {
    save('Ada', { numbers: [work('030 1234')] })
    country = '43'
    await store.reindex(rest)
    expect(contacts.byNumber('+49301234')).toBeNull()
    expect(contacts.byNumber('+43301234')?.name).toBe('Ada')
    contacts.remove([...store.everybody()][0]?.id ?? '')
    expect(contacts.byNumber('+43301234')).toBeNull()
  })

  it('of several with one number is the one that matters most', () => {
    save('Berta', { numbers: [work('030 1')] })
    save('Ada', { numbers: [work('030 1')] })
    expect(contacts.byNumber('+49301')?.name).toBe('Ada')
    save('Zoe', { numbers: [work('030 1')], vip: true })
    expect(contacts.byNumber('+49301')?.name).toBe('Zoe')
  })

  it('without a name and a number, with a false picture, or that is not there is refused', () => {
    expect(contacts.save(null, draft(''))).toMatchObject({ ok: false, code: 'invalid-argument' })
    expect(contacts.save(null, draft('x', { avatar: 'data:image/png;base64,AAAA' }))).toMatchObject({ ok: false })
    expect(contacts.save('nobody', draft('x'))).toMatchObject({ ok: false })
    expect(store.count).toBe(0)
  })
})

describe('what is at hand', () => {
  it('is favourites by name, then keys in order; a key dials one person', () => {
    const ada = save('Ada', { speedDial: 2, numbers: [work('1')] })
    save('Zoe', { favourite: true })
    save('Ben', { favourite: true })
    save('Eve', { speedDial: 2 })
    expect(contacts.summary.atHand.map(({ name, speedDial }) => [name, speedDial])).toEqual([
      ['Ben', null],
      ['Zoe', null],
      ['Eve', 2],
    ])
    expect(contacts.get(ada)).toMatchObject({ ok: true, value: { speedDial: null } })
    contacts.setFavourite(ada, true)
    expect(contacts.summary).toMatchObject({ count: 4, atHand: [{ name: 'Ada', number: '1' }, {}, {}, {}] })
  })
})

describe('the list', () => {
  it('is by name whatever letters it begins with, in pages, and can be filtered', async () => {
    for (const name of ['Zoe', 'ada', 'Ärger', 'Öberg', 'Ben']) save(name)
    const page = async (filter: string, offset: number, limit: number) => {
      const { contacts: shown, total } = await listContacts(contacts, searcher, { filter, offset, limit })
      return [shown.map(({ name }) => name), total]
    }
    expect(await page('', 0, 3)).toEqual([['ada', 'Ärger', 'Ben'], 5])
    expect(await page('', 3, 3)).toEqual([['Öberg', 'Zoe'], 5])
    expect(await page('ober', 0, 10)).toEqual([['Öberg'], 1])
  })
})

describe('one search', () => {
  beforeEach(() => {
    save('Ada Lovelace', {
      organization: 'Analytical Engines',
      numbers: [work('+49 30 123456'), { label: 'home', value: '+49 30 777' }],
    })
    save('Jürgen Müller', { numbers: [work('+49 89 5550')], favourite: true, emails: ['jm@example.org'] })
    save('Julia Mühlbauer', { numbers: [work('+43 1 99')] })
  })

  it.each([
    ['the beginning of any word', 'lov', ['Ada Lovelace']],
    ['words in any order', 'love ada', ['Ada Lovelace']],
    ['no accents', 'muller', ['Jürgen Müller']],
    ['a slip', 'lovelcae', ['Ada Lovelace']],
    ['a letter too few', 'jugen', ['Jürgen Müller']],
    ['the company', 'analytical', ['Ada Lovelace']],
    ['a part of a word', 'bauer', ['Julia Mühlbauer']],
    ['a part of a number', '12345', ['Ada Lovelace']],
    ['a number as one would dial it', '030 123', ['Ada Lovelace']],
    ['digits of another script', '٠٣٠ ١٢٣٤٥٦', ['Ada Lovelace']],
    ['the keys of a keypad', '568', ['Ada Lovelace']],
    ['nobody', 'xyzzy', []],
    ['nothing', '   ', []],
  ])('finds by %s', async (_, text, names) => {
    expect(await found(text)).toEqual(names)
  })

  it('finds favourites first, and the number that was meant', async () => {
    expect((await found('ju'))[0]).toBe('Jürgen Müller')
    expect(await people.search('777', 5, false)).toMatchObject([
      { name: 'Ada Lovelace', number: '+49 30 777', label: 'home' },
    ])
  })

  it('knows who is new, changed and gone at once', async () => {
    await found('ada')
    const id = save('Quentin', { numbers: [work('5')] })
    expect(await found('quentin')).toEqual(['Quentin'])
    contacts.save(id, draft('Berta', { numbers: [work('5')] }))
    expect(await found('quentin')).toEqual([])
    expect(await found('berta')).toEqual(['Berta'])
    contacts.remove(id)
    expect(await found('berta')).toEqual([])
  })

  it('finds who called, once, and whoever was talked to lately before others', async () => {
    recents = [
      { name: 'Charles Babbage', number: '0171 8', at: 2_000 },
      { name: 'somebody', number: '0043199', at: 1_000 },
      { name: 'Charles Babbage', number: '+491718', at: 500 },
    ]
    expect(await found('babb')).toEqual(['Charles Babbage'])
    expect(await found('99')).toEqual(['Julia Mühlbauer'])
    expect(await found('1718')).toEqual(['Charles Babbage'])
  })

  it('asks servers only when it is to wait for them, and shows nobody twice', async () => {
    let asked = 0
    const server = {
      search: () => {
        asked++
        const person = {
          from: 'directory',
          contactId: null,
          label: null,
          favourite: false,
          source: 'Work',
          avatar: null,
        } as const
        return Promise.resolve([
          { ...person, name: 'A. Lovelace', number: '+4930123456' },
          { ...person, name: 'Lovelock', number: '4711' },
        ])
      },
    }
    people = new PeopleSearch({
      searcher,
      contacts: () => contacts,
      recents: () => [],
      colleagues: () => [],
      servers: () => [server],
      keyOf,
    })
    expect(await found('lovel')).toEqual(['Ada Lovelace'])
    expect(asked).toBe(0)
    expect((await people.search('lovel', 20, true)).map(({ name }) => name)).toEqual(['Ada Lovelace', 'Lovelock'])
  })
})

describe('a vCard file', () => {
  it('goes out and comes in again without making anybody twice', async () => {
    save('Ada', { numbers: [work('030 1234')], vip: true })
    save('Ben', { notes: 'n' })
    const exported = await contacts.export(rest)
    expect(await contacts.import(exported, rest)).toEqual({ ok: true, value: { added: 0, updated: 2, skipped: 0 } })
    store.clear()
    expect(await contacts.import(exported, rest)).toEqual({ ok: true, value: { added: 2, updated: 0, skipped: 0 } })
    expect(contacts.byNumber('+49301234')).toMatchObject({ name: 'Ada', vip: true })
  })

  it('updates who is there already by name and number, and what only this phone knows stays', async () => {
    const id = save('Ada', { numbers: [work('030 1234')], vip: true })
    const card = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nTEL:+49 30 1234\r\nNOTE:new\r\nEND:VCARD\r\n'
    expect(await contacts.import(card, rest)).toMatchObject({ value: { added: 0, updated: 1 } })
    expect(store.get(id)).toMatchObject({ notes: 'new', vip: true })
  })
})

it('a phone killed at any moment has lost no contact that was kept', { timeout: 60_000 }, async () => {
  // Where the program finds its libraries.
  const out = join(process.cwd(), 'node_modules/.cache', `patchcord-keeper-${process.pid}`)
  onTestFinished(() => rmSync(out, { recursive: true, force: true }))
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'programs/endless-keeper.ts'),
      outDir: out,
      rollupOptions: { external: ['lmdb'] },
      target: 'node20',
    },
    ssr: { noExternal: true, external: ['lmdb'] },
  })
  const profile = join(out, 'profile')
  const told = new Set<string>()
  for (let run = 0; run < 6; run++) {
    const child = spawn(process.execPath, [join(out, 'endless-keeper.js'), profile, String(run)], {
      cwd: process.cwd(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (data: Buffer) => (text += data.toString()))
    await expect.poll(() => text.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(200 + run * 700)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    for (const line of text.split('\n').slice(0, -1)) told.add(line)
    const again = await ContactStore.open({ folder: profile, keyOf })
    for (const line of told) {
      const [id = '', number = ''] = line.split(' ')
      expect(again.get(id)?.numbers[0]?.value, line).toBe(number)
      expect(again.byNumber(number)).toContain(id)
    }
    expect(
      [...again.everybody()].every(({ id, numbers }) => again.byNumber(numbers[0]?.value ?? '').includes(id)),
    ).toBe(true)
    await again.close()
  }
})
