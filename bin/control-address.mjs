/*
 * Where the running phone listens for local commands. The phone and its command line compute it alike from the profile's
 * folder alone, because they may run in different environments. Knows nothing of what is said there.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Bytes that fit into `sockaddr_un.sun_path` everywhere (104 on macOS and BSD, 108 on Linux), with the ending NUL. */
const longestPath = 103

/** Electron's default `userData` for an application named Patchcord. */
export function defaultUserData(platform = process.platform, env = process.env, home = homedir()) {
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'Patchcord')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Patchcord')
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'Patchcord')
}

const hashOf = (text) => createHash('sha256').update(text).digest('hex')

/** The socket in the profile, whether or not its path is short enough to be used; on Windows the named pipe. */
export function directAddress(userData, platform = process.platform) {
  const folder = resolve(userData)
  return platform === 'win32'
    ? `\\\\.\\pipe\\patchcord-${hashOf(folder.toLowerCase()).slice(0, 32)}`
    : join(folder, 'control.sock')
}

export const fits = (address) => Buffer.byteLength(address) <= longestPath

/** For a profile whose path is too long for a socket: a short folder of its own, named after the profile. */
export function detour(userData, base) {
  return join(base, `patchcord-${hashOf(resolve(userData)).slice(0, 16)}`)
}

/** The file in such a profile that says where the socket is. */
export const pointerPath = (userData) => join(resolve(userData), 'control.path')

/** Where to connect to. */
export function controlAddress(userData, platform = process.platform) {
  const direct = directAddress(userData, platform)
  if (platform === 'win32' || fits(direct)) return direct
  try {
    return readFileSync(pointerPath(userData), 'utf8').trim() || direct
  } catch {
    return direct
  }
}
