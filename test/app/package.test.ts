/*
 * What is installed: the application packed by `npm run dist`, unpacked and as a .deb, started and asked like any phone.
 */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { electronArguments } from '../../scripts/electron-runtime.mjs'
import { until } from '../support/until'
import { removeFolder } from '../support/remove-folder'

const run = promisify(execFile)
const repository = join(import.meta.dirname, '../..')
const unpacked = join(repository, 'dist/linux-unpacked')
const folders: string[] = []
const phones: ChildProcess[] = []
/** A fuse in the executable is the digit 0 or 1. */
const [disabled, enabled] = ['0'.charCodeAt(0), '1'.charCodeAt(0)]

beforeAll(async () => {
  await run(process.execPath, [join(repository, 'scripts/dist.mjs'), '--linux', 'deb'], { maxBuffer: 10_000_000 })
}, 300_000)

afterAll(() => {
  for (const phone of phones) phone.kill('SIGKILL')
  for (const folder of folders) removeFolder(folder)
})

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-package-'))
  folders.push(folder)
  return folder
}

/** Starts this executable hidden in a fresh profile, asks it for its status, and makes it quit. */
async function startAndAsk(executable: string): Promise<{ version: string; exitCode: number | null }> {
  const profile = temporary()
  const child = spawn(executable, [...electronArguments(), `--user-data-dir=${profile}`, '--hidden'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  phones.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()))
  const control = async (verb: string): Promise<{ version: string }> => {
    const client = join(repository, 'bin/patchcord.mjs')
    const { stdout } = await run(process.execPath, [client, `--user-data-dir=${profile}`, verb], { timeout: 10_000 })
    return JSON.parse(stdout) as { version: string }
  }
  const status = await until(() => control('status'), { what: 'the packed phone to answer', ms: 30_000 }).catch(
    (error) => {
      throw new Error(`${String(error)}\nexit code ${child.exitCode}, output: ${output}`)
    },
  )
  // The installed command is the same client.
  const { stdout } = await run(executable, [...electronArguments(), `--user-data-dir=${profile}`, 'status'])
  expect(JSON.parse(stdout)).toMatchObject({ version: status.version, calls: [] })
  await control('quit')
  await until(() => child.exitCode !== null, { what: 'the packed phone to quit' })
  return { version: status.version, exitCode: child.exitCode }
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string }).version
}

describe('the unpacked application', () => {
  it('starts, answers at its control door by either client, and quits', async () => {
    expect(await startAndAsk(join(unpacked, 'patchcord'))).toEqual({ version: packageVersion(), exitCode: 0 })
  })

  it('has one archive for its code, and beside it machine code alone', () => {
    const resources = readdirSync(join(unpacked, 'resources'))
    expect(resources).toContain('app.asar')
    expect(resources.filter((name) => /^(app|default_app\.asar)$/.test(name))).toEqual([])
    const beside = readdirSync(join(unpacked, 'resources/app.asar.unpacked'), { recursive: true, withFileTypes: true })
    expect(beside.filter((entry) => entry.isFile() && !entry.name.endsWith('.node'))).toEqual([])
  })

  it('carries sound and keeps directories by its own native libraries', async () => {
    const { stdout } = await run(join(unpacked, 'patchcord'), [...electronArguments(), '--self-test'], {
      timeout: 30_000,
      // Nothing of the sources lies around it.
      cwd: temporary(),
    })
    expect(JSON.parse(stdout)).toEqual({ webrtc: expect.any(Number), database: expect.any(Number) })
  })

  it('has its fuses set: no Node by environment or flag, code from the archive alone', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'patchcord'))
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ]
    const on = [
      FuseV1Options.OnlyLoadAppFromAsar,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.EnableCookieEncryption,
    ]
    for (const fuse of off) expect(wire[fuse], FuseV1Options[fuse]).toBe(disabled)
    for (const fuse of on) expect(wire[fuse], FuseV1Options[fuse]).toBe(enabled)
  })
})

describe('the .deb', () => {
  const deb = (): string => {
    const made = readdirSync(join(repository, 'dist')).filter((name) => name.endsWith('.deb'))
    const times = made.map((name) => ({ name, at: statSync(join(repository, 'dist', name)).mtimeMs }))
    const newest = times.sort((a, b) => b.at - a.at)[0]
    if (!newest) throw new Error('no .deb was made')
    return join(repository, 'dist', newest.name)
  }

  it('has the application, its command, its menu entry and its icons, owned by root', () => {
    const lines = execFileSync('dpkg-deb', ['--contents', deb()], { encoding: 'utf8' }).trim().split('\n')
    const paths = lines.map((line) => line.split(/\s+/)[5]?.replace(/^\./, ''))
    for (const path of [
      '/opt/Patchcord/patchcord',
      '/opt/Patchcord/resources/app.asar',
      '/usr/share/applications/patchcord.desktop',
      '/usr/share/icons/hicolor/256x256/apps/patchcord.png',
    ]) {
      expect(paths).toContain(path)
    }
    expect(lines.filter((line) => !line.includes(' root/root '))).toEqual([])
  })

  it('says what it needs, so that apt brings it', () => {
    const field = (name: string): string => execFileSync('dpkg-deb', ['-f', deb(), name], { encoding: 'utf8' }).trim()
    expect(field('Package')).toBe('patchcord')
    expect(field('Version')).toMatch(new RegExp(`^${packageVersion().replaceAll('.', '\\.')}`))
    for (const library of ['libgtk-3-0', 'libnss3', 'libasound2']) expect(field('Depends')).toContain(library)
  })

  it('takes calls from links, and starts where it was unpacked', async () => {
    const folder = temporary()
    chmodSync(folder, 0o755)
    await run('dpkg-deb', ['-x', deb(), folder])
    const entry = readFileSync(join(folder, 'usr/share/applications/patchcord.desktop'), 'utf8')
    expect(entry).toMatch(/^Exec=\/opt\/Patchcord\/patchcord %u$/im)
    for (const scheme of ['sip', 'sips', 'tel', 'callto']) expect(entry).toContain(`x-scheme-handler/${scheme};`)
    expect(await startAndAsk(join(folder, 'opt/Patchcord/patchcord'))).toEqual({
      version: packageVersion(),
      exitCode: 0,
    })
  })
})
