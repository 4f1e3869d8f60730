/*
 * The directories as the phone has them: sources added, ordered, switched and refreshed, loaded by real processes, asked in
 * the user's order, and kept over restarts.
 */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { usualNumbers } from '../../../common/account'
import type { DirectorySource, SourceDraft, SourceSettings } from '../../../common/directory'
import { silentLog } from '../../../common/log'
import type { DirectoryService } from '../../../main/directory/directory-service'
import { openDirectories } from '../../../main/directory/open-directories'
import { SecretVault } from '../../../main/settings/secret-vault'
import { ManualClock } from '../../fakes/manual-clock'
import { forkedLoader, type ForkedLoader } from '../../support/forked-loader'
import { until } from '../../support/until'
import { openConf } from '../settings/open-settings'
import { FakeSafeStorage } from '../settings/support'
import { temporaryFolder } from './support'

let loader: ForkedLoader
beforeAll(async () => {
  loader = await forkedLoader()
})
afterAll(() => loader.close())

const ada = '+4930123456'

class Profile {
  readonly folder = temporaryFolder()
  readonly clock = new ManualClock()
  readonly safe = new FakeSafeStorage()
  readonly lines: string[] = []
  service: DirectoryService = this.open()

  private open(): DirectoryService {
    const note = (line: string): void => void this.lines.push(line)
    const service = openDirectories({
      folder: this.folder,
      openStore: openConf,
      vault: new SecretVault(this.safe, silentLog),
      clock: this.clock,
      log: { ...silentLog, warn: note, error: note },
      startLoader: loader.start,
      plan: () => ({ ...usualNumbers, country: 'DE', areaCode: '30' }),
      onChange: () => {},
    })
    onTestFinished(() => service.stop())
    return service
  }

  async restart(): Promise<void> {
    await this.service.stop()
    this.service = this.open()
    await this.service.start()
  }

  add(name: string, settings: SourceSettings, patch: Partial<SourceDraft> = {}): string {
    const added = this.service.add({ name, settings, secret: null, enabled: true, ...patch })
    if (!added.ok) throw new Error(added.detail)
    return added.value.id
  }

  status(id: string): DirectorySource['status'] | undefined {
    return this.service.sources.find((source) => source.id === id)?.status
  }

  async settled(id: string, state: DirectorySource['status']['state'] = 'loaded'): Promise<void> {
    await until(() => !this.service.manager.isLoading(id) && this.status(id)?.state === state, {
      what: 'the directory',
    })
  }

  /** A list in a file that is loaded. */
  async list(name: string, text: string): Promise<{ id: string; path: string }> {
    const path = join(this.folder, `${name}.csv`)
    writeFileSync(path, text)
    const id = this.add(name, { kind: 'file', path })
    await this.settled(id)
    return { id, path }
  }

  tablesOf(id: string): string[] {
    const folder = join(this.folder, 'directory-tables', id)
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.mdb')) : []
  }
}

async function serve(listener: RequestListener): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  const http = createServer((request, response) => {
    asked.push(request)
    listener(request, response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked }
}

describe('directories', () => {
  it('are asked in the order of the user, each with its name', async () => {
    const profile = new Profile()
    const team = await profile.list('Team', `${ada},Ada\n+4930999,,x\n`)
    const spam = await profile.list('Spam', `${ada},Countess,x\n+4930777,Grace\n`)
    const { service } = profile
    expect(service.identify(ada)).toEqual({ label: 'Ada', sourceName: 'Team' })
    expect(service.identify('+4930777')).toEqual({ label: 'Grace', sourceName: 'Spam' })
    expect(service.blocks(ada)).toEqual({ sourceName: 'Spam' })
    expect(service.blocks('+4930999')).toEqual({ sourceName: 'Team' })
    for (const nobody of ['+4930123457', '100', 'sip:ada@example.org', '']) {
      expect([service.identify(nobody), service.blocks(nobody)]).toEqual([null, null])
    }
    expect(service.order([spam.id]).ok).toBe(false)
    expect(service.order([spam.id, team.id]).ok).toBe(true)
    expect(service.identify(ada)).toEqual({ label: 'Countess', sourceName: 'Spam' })
    expect(service.sources.map(({ name }) => name)).toEqual(['Spam', 'Team'])
  })

  it('say nothing when they are switched off, and are there again when switched on', async () => {
    const profile = new Profile()
    const { id } = await profile.list('Team', `${ada},Ada\n`)
    profile.service.setEnabled(id, false)
    expect(profile.service.identify(ada)).toBeNull()
    expect(profile.service.reload(id)).toMatchObject({ ok: false, detail: 'extensionDisabled' })
    expect(await profile.service.manager.getEnabledStatusForExtension(id)).toMatchObject({ status: 'disabled' })
    profile.service.setEnabled(id, true)
    await until(() => profile.service.identify(ada) !== null, { what: 'the directory' })
    expect(profile.service.reload('nobody')).toMatchObject({ ok: false, detail: 'noExtensionFound' })
  })

  it('outlive a restart without being read again', async () => {
    const profile = new Profile()
    const { id, path } = await profile.list('Team', `${ada},Ada\n`)
    const before = profile.status(id)
    rmSync(path)
    profile.clock.advance(3_600_000)
    await profile.restart()
    expect(profile.status(id)).toEqual(before)
    expect(before).toMatchObject({ state: 'loaded', identifying: 1, blocking: 0 })
    expect(profile.service.identify(ada)).toEqual({ label: 'Ada', sourceName: 'Team' })
  })

  it('are gone with their tables when they are removed', async () => {
    const profile = new Profile()
    const { id } = await profile.list('Team', `${ada},Ada\n`)
    expect(profile.tablesOf(id).length).toBe(1)
    expect((await profile.service.remove(id)).ok).toBe(true)
    expect([profile.tablesOf(id), profile.service.sources, profile.service.identify(ada)]).toEqual([[], [], null])
  })

  it('keep what was loaded when a load fails, and say why', async () => {
    const profile = new Profile()
    const { id, path } = await profile.list('Team', `${ada},Ada\n`)
    writeFileSync(path, `${ada},"Ada\n`)
    expect(profile.service.reload(id).ok).toBe(true)
    expect(profile.service.reload(id)).toMatchObject({ ok: false, detail: 'currentlyLoading' })
    await profile.settled(id, 'failed')
    expect(profile.status(id)).toMatchObject({ code: 'unknown', detail: expect.stringMatching(/^line \d is no CSV/) })
    expect(profile.service.identify(ada)).toEqual({ label: 'Ada', sourceName: 'Team' })
    await profile.restart()
    expect(profile.service.identify(ada)).not.toBeNull()
    expect(profile.lines.join()).not.toContain('4930')
  })

  it('whose file is damaged are loaded anew, and nothing else happens', async () => {
    const profile = new Profile()
    const rows = Array.from({ length: 20_000 }, (_, n) => `+49301${100_000 + n},Company ${n * 7_919}\n`)
    const { id } = await profile.list('Team', rows.join(''))
    await profile.service.stop()
    // Behind its head, where only a walk finds it.
    const path = join(profile.folder, 'directory-tables', id, profile.tablesOf(id)[0] ?? '')
    const file = readFileSync(path)
    writeFileSync(path, file.fill(0xff, 32_768))
    await profile.restart()
    expect(profile.lines).toContain('directories: a table is gone or damaged')
    await profile.settled(id)
    expect(profile.service.identify('+49301100001')).toEqual({ label: 'Company 7919', sourceName: 'Team' })
  })
})

describe('refreshing', () => {
  it('asks a server again at its interval, with what it said', async () => {
    let label = 'Ada'
    const { url, asked } = await serve((request, response) => {
      if (request.headers['if-none-match'] === label) return void response.writeHead(304).end()
      response.writeHead(200, { etag: label }).end(`${ada},${label}\n`)
    })
    const profile = new Profile()
    await profile.service.start()
    const id = profile.add('List', { kind: 'url', url, everyMinutes: 60 })
    await profile.settled(id)
    expect(profile.status(id)).toMatchObject({ checksum: expect.stringMatching(/^[0-9a-f]{64}$/) })
    await profile.clock.advanceAsync(59 * 60_000)
    expect(asked.length).toBe(1)
    await profile.clock.advanceAsync(2 * 60_000)
    await until(() => asked.length === 2, { what: 'the server to be asked' })
    await profile.settled(id)
    expect(profile.status(id)).toMatchObject({ state: 'loaded', identifying: 1 })
    expect(profile.service.identify(ada)).toMatchObject({ label: 'Ada' })
    label = 'Countess'
    await profile.clock.advanceAsync(61 * 60_000)
    await until(() => profile.service.identify(ada)?.label === 'Countess', { what: 'the directory' })
  })

  it('notices within a minute that a file has changed', async () => {
    const profile = new Profile()
    await profile.service.start()
    const { path } = await profile.list('Team', `${ada},Ada\n`)
    writeFileSync(path, `${ada},Countess\n`)
    await profile.clock.advanceAsync(60_000)
    await until(() => profile.service.identify(ada)?.label === 'Countess', { what: 'the directory' })
  })
})

describe('a secret', () => {
  const settings = (url: string): SourceSettings => ({ kind: 'url', url, everyMinutes: 60 })

  it('is sealed, sent to its server, and never shown', async () => {
    const { url, asked } = await serve((_, response) => void response.end(`${ada},Ada\n`))
    const profile = new Profile()
    const id = profile.add('List', settings(url), { secret: 'Bearer canary' })
    await profile.settled(id)
    expect(asked[0]?.headers.authorization).toBe('Bearer canary')
    const [source] = profile.service.sources
    expect(source?.hasSecret).toBe(true)
    expect(JSON.stringify(profile.service.sources)).not.toContain('canary')
    expect(readFileSync(join(profile.folder, 'directory.json'), 'utf8')).not.toContain('canary')
    await profile.restart()
    profile.service.reload(id)
    await until(() => asked.length === 2, { what: 'the server to be asked' })
    expect(asked[1]?.headers.authorization).toBe('Bearer canary')
  })

  it('does not go with its source to another server', async () => {
    const other = await serve((_, response) => void response.end(`${ada},Ada\n`))
    const { url } = await serve((_, response) => void response.end(`${ada},Ada\n`))
    const profile = new Profile()
    const id = profile.add('List', settings(url), { secret: 'Bearer canary' })
    await profile.settled(id)
    profile.service.change(id, { name: 'List', settings: settings(other.url), secret: null, enabled: true })
    await until(() => other.asked.length === 1, { what: 'the server to be asked' })
    expect(other.asked[0]?.headers.authorization).toBeUndefined()
    expect(profile.service.sources[0]?.hasSecret).toBe(false)
  })

  it('that no keychain takes is kept until the phone quits', async () => {
    const { url, asked } = await serve((_, response) => void response.end(`${ada},Ada\n`))
    const profile = new Profile()
    profile.safe.kind = 'basic_text'
    const id = profile.add('List', settings(url), { secret: 'Bearer canary' })
    await profile.settled(id)
    expect(asked[0]?.headers.authorization).toBe('Bearer canary')
    await profile.restart()
    expect(profile.service.sources[0]?.hasSecret).toBe(false)
  })
})

describe('a server that is asked for each caller', () => {
  const settings = (url: string): SourceSettings => ({
    kind: 'lookup',
    url: `${url}/?n={number}`,
    namePointer: '/name',
    authorized: false,
  })

  it('is asked once while it rings, and its answer is known at the next call', async () => {
    const { url, asked } = await serve((_, response) => void response.end('{"name":"Ada"}'))
    const profile = new Profile()
    profile.add('CRM', settings(url))
    expect(profile.service.identify(ada)).toBeNull()
    const answers = await Promise.all([profile.service.lookUp(ada), profile.service.lookUp(ada)])
    expect(answers).toEqual(Array(2).fill({ label: 'Ada', sourceName: 'CRM' }))
    expect(asked.map(({ url: path }) => path)).toEqual(['/?n=4930123456'])
    expect(profile.service.identify(ada)).toEqual({ label: 'Ada', sourceName: 'CRM' })
    profile.clock.advance(3_600_001)
    expect(profile.service.identify(ada)).toBeNull()
  })

  it('that is slow is not waited for, and asked again the next time', async () => {
    const { url, asked } = await serve(() => {})
    const profile = new Profile()
    profile.add('CRM', settings(url))
    const answer = profile.service.lookUp(ada)
    await until(() => asked.length === 1, { what: 'the server to be asked' })
    await profile.clock.advanceAsync(4_000)
    expect(await answer).toBeNull()
    const again = profile.service.lookUp(ada)
    await until(() => asked.length === 2, { what: 'the server to be asked' })
    await profile.service.stop()
    expect(await again).toBeNull()
    await until(() => loader.running.size === 0, { what: 'the process to end' })
  })

  it('costs no process while nobody calls', async () => {
    const { url } = await serve((_, response) => void response.writeHead(404).end())
    const profile = new Profile()
    await until(() => loader.running.size === 0, { what: 'the other processes to end' })
    profile.add('CRM', settings(url))
    expect(loader.running.size).toBe(0)
    expect(await profile.service.lookUp(ada)).toBeNull()
    expect(loader.running.size).toBe(1)
    await profile.clock.advanceAsync(60_000)
    await until(() => loader.running.size === 0, { what: 'the process to end' })
  })
})

describe("a provider of the user's own", () => {
  it('is there when its file is, switched off until the user enables it', async () => {
    const profile = new Profile()
    const folder = join(profile.folder, 'extensions')
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'customers.mjs'),
      `export default { async beginRequest(context) {
        context.addIdentificationEntry(4930123456, 'Ada')
        await context.completeRequest()
      } }`,
    )
    await profile.service.start()
    const [source] = profile.service.sources
    expect(source).toMatchObject({ name: 'customers', enabled: false, status: { state: 'never-loaded' } })
    const id = source?.id ?? ''
    profile.service.setEnabled(id, true)
    await profile.settled(id)
    expect(profile.service.identify(ada)).toEqual({ label: 'Ada', sourceName: 'customers' })
    rmSync(join(folder, 'customers.mjs'))
    profile.service.reload(id)
    await profile.settled(id, 'failed')
    expect(profile.status(id)).toMatchObject({ code: 'noExtensionFound' })
    expect(profile.service.identify(ada)).not.toBeNull()
  })

  it('cannot be named by a page when there is none', () => {
    const profile = new Profile()
    const settings = { kind: 'extension', file: 'other.mjs' } as const
    expect(profile.service.add({ name: 'X', settings, secret: null, enabled: true })).toMatchObject({ ok: false })
  })
})
