/*
 * The example and the guide as a reader uses them: the program by its command, the module of the guide in the real loader.
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { usualNumbers } from '../../../common/account'
import { systemClock } from '../../../common/clock'
import { askLoader } from '../../../main/directory/loader-process'
import { forkedLoader } from '../../support/forked-loader'
import { contents, temporaryFolder } from './support'

const root = join(import.meta.dirname, '../../..')

it('a directory is asked for everything, then for changes, and refused as a whole', { timeout: 60_000 }, async () => {
  const program = join(root, 'scripts/example.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'directory'], { timeout: 50_000 })
  expect(stdout.trimEnd().split('\n')).toEqual([
    'phone: reload of nobody, noExtensionFound',
    'phone: 2 names, 1 blocked',
    'phone: first loaded, +4930123456 is Ada Lovelace',
    'phone: 2 names, 1 blocked',
    'phone: then loaded, +4930123456 is Countess of Lovelace',
    'directory: not taken, identification entry 0: 1.5 is no telephone number',
    'phone: unknown, still 2 names',
  ])
})

it('the module of the guide does what the guide says', { timeout: 30_000 }, async () => {
  const [, code = ''] = /```js\n([^]*?)```/.exec(readFileSync(join(root, 'docs/directory.md'), 'utf8')) ?? []
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'customers.mjs'), code)
  const loader = await forkedLoader()
  onTestFinished(() => loader.close())
  const load = () =>
    askLoader(
      {
        type: 'load',
        folder,
        extensions: folder,
        settings: { kind: 'extension', file: 'customers.mjs' },
        secret: null,
        plan: usualNumbers,
        maximumEntries: 10,
        timeoutMs: 10_000,
        anew: false,
      },
      { start: loader.start, clock: systemClock, timeoutMs: 20_000 },
    )
  expect(await load()).toMatchObject({ type: 'loaded', incremental: false })
  expect(await contents(folder)).toEqual({ labels: { 4930123456: ['Ada Lovelace'] }, blocked: [4930999999] })
  expect(await load()).toMatchObject({ type: 'loaded', incremental: true })
  expect(await contents(folder)).toEqual({
    labels: { 4930123456: ['Ada Lovelace'], 4930123457: ['Grace Hopper'] },
    blocked: [],
  })
})
