/*
 * The example as a reader runs it: a program of its own, by the documented command, judged by what it prints.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { buildLibrary } from '../../../scripts/library.mjs'
import { removeFolder } from '../../support/remove-folder'

const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

it('a fake line rings once, is answered, speaks and hangs up', { timeout: 60_000 }, async () => {
  const { stdout } = await run(process.execPath, [join(root, 'scripts/example.mjs')], { timeout: 50_000 })
  expect(stdout.trimEnd().split('\n')).toEqual([
    'call: ringing',
    'line: picks up',
    'line: "Hello, this is a recording. Goodbye."',
    'call: connected',
    'user: answered, it worked',
    'line: silent',
    'call: over',
    'history: speaking clock, remote-hung-up',
  ])
})

it('hosts its line in 60 lines, by the entry of the framework alone', () => {
  const source = readFileSync(join(root, 'examples/fake-line.ts'), 'utf8')
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(60)
  expect([...source.matchAll(/from '(.*)'/g)].map(([, from]) => from)).toEqual(['../main/callkit'])
})

const names = ['createCallKit', 'CallController', 'Provider', 'Transaction', 'CallObserver', 'errorCodes']

it('is what the package offers as its framework, without Electron', async () => {
  // Within the project its sources; its built form is for others.
  const entry = (await import('patchcord/callkit' as string)) as Record<string, unknown>
  for (const name of names) expect(entry).toHaveProperty(name)
})

it(
  'is built into one file that plain JavaScript imports, and that needs nothing else',
  { timeout: 60_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'patchcord-library-'))
    try {
      await buildLibrary(folder)
      const program = `
      import { createCallKit } from ${JSON.stringify(pathToFileURL(join(folder, 'index.js')).href)}
      const line = createCallKit({}).addProvider('line', {})
      line.delegate = { providerDidReset() {} }
      const handle = { type: 'phoneNumber', value: '4711' }
      const { ok } = await line.reportNewIncomingCall(crypto.randomUUID(), { remoteHandle: handle })
      process.stdout.write(ok ? 'rings' : 'refused')
      process.exit()`
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { timeout: 20_000 })
      expect(stdout).toBe('rings')
      expect(readFileSync(join(folder, 'index.js'), 'utf8')).not.toMatch(/^import /m)
    } finally {
      removeFolder(folder)
    }
  },
)
