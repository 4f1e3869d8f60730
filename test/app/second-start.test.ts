/*
 * The phone is started once more on the same profile: the running one hears of it, and the second start ends by itself.
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { electronExecutable } from '../../scripts/electron-runtime.mjs'
import { listPages } from '../support/page'
import { Phone } from '../support/phone'
import { until } from '../support/until'

const repository = join(import.meta.dirname, '../..')
let phone: Phone

beforeEach(async () => {
  phone = await Phone.start()
})

afterEach(async () => {
  await phone.dispose()
})

/** Resolves with the exit code. */
const startAgain = (args: readonly string[]): Promise<number | null> =>
  new Promise((resolve) => {
    const root = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const all = [repository, ...root, `--user-data-dir=${phone.profile}`, ...args]
    spawn(electronExecutable(), all, { stdio: 'ignore', cwd: phone.profile }).once('exit', resolve)
  })

const windowIsOpen = async (): Promise<boolean> =>
  (await listPages(phone.profile)).some(({ url }) => url.startsWith('app://ui/'))

test('hidden, with a file of accounts: they are imported and no window opens; without: the window comes', async () => {
  const account = { name: 'Work', uri: 'sip:100@127.0.0.1', server: 'ws://127.0.0.1:9/ws', username: '100' }
  writeFileSync(join(phone.profile, 'accounts.json'), JSON.stringify({ accounts: [account] }))
  expect(await startAgain(['--hidden', '--provision=accounts.json'])).toBe(0)
  await until(async () => (await phone.status()).accounts[0]?.name === 'Work', { what: 'the account to be there' })
  expect(await windowIsOpen()).toBe(false)
  expect(await startAgain([])).toBe(0)
  await until(windowIsOpen, { what: 'the window' })
})
