/*
 * The built phone with accounts of its own and an empty profile, for as long as something is measured. It must not know what that is.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProvisionedAccount } from '../../test/support/phone'
import { root } from '../setup/places.mjs'
import { RunningApp } from './running-app'

/** What else it is started with. */
export interface PhoneStart {
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** @param bus DBUS_SESSION_BUS_ADDRESS */
export async function withPhone<T>(
  bus: string,
  accounts: readonly ProvisionedAccount[],
  use: (phone: RunningApp, profile: string) => Promise<T>,
  { args = [], env = {} }: PhoneStart = {},
): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'patchcord-bench-'))
  const provision = join(profile, 'provision.json')
  writeFileSync(provision, JSON.stringify({ accounts }))
  const own = [
    `--user-data-dir=${profile}`,
    '--use-fake-device-for-media-stream',
    '--hidden',
    `--provision=${provision}`,
  ]
  const phone = new RunningApp(root, [...own, ...args], { DBUS_SESSION_BUS_ADDRESS: bus, ...env })
  try {
    return await use(phone, profile)
  } catch (error) {
    throw new Error(`${String(error).slice(0, 2_000)}\n${phone.words}`, { cause: error })
  } finally {
    await phone.quit()
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
}

/** An account of a server over UDP that asks for no password. */
export const account = (user: string, host: string, port: number): ProvisionedAccount => ({
  ...{ name: user, uri: `sip:${user}@${host}`, server: `udp:${host}:${port}`, username: user, password: 'secret' },
})
