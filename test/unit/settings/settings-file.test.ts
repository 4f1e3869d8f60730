/*
 * The settings file against everything that was seen to break the store underneath it.
 */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { defaultSettings } from '../../../common/settings'
import { SettingsKeeper } from '../../../main/settings/settings-keeper'
import { openConf, openSettings } from './open-settings'
import { temporaryFolder } from './support'

const pathOf = (folder: string): string => join(folder, 'settings.json')
const ring = (folder: string): number => openSettings(folder).current.settings.ringSeconds

/** A profile in which one thing was set. */
function profile(ringSeconds = 42): string {
  const folder = temporaryFolder()
  const written = new SettingsKeeper(openSettings(folder)).change({ ringSeconds })
  expect(written.ok).toBe(true)
  return folder
}

test('a first start has defaults, tells nothing and writes nothing', () => {
  const folder = temporaryFolder()
  const file = openSettings(folder)
  expect(file.current.settings).toEqual(defaultSettings)
  expect(file.notices).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

test('what was set is there after a restart, in a file only its owner can read', () => {
  const folder = profile()
  expect(ring(folder)).toBe(42)
  expect(statSync(pathOf(folder)).mode & 0o777).toBe(0o600)
  expect(statSync(`${pathOf(folder)}.bak`).mode & 0o777).toBe(0o600)
})

test('a file others could read is tightened', () => {
  const folder = profile()
  chmodSync(pathOf(folder), 0o644)
  openSettings(folder)
  expect(statSync(pathOf(folder)).mode & 0o777).toBe(0o600)
})

test.each([
  ['empty', ''],
  ['truncated', '{"version":1,"settings":{"ringSec'],
  ['full of NULs', '\0'.repeat(512)],
  ['written with a trailing comma', '{"version":1,"settings":{},"accounts":[],}'],
  ['a list', '[]'],
  ['null', 'null'],
  ['of another program', '{"hello":"world"}'],
  ['broken in its accounts', '{"version":1,"settings":{},"accounts":[{"id":7}],"window":null}'],
])('a file that is %s is put aside and the last good copy restored, with a notice', (_what, content) => {
  const folder = profile()
  writeFileSync(pathOf(folder), content)
  const file = openSettings(folder)
  expect(file.current.settings.ringSeconds).toBe(42)
  const bad = 'settings.bad-2030-01-02T03-04-05-006Z.json'
  expect(file.notices).toEqual([{ id: 'settings-restored', kind: 'settings-restored', detail: bad }])
  expect(readFileSync(join(folder, bad), 'utf8')).toBe(content)
  expect(ring(folder)).toBe(42)
  expect(openSettings(folder).notices).toEqual([])
})

test('when the copy is broken too the phone starts with defaults, says so, and both files are still there', () => {
  const folder = profile()
  writeFileSync(pathOf(folder), '{')
  writeFileSync(`${pathOf(folder)}.bak`, '{')
  const file = openSettings(folder)
  expect(file.current.settings).toEqual(defaultSettings)
  expect(file.notices.map(({ kind }) => kind)).toEqual(['settings-unreadable'])
  expect(readdirSync(folder).filter((name) => name.includes('.bad-'))).toHaveLength(1)
  expect(new SettingsKeeper(file).change({ ringSeconds: 30 }).ok).toBe(true)
  expect(ring(folder)).toBe(30)
})

test('a file that disappeared comes back from the copy', () => {
  const folder = profile()
  rmSync(pathOf(folder))
  expect(ring(folder)).toBe(42)
})

test('a byte-order mark does no harm', () => {
  const folder = profile()
  writeFileSync(pathOf(folder), `\uFEFF${readFileSync(pathOf(folder), 'utf8')}`)
  const file = openSettings(folder)
  expect(file.current.settings.ringSeconds).toBe(42)
  expect(file.notices).toEqual([])
  expect(new SettingsKeeper(file).change({ ringSeconds: 43 }).ok).toBe(true)
  expect(ring(folder)).toBe(43)
})

test('a single setting that makes no sense becomes its default; the others and unknown ones stay', () => {
  const folder = profile()
  const raw = JSON.parse(readFileSync(pathOf(folder), 'utf8')) as { settings: Record<string, unknown> }
  raw.settings['theme'] = 'plaid'
  raw.settings['fromTheFuture'] = { deep: true }
  writeFileSync(pathOf(folder), JSON.stringify({ ...raw, version: 2, news: 1 }))
  const keeper = new SettingsKeeper(openSettings(folder))
  expect(keeper.current).toEqual({ ...defaultSettings, ringSeconds: 42 })
  expect(keeper.change({ theme: 'dark' }).ok).toBe(true)
  const after = JSON.parse(readFileSync(pathOf(folder), 'utf8')) as Record<string, unknown>
  expect(after).toMatchObject({ version: 2, news: 1, settings: { theme: 'dark', fromTheFuture: { deep: true } } })
})

test('a patch that is not one is refused and names the setting', () => {
  const keeper = new SettingsKeeper(openSettings(temporaryFolder()))
  expect(keeper.change({ ringSeconds: 4 })).toMatchObject({ ok: false, code: 'invalid-argument' })
  expect(keeper.change({ audio: { ringVolume: 2 } })).toMatchObject({ detail: expect.stringMatching(/^audio\./) })
  expect(keeper.change({ __proto__: { polluted: true }, constructor: 1 })).toMatchObject({ ok: false })
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(keeper.current).toEqual(defaultSettings)
})

test('a store that writes only half of it leaves the old settings, in memory and on the disk', () => {
  const folder = profile()
  const file = openSettings(folder, (options) => {
    const store = openConf(options)
    return {
      get store() {
        return store.store
      },
      // What the store does on a full disk: no error, and a truncated file in the good one's place.
      set store(value: Record<string, unknown>) {
        writeFileSync(pathOf(folder), JSON.stringify(value).slice(0, 100))
      },
    }
  })
  const keeper = new SettingsKeeper(file)
  expect(keeper.change({ ringSeconds: 99 })).toMatchObject({ ok: false, code: 'storage-failed' })
  expect(keeper.current.ringSeconds).toBe(42)
  expect(ring(folder)).toBe(42)
  expect(openSettings(folder).notices).toEqual([])
})

test('a store that cannot be opened costs the changes, not the start', () => {
  const folder = profile()
  const file = openSettings(folder, () => {
    throw new Error('no')
  })
  expect(file.current.settings.ringSeconds).toBe(42)
  expect(new SettingsKeeper(file).change({ ringSeconds: 9 })).toMatchObject({ ok: false, code: 'storage-failed' })
  expect(ring(folder)).toBe(42)
})

test('a folder in the file’s place does not stop the phone', () => {
  const folder = temporaryFolder()
  mkdirSync(pathOf(folder))
  expect(openSettings(folder).current.settings).toEqual(defaultSettings)
})

test('what killed writes left behind is swept away', () => {
  const folder = profile()
  writeFileSync(`${pathOf(folder)}.tmp-1234567890abcdef`, 'x')
  writeFileSync(`${pathOf(folder)}.bak.tmp-abcdef`, 'x')
  openSettings(folder)
  expect(readdirSync(folder).sort()).toEqual(['settings.json', 'settings.json.bak'])
})

test('at most five unreadable files are kept', () => {
  const folder = profile()
  for (let index = 0; index < 8; index++) writeFileSync(join(folder, `settings.bad-2029-0${index + 1}.json`), 'x')
  writeFileSync(pathOf(folder), '{')
  openSettings(folder)
  const bad = readdirSync(folder).filter((name) => name.startsWith('settings.bad-'))
  expect(bad).toHaveLength(5)
  expect(bad).toContain('settings.bad-2030-01-02T03-04-05-006Z.json')
})

test('the window’s place is remembered', () => {
  const folder = temporaryFolder()
  const bounds = { x: -1200, y: 20, width: 380, height: 640 }
  expect(new SettingsKeeper(openSettings(folder)).saveWindowBounds(bounds).ok).toBe(true)
  expect(new SettingsKeeper(openSettings(folder)).windowBounds).toEqual(bounds)
})

test('the place of the bar of the calls is remembered, one that makes no sense is none', () => {
  const folder = temporaryFolder()
  expect(new SettingsKeeper(openSettings(folder)).callBarPlace).toBeNull()
  expect(new SettingsKeeper(openSettings(folder)).saveCallBarPlace({ x: -40, y: 300 }).ok).toBe(true)
  expect(new SettingsKeeper(openSettings(folder)).callBarPlace).toEqual({ x: -40, y: 300 })
  writeFileSync(pathOf(folder), JSON.stringify({ version: 1, settings: {}, accounts: [], window: null, callBar: 'x' }))
  expect(new SettingsKeeper(openSettings(folder)).callBarPlace).toBeNull()
  expect(openSettings(folder).notices).toEqual([])
})

test('a file of before has the defaults of what is new in it', () => {
  const folder = temporaryFolder()
  const settings = { ringSeconds: 42, doNotDisturb: true, doNotDisturbUntil: 'soon', callBar: 1 }
  writeFileSync(pathOf(folder), JSON.stringify({ version: 1, settings, accounts: [], window: null }))
  const read = new SettingsKeeper(openSettings(folder)).current
  expect(read).toEqual({ ...defaultSettings, ringSeconds: 42, doNotDisturb: true })
})

/** One of the programs beside this test, as one file that Node runs as it is. */
async function bundle(name: string): Promise<string> {
  const outDir = join(temporaryFolder(), 'out')
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'programs', `${name}.ts`),
      outDir,
      rollupOptions: { output: { entryFileNames: 'program.mjs' } },
    },
    ssr: { noExternal: true },
  })
  return join(outDir, 'program.mjs')
}

// A file size limit of nothing: files can be made but not filled, as on a disk without a free block. Windows has no such.
test.skipIf(process.platform === 'win32')(
  'without room on the disk a change is refused and the old settings survive',
  { timeout: 60_000 },
  async () => {
    const program = await bundle('writer-without-room')
    const folder = profile()
    const limited = ['-c', 'ulimit -f 0 && exec "$0" "$@"', process.execPath, program, folder]
    const printed = JSON.parse(execFileSync('sh', limited, { encoding: 'utf8' })) as unknown
    const refusal = { ok: false, code: 'storage-failed', detail: 'EFBIG' }
    expect(printed).toEqual({ results: [refusal, refusal], memory: 42, disk: 42, notices: [] })
    expect(ring(folder)).toBe(42)
  },
)

test('a kill at any moment of writing costs nothing and leaves a readable file', { timeout: 60_000 }, async () => {
  const file = await bundle('endless-writer')
  const folder = temporaryFolder()
  for (let round = 0; round < 8; round++) {
    const child = spawn(process.execPath, [file, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await new Promise((resolve) => setTimeout(resolve, 7 * round))
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    const after = openSettings(folder)
    expect(after.notices).toEqual([])
    expect(after.current.settings.ringSeconds).toBeGreaterThanOrEqual(5)
    expect(readdirSync(folder).sort()).toEqual(['settings.json', 'settings.json.bak'])
  }
})
