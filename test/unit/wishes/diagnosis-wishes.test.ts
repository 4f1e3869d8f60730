/*
 * What a page may ask of the diagnosis: a test of an account, and diagnostics that are saved where the user says, as they were shown.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { done, refused, type Result } from '../../../common/errors'
import { Diagnostics } from '../../../main/diagnosis/diagnostics'
import { performServers, type ServerWishesOptions } from '../../../main/wishes/servers'
import { ManualClock } from '../../fakes/manual-clock'
import { stateOf } from '../../fakes/phone-state'
import { temporaryFolder } from '../settings/support'

let folder: string
let path: string | null
let log: string
let asked: string[]
let perform: ReturnType<typeof performServers>

beforeEach(() => {
  folder = temporaryFolder()
  path = join(folder, 'diagnostics.txt')
  log = 'as it was shown'
  asked = []
  const start = (id: string): Result<never> => {
    asked.push(`start ${id}`)
    return id === 'work' ? (done as Result<never>) : refused('unknown-account')
  }
  const options: Partial<ServerWishesOptions> = {
    accountTests: { start, end: () => void asked.push('end') },
    diagnostics: new Diagnostics({
      clock: new ManualClock(),
      state: () => stateOf(),
      lastTest: () => null,
      ladders: { read: async () => new Map() },
      readLog: async () => log,
      system: () => ({ Electron: '33' }),
      home: '/home/x',
    }),
    ask: { saveFile: () => Promise.resolve(path) },
  }
  perform = performServers(options as ServerWishesOptions)
})

it('a test of an account is begun and ended', async () => {
  expect(await perform({ type: 'testAccount', accountId: 'work' })).toMatchObject({ error: null })
  expect(await perform({ type: 'testAccount', accountId: 'gone' })).toMatchObject({
    error: { code: 'unknown-account' },
  })
  expect(await perform({ type: 'endAccountTest' })).toMatchObject({ error: null })
  expect(asked).toEqual(['start work', 'start gone', 'end'])
})

describe('diagnostics', () => {
  it('are saved as they were shown, without what the user left out, for the owner alone', async () => {
    const { answer } = await perform({ type: 'previewDiagnostics' })
    const names = answer?.type === 'diagnostics' ? answer.parts.map(({ name }) => name) : []
    expect(names).toEqual(['Versions and system', 'Settings', 'Accounts', 'Sound devices', 'Calls', 'Log'])
    log = 'something newer'
    expect(await perform({ type: 'saveDiagnostics', without: ['Settings'] })).toMatchObject({
      error: null,
      answer: { type: 'path', path },
    })
    const text = readFileSync(path ?? '', 'utf8')
    expect(text).toContain('==== Log ====\n\nas it was shown\n')
    expect(text).toContain('Left out by the user: Settings')
    expect(text).not.toMatch(/==== Settings|something newer|ringSeconds/)
    expect(statSync(path ?? '').mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['diagnostics.txt'])
  })

  it('are saved nowhere before anybody could read them, nor when the user thought better of it', async () => {
    expect(await perform({ type: 'saveDiagnostics', without: [] })).toMatchObject({ error: { code: 'failed' } })
    const before = path
    await perform({ type: 'previewDiagnostics' })
    path = null
    expect(await perform({ type: 'saveDiagnostics', without: [] })).toMatchObject({ answer: { path: null } })
    expect(existsSync(before ?? '')).toBe(false)
    path = join(folder, 'no such folder', 'x.txt')
    expect(await perform({ type: 'saveDiagnostics', without: [] })).toMatchObject({ error: { code: 'storage-failed' } })
  })
})
