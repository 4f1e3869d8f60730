/*
 * The calls of years: moved to the archive, found again, removed, expired, cleared through kills, exported; and calls that
 * leave no trace.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../../common/call'
import type { MediaTrouble } from '../../../common/diagnosis'
import { silentLog } from '../../../common/log'
import type { HistoryEntry } from '../../../common/phone-state'
import { CallArchive } from '../../../main/recents/call-archive'
import { callsAsCsv } from '../../../main/recents/export-calls'
import { HistoryFile } from '../../../main/recents/history-file'
import { Recents } from '../../../main/recents/recents'
import { ManualClock } from '../../fakes/manual-clock'
import { ended, incoming, missedEntry, talking } from '../../fakes/phone-state'
import type { Searcher } from '../../../main/search/searcher'
import { localSearcher } from '../../support/local-searcher'
import { temporaryFolder } from '../settings/support'

let folder: string
let clock: ManualClock
let archive: CallArchive
let days: number
let searcher: Searcher
const day = 86_400_000

/** One run of the phone; `limit` calls stay in the file. */
function start(limit = 10): Recents {
  const recents: Recents = new Recents({
    file: new HistoryFile({
      path: join(folder, 'history.jsonl'),
      log: silentLog,
      limit,
      overflow: (entries) => recents.archiveCalls(entries),
    }),
    clock,
    searcher,
    lists: (accountId) => accountId !== 'unlisted',
    onChange: () => {},
    keepDays: () => days,
  })
  return recents
}
const call = (n: number, patch: Partial<HistoryEntry> = {}) =>
  ended({
    id: `call-${n}`,
    startedAt: n * 1_000,
    name: `Caller ${n}`,
    handle: { type: 'phoneNumber', value: `+49301${n}` },
    ...(patch as object),
  })
const all = { text: '', filter: 'all', before: null, limit: 50 } as const
const ids = async (recents: Recents, query: Partial<Parameters<Recents['find']>[0]> = {}): Promise<string[]> =>
  (await recents.find({ ...all, ...query })).calls.map(({ id }) => id)

beforeEach(async () => {
  folder = temporaryFolder()
  clock = new ManualClock()
  days = 0
  searcher = localSearcher({ contacts: join(folder, 'none'), calls: join(folder, 'recents') })
  archive = await CallArchive.open(join(folder, 'recents'))
})
afterEach(() => {
  searcher.close()
  return archive.close()
})

describe('more calls than the file holds', () => {
  it('are all there, in one order, page by page, also after a restart', async () => {
    const recents = start()
    recents.useArchive(archive)
    for (let n = 1; n <= 100; n++) {
      recents.remember(call(n))
      if (n % 10 === 0) recents.markSeen()
    }
    expect(archive.count).toBeGreaterThan(50)
    const expected = Array.from({ length: 100 }, (_, n) => `call-${100 - n}`)
    const pages: string[] = []
    for (let before: number | null = null; ;) {
      const { calls, more } = await recents.find({ ...all, before, limit: 7 })
      pages.push(...calls.map(({ id }) => id))
      before = calls.at(-1)?.startedAt ?? 0
      if (!more) break
    }
    expect(pages).toEqual(expected)
    const again = start()
    again.useArchive(archive)
    expect(await ids(again, { limit: 200 })).toEqual(expected)
  })

  it('are found by words without accents, by digits however written, and by kind', async () => {
    const recents = start()
    recents.useArchive(archive)
    for (let n = 1; n <= 60; n++) {
      recents.learn(
        `call-${n}`,
        n === 3
          ? { label: 'Jürgen Müller', screening: { by: 'own-list', list: 'Own', match: 'exact', ruleId: null } }
          : {},
      )
      recents.remember(call(n))
      recents.markSeen()
    }
    expect(await ids(recents, { text: 'muller' })).toEqual(['call-3'])
    expect(await ids(recents, { text: '030 155' })).toEqual(['call-55'])
    expect(await ids(recents, { filter: 'blocked' })).toEqual(['call-3'])
    expect(await ids(recents, { filter: 'outgoing' })).toEqual([])
    expect(await ids(recents, { filter: 'missed', limit: 2 })).toEqual(['call-60', 'call-59'])
  })

  it('can be removed one by one, and nothing of them is left in any search', async () => {
    const recents = start()
    recents.useArchive(archive)
    for (let n = 1; n <= 40; n++) {
      recents.remember(call(n))
      recents.markSeen()
    }
    await ids(recents, { text: 'caller' })
    expect(recents.remove(['call-2', 'call-40']).ok).toBe(true)
    expect(await ids(recents, { text: 'caller', limit: 50 })).toHaveLength(38)
    expect(await ids(recents, { text: 'caller 40' })).toEqual([])
    expect(readFileSync(join(folder, 'history.jsonl'), 'utf8')).not.toContain('call-40')
  })

  it('go when they have been kept long enough, in the file and in the archive', async () => {
    const recents = start(5)
    recents.useArchive(archive)
    const now = clock.date()
    for (let n = 1; n <= 20; n++) {
      const at = now - n * day + 1
      recents.remember({
        ...call(n),
        startedAt: at,
        at,
        state: 'ended',
        cause: 'hung-up',
        sipStatus: null,
        reason: null,
        connectedAt: at,
      })
      recents.markSeen()
    }
    days = 8
    recents.expire()
    expect((await ids(recents)).length).toBe(8)
    clock.advance(day)
    expect((await ids(recents)).length).toBe(7)
  })

  it('are cleared for good even when the phone is killed before the archive is open', async () => {
    const first = start()
    first.useArchive(archive)
    for (let n = 1; n <= 40; n++) {
      first.remember(call(n))
      first.markSeen()
    }
    const second = start()
    second.clear()
    expect(archive.count).toBeGreaterThan(0)
    const third = start()
    third.useArchive(archive)
    expect(archive.count).toBe(0)
    expect(await ids(third)).toEqual([])
  })
})

describe('what is known of a call', () => {
  it('is its label, its mean quality and the calls it belongs to', async () => {
    const recents = start()
    recents.follow([
      { ...talking({ id: 'a' }), groupId: 'g' },
      { ...talking({ id: 'b' }), groupId: 'g' },
    ])
    recents.learn('a', { label: 'Ada' })
    for (const mos of [4, 3, null]) recents.measured('a', mos)
    recents.remember(ended({ id: 'a' }))
    expect((await recents.find(all)).calls[0]).toMatchObject({
      label: 'Ada',
      mos: 3.5,
      relations: [{ kind: 'conference', callId: 'b' }],
    })
  })

  it('missed calls count until they are seen', () => {
    const recents = start()
    for (let n = 1; n <= 30; n++) recents.remember(call(n))
    expect(recents.missed).toBe(30)
    recents.markSeen()
    expect(recents.missed).toBe(0)
  })
})

describe('a private call', () => {
  it('leaves no trace, also of what was written before it was one', async () => {
    const recents = start()
    const ada = incoming({ id: 'secret-1', handle: { type: 'phoneNumber', value: '+49301815' } })
    recents.follow([ada])
    expect(readFileSync(join(folder, 'history.jsonl'), 'utf8')).toContain('+49301815')
    recents.setPrivate('secret-1', true)
    recents.follow([{ ...ada, name: 'Ada' }])
    recents.remember(ended({ id: 'secret-1' }))
    expect(readFileSync(join(folder, 'history.jsonl'), 'utf8')).toBe('')
    expect(await ids(recents)).toEqual([])
    expect(start().shown).toEqual([])
  })
})

describe('an account whose provider keeps its calls out of recents (includesCallsInRecents)', () => {
  it('has none there, not even while they are up, and is no reason to count one as missed', async () => {
    const recents = start()
    recents.follow([incoming({ id: 'unlisted-1', accountId: 'unlisted' })])
    recents.remember(ended({ id: 'unlisted-1', accountId: 'unlisted' }))
    recents.remember(ended({ id: 'listed-1' }))
    expect(await ids(recents)).toEqual(['listed-1'])
    expect([recents.missed, readFileSync(join(folder, 'history.jsonl'), 'utf8').includes('unlisted')]).toEqual([
      1,
      false,
    ])
  })
})

describe('what was wrong with the sound', () => {
  const told = (trouble: MediaTrouble, evidence = 'received 0') => ({ trouble, evidence })

  it('is kept with the call: what lasted longest in all, with its last numbers, also after a restart', async () => {
    const recents = start()
    recents.diagnosed('call-1', null, 1_000)
    recents.diagnosed('call-1', told('heavy-loss'), 2_000)
    recents.diagnosed('call-1', told('nothing-received'), 10_000)
    recents.diagnosed('call-1', null, 15_000)
    recents.diagnosed('call-1', told('nothing-received', 'received 7'), 50_000)
    // It goes on until the end.
    recents.diagnosed('call-2', told('not-heard'), 50_000)
    recents.remember({ ...call(1), at: 55_000 } as Call)
    recents.remember({ ...call(2), at: 52_000 } as Call)
    recents.remember(call(3))
    const [third, second, first] = (await start().find(all)).calls
    expect(first?.trouble).toEqual({
      ...{ trouble: 'nothing-received', since: 10_000 },
      ...{ evidence: 'received 7', lasted: 10_000 },
    })
    expect(second?.trouble).toMatchObject({ trouble: 'not-heard', lasted: 2_000 })
    expect(third?.trouble).toBeUndefined()
    expect(readFileSync(join(folder, 'history.jsonl'), 'utf8')).not.toContain('heavy-loss')
  })

  it('and whom a call was meant for go where the call goes: archived, exported, removed, and nowhere for a private call', async () => {
    const recents = start(1)
    recents.useArchive(archive)
    const diverted = [{ handle: { type: 'phoneNumber', value: '500' } as const, name: 'Support', reason: 'no-answer' }]
    for (const id of ['call-1', 'call-2']) {
      recents.diagnosed(id, told('not-heard', 'sent 700'), 1_000)
      recents.learn(id, { diverted })
    }
    recents.setPrivate('call-2', true)
    for (const n of [1, 2, 3, 4]) recents.remember(call(n))
    recents.markSeen()
    recents.remember(call(5))
    expect(archive.count).toBeGreaterThan(0)
    const found = (await recents.everything()).filter(({ id }) => id === 'call-1')
    expect(found).toMatchObject([{ id: 'call-1', diverted, trouble: { evidence: 'sent 700' } }])
    expect(
      parse(
        callsAsCsv(found, () => 'Work'),
        { columns: true },
      ),
    ).toMatchObject([{ 'meant for': '500', 'sound trouble': 'not-heard' }])
    expect(await ids(recents)).not.toContain('call-2')
    recents.remove(['call-1'])
    expect((await recents.everything()).some(({ trouble }) => trouble)).toBe(false)
  })

  it('of a kind nobody knows any more does not cost the call', async () => {
    const recents = start()
    recents.diagnosed('call-1', told('gremlins' as MediaTrouble), 1_000)
    recents.remember(call(1))
    const [entry] = (await start().find(all)).calls
    expect(entry).toMatchObject({ id: 'call-1' })
    expect(entry?.trouble).toBeUndefined()
  })
})

describe('exported as CSV', () => {
  it.each(['=1+1', '+cmd|calc', '-2', '@SUM(A1)', '\t=1', ' =1', '＝1', '"=1'])(
    '%j is a text to every spreadsheet',
    (name) => {
      const csv = callsAsCsv([missedEntry({ name })], () => 'Work')
      const [row] = parse(csv, { columns: true }) as Record<string, string>[]
      expect(row?.name).toMatch(/^['"]/)
      expect(row?.name).toContain(name.trim())
      expect(row).toMatchObject({ number: '1815', result: 'missed', account: 'Work' })
    },
  )

  it('numbers stay numbers, and commas, quotes and lines stay in their cell', () => {
    const csv = callsAsCsv(
      [missedEntry({ name: 'a,"b"\nc', handle: { type: 'phoneNumber', value: '+4930' } })],
      () => 'x',
    )
    expect(parse(csv, { columns: true })).toMatchObject([{ name: 'a,"b"\nc', number: '+4930' }])
  })
})
