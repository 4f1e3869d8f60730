/*
 * Makes room for the control socket: a folder nobody else can enter, a path short enough for the system, nothing stale in
 * the way. On Windows there is no file: the pipe's name comes from the profile and its default rights are the user's.
 */
import { chmodSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { detour, directAddress, fits, pointerPath } from '../../bin/control-address.mjs'
import { refused, type Result } from '../../common/errors'

export interface ControlAddress {
  readonly address: string
  /** Removes what was made beside the socket. */
  readonly release: () => void
}

/** `failed`: another phone answers there, or no safe place was found. */
export async function prepareAddress(
  userData: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Result<ControlAddress>> {
  const direct = directAddress(userData)
  if (process.platform === 'win32') return { ok: true, value: { address: direct, release: () => {} } }
  try {
    mkdirSync(userData, { recursive: true, mode: 0o700 })
    chmodSync(userData, 0o700)
    if (fits(direct)) {
      rmSync(pointerPath(userData), { force: true })
      return await clear({ address: direct, release: () => {} })
    }
    for (const base of [env['XDG_RUNTIME_DIR'], tmpdir(), '/tmp']) {
      if (!base) continue
      const folder = detour(userData, base)
      const address = join(folder, 'control.sock')
      if (!fits(address) || !isPrivateFolder(folder)) continue
      const cleared = await clear({
        address,
        release: () => {
          rmSync(pointerPath(userData), { force: true })
          rmSync(folder, { recursive: true, force: true })
        },
      })
      if (cleared.ok) {
        rmSync(pointerPath(userData), { force: true })
        writeFileSync(pointerPath(userData), address, { mode: 0o600, flag: 'wx' })
      }
      return cleared
    }
    return refused('failed', 'no folder is short and private enough for the socket')
  } catch (error) {
    return refused('failed', (error as NodeJS.ErrnoException).code ?? 'unknown error')
  }
}

/** Runs `task` so that what it creates is readable by its owner only, from the first moment. */
export function withPrivateUmask(task: () => void): void {
  if (process.platform === 'win32') return task()
  const before = process.umask(0o177)
  try {
    task()
  } finally {
    process.umask(before)
  }
}

/** Makes the folder, or finds that it is really ours: the place it is in may be open to everybody. */
function isPrivateFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false
  }
  const stat = lstatSync(folder)
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0
}

/** Removes a socket that nobody answers at. */
async function clear(value: ControlAddress): Promise<Result<ControlAddress>> {
  try {
    if (!lstatSync(value.address).isSocket()) {
      return refused('failed', `${dirname(value.address)} has another file in the socket's place`)
    }
  } catch {
    return { ok: true, value }
  }
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(value.address)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
  if (alive) return refused('failed', 'another phone uses this profile')
  rmSync(value.address, { force: true })
  return { ok: true, value }
}
