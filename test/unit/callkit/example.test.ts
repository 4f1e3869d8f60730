/*
 * The example as a reader runs it: a program of its own, by the documented command, judged by what it prints.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

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

it('is what the package offers as its framework, without Electron', async () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string>
  }
  expect(exports['./callkit']).toBe('./main/callkit/index.ts')
  const entry = (await import(join(root, String(exports['./callkit'])))) as Record<string, unknown>
  for (const name of ['createCallKit', 'CallController', 'Provider', 'Transaction', 'CallObserver', 'errorCodes']) {
    expect(entry).toHaveProperty(name)
  }
})
