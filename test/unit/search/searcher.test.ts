/*
 * The search in a real process of its own, over real contacts, tables and ended calls; and what main does when that process dies, is
 * silent, or is not needed.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../common/clock'
import { silentLog } from '../../../common/log'
import { ContactStore } from '../../../main/contacts/contact-store'
import { currentTable } from '../../../main/directory/table/table-files'
import { CallArchive } from '../../../main/recents/call-archive'
import { lineOf, needlesOf } from '../../../main/search/call-lines'
import { Searcher, type StartSearch } from '../../../main/search/searcher'
import type { SearchRequest } from '../../../main/search/search-messages'
import { ManualClock } from '../../fakes/manual-clock'
import { missedEntry } from '../../fakes/phone-state'
import { bundleProgram } from '../../support/forked-loader'
import { request, temporaryFolder } from '../directory/support'

let bundle: Awaited<ReturnType<typeof bundleProgram>>
beforeAll(async () => {
  bundle = await bundleProgram('main/search/search-worker.ts')
})
afterAll(() => bundle?.remove())

const started: ChildProcess[] = []
const startProcess: StartSearch = ({ onReply, onGone }) => {
  const child = fork(bundle.program, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
  started.push(child)
  child.on('message', onReply)
  child.on('exit', (code, signal) => onGone(signal ?? `exit ${String(code)}`))
  // As with a utility process, what is said to one that has just been killed is lost without a word.
  const send = (message: SearchRequest): void => void (child.connected && child.send(message, () => undefined))
  return { send, kill: () => void child.kill('SIGKILL') }
}

async function profile() {
  const folder = temporaryFolder()
  const contacts = await ContactStore.open({ folder: join(folder, 'contacts'), keyOf: (number) => number })
  const archive = await CallArchive.open(join(folder, 'recents'))
  const searcher = new Searcher({
    start: startProcess,
    clock: systemClock,
    log: silentLog,
    contacts: join(folder, 'contacts'),
    calls: join(folder, 'recents'),
  })
  onTestFinished(async () => {
    searcher.close()
    await Promise.all([contacts.close(), archive.close()])
  })
  const addContact = (id: string, name: string): void =>
    contacts.put([
      {
        contact: {
          id,
          name,
          book: 'local',
          organization: null,
          numbers: [{ label: 'work', value: '+49301' }],
          emails: [],
          notes: null,
          favourite: false,
          vip: false,
          speedDial: null,
          ringtone: null,
          avatar: null,
        },
      },
    ])
  return { folder, contacts, archive, searcher, addContact }
}

describe('the process that searches', () => {
  it('finds contacts, names of directories and calls of years as they are on the disk, and as they change', async () => {
    const { folder, archive, searcher, addContact } = await profile()
    addContact('ada', 'Ada Lovelace')
    const missed = missedEntry({ id: 'old', name: 'Jürgen', startedAt: 7, endedAt: 8 })
    archive.put([missed])
    const tables = join(folder, 'table')
    await request(tables, (context) => {
      context.addIdentificationEntry(4930123, 'Lovelock Ltd')
      context.addIdentificationEntry(4930124, 'Böhm & Söhne')
      context.completeRequest()
    })
    searcher.useTables([{ source: 'Work', path: join(tables, currentTable(tables) ?? '') }])
    const people = await searcher.people(['lovel'], '', 9, true)
    expect(people.contacts.map(({ id }) => id)).toEqual(['ada'])
    expect(people.names).toMatchObject([{ number: 4930123, label: 'Lovelock Ltd', source: 'Work' }])
    // With a slip, and by a part of the number.
    expect((await searcher.people(['bohn'], '', 9, true)).names).toMatchObject([{ label: 'Böhm & Söhne' }])
    expect((await searcher.people([], '30124', 9, true)).names).toMatchObject([{ label: 'Böhm & Söhne' }])
    const calls = (text: string) => searcher.calls({ ...needlesOf(text), kind: 0, before: 99, limit: 5 })
    expect((await calls('jurgen')).calls).toEqual([{ id: 'old', startedAt: 7 }])
    // What is gone and what is new, while it runs.
    addContact('ben', 'Ben Lovell')
    searcher.contactChanged('ben', { id: 'ben', words: ['ben', 'lovell'], numbers: [], weight: 0 })
    searcher.contactChanged('ada', null)
    searcher.callsRemoved(['old'])
    searcher.callsArchived([lineOf({ ...missed, id: 'new' })])
    searcher.useTables([])
    const now = await searcher.people(['lovel'], '', 9, true)
    expect([now.contacts.map(({ id }) => id), now.names]).toEqual([['ben'], []])
    expect((await calls('jurgen')).calls).toEqual([{ id: 'new', startedAt: 7 }])
    // All may have changed: it reads them anew.
    searcher.contactsChanged()
    searcher.callsRemoved(null)
    expect((await searcher.people(['lovel'], '', 9, false)).contacts.map(({ id }) => id).sort()).toEqual(['ada', 'ben'])
    expect((await calls('jurgen')).calls).toEqual([{ id: 'old', startedAt: 7 }])
  })

  it('is started again when it was killed, and finds the same', async () => {
    const { searcher, addContact } = await profile()
    addContact('ada', 'Ada')
    const found = async () => (await searcher.people(['ada'], '', 9, false)).contacts.map(({ id }) => id)
    expect(await found()).toEqual(['ada'])
    started.at(-1)?.kill('SIGKILL')
    // It may not be known yet that it is gone: nobody is found then, and nothing hangs.
    await expect.poll(found, { timeout: 10_000 }).toEqual(['ada'])
  })

  it('finds nobody where there is nothing, and makes no files there', async () => {
    const folder = temporaryFolder()
    const where = { contacts: join(folder, 'a'), calls: join(folder, 'b') }
    const searcher = new Searcher({ start: startProcess, clock: systemClock, log: silentLog, ...where })
    onTestFinished(() => searcher.close())
    searcher.useTables([{ source: 'Gone', path: join(folder, 'table-1-1-00000000.mdb') }])
    expect(await searcher.people(['ada'], '', 9, true)).toMatchObject({ contacts: [], names: [] })
    expect(await searcher.calls({ words: [], digits: '', kind: 1, before: 1, limit: 1 })).toMatchObject({ calls: [] })
  })
})

describe('main', () => {
  const setUp = () => {
    const clock = new ManualClock()
    const processes: { readonly sent: SearchRequest[]; killed: boolean; reply: (message: unknown) => void }[] = []
    const searcher = new Searcher({
      clock,
      log: silentLog,
      contacts: 'contacts',
      calls: 'calls',
      start: ({ onReply }) => {
        const process = { sent: [] as SearchRequest[], killed: false, reply: onReply }
        processes.push(process)
        return { send: (request) => void process.sent.push(request), kill: () => void (process.killed = true) }
      },
    })
    return { clock, processes, searcher }
  }

  it('starts no process before somebody searches, and tells a late one all it has to know', async () => {
    const { processes, searcher } = setUp()
    searcher.useTables([{ source: 'Work', path: 'p' }])
    searcher.contactChanged('a', null)
    expect(processes).toEqual([])
    void searcher.people(['a'], '', 1, false)
    expect(processes[0]?.sent.map(({ type }) => type)).toEqual(['open', 'tables', 'people'])
  })

  it('waits for no answer forever, and ends a process that gives none', async () => {
    const { clock, processes, searcher } = setUp()
    const asked = searcher.people(['a'], '', 1, false)
    clock.advance(15_000)
    expect(await asked).toEqual({ contacts: [], names: [] })
    expect(processes[0]?.killed).toBe(true)
  })

  it('ends a process that says what it must not, and one that nobody needs any more', async () => {
    const { clock, processes, searcher } = setUp()
    void searcher.people(['a'], '', 1, false)
    processes[0]?.reply({ type: 'people', ask: 1, contacts: [{ id: 1 }], names: [] })
    expect(processes[0]?.killed).toBe(true)
    const other = setUp()
    const asked = other.searcher.people(['a'], '', 1, false)
    other.processes[0]?.reply({ type: 'people', ask: 1, contacts: [], names: [] })
    await asked
    other.clock.advance(299_000)
    expect(other.processes[0]?.killed).toBe(false)
    other.clock.advance(2_000)
    expect(other.processes[0]?.killed).toBe(true)
    clock.advance(1)
  })
})
