/*
 * What a page may ask of the user's memory: files go where the user says, and nothing is erased without a second word.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { done } from '../../../common/errors'
import { argumentsAfterErasure, eraseMarked, markForErasure } from '../../../main/os/erase-profile'
import { performRecents } from '../../../main/wishes/recents'
import { missedEntry } from '../../fakes/phone-state'
import { temporaryFolder } from '../settings/support'

let folder: string
let path: string | null
let agrees: boolean
let erased: number

beforeEach(() => {
  folder = temporaryFolder()
  path = join(folder, 'out.csv')
  agrees = false
  erased = 0
})

const perform = performRecents({
  keyOf: () => null,
  recents: {
    find: () => Promise.resolve({ calls: [], more: false }),
    remove: () => done,
    everything: () => Promise.resolve([missedEntry()]),
    markSeen: () => {},
    clear: () => done,
  },
  ask: {
    saveFile: () => Promise.resolve(path),
    openFile: () => Promise.resolve(null),
    confirm: () => Promise.resolve(agrees),
  },
  accountName: () => 'Work',
  allData: () => Promise.resolve({ calls: [missedEntry()] }),
  erase: () => {
    erased++
    return Promise.resolve(done)
  },
})

describe('an export', () => {
  it('goes where the user says, for its owner alone, in the form its name says', async () => {
    expect(await perform({ type: 'exportCalls' })).toEqual({
      callId: null,
      error: null,
      answer: { type: 'path', path },
    })
    expect(readFileSync(path ?? '', 'utf8')).toMatch(/^began,direction,.*\r\n1970.*,missed,Ada,1815/)
    expect(statSync(path ?? '').mode & 0o777).toBe(0o600)
    path = join(folder, 'out.JSON')
    await perform({ type: 'exportCalls' })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject([{ id: 'call-1' }])
  })

  it('goes nowhere when the user thought better of it, and says why when it cannot be written', async () => {
    path = null
    expect(await perform({ type: 'exportData' })).toMatchObject({ error: null, answer: { path: null } })
    path = join(folder, 'nowhere', 'out.json')
    expect(await perform({ type: 'exportData' })).toMatchObject({ error: { code: 'storage-failed', detail: 'ENOENT' } })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('erasing everything', () => {
  it('happens only when the user says so once more', async () => {
    await perform({ type: 'eraseData' })
    expect(erased).toBe(0)
    agrees = true
    expect(await perform({ type: 'eraseData' })).toMatchObject({ error: null })
    expect(erased).toBe(1)
  })

  it('takes what the phone and its pages kept, goes on after a kill, and leaves what is not theirs', () => {
    const ours = [
      'settings.json',
      'settings.json.tmp-1',
      'history.jsonl',
      'reminders.jsonl',
      'blocked.jsonl',
      'directory.json',
      'last-proofs.json',
      'Preferences',
    ]
    for (const name of [...ours, 'holiday.jpg', 'SingletonLock']) writeFileSync(join(folder, name), 'x')
    for (const name of ['contacts', 'recents', 'logs', 'directory-tables', 'Partitions', 'photos'])
      mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'contacts', 'data.mdb'), 'x')
    expect(eraseMarked(folder, true)).toEqual([])
    expect(existsSync(join(folder, 'contacts', 'data.mdb'))).toBe(true)
    markForErasure(folder)
    eraseMarked(folder, false)
    writeFileSync(join(folder, 'settings.json'), 'written on the way out')
    expect(eraseMarked(folder, true)).toEqual([])
    expect(readdirSync(folder).sort()).toEqual(['SingletonLock', 'holiday.jpg', 'photos'])
  })

  it('starts the phone as new: no accounts are taken in once more, and nobody is called', () => {
    const argv = ['.', '--user-data-dir=/a', '--provision=/b', 'tel:+4930', '--hidden']
    expect(argumentsAfterErasure(argv)).toEqual(['.', '--user-data-dir=/a', '--hidden'])
  })
})
