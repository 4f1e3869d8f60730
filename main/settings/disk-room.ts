/*
 * Whether there is room on the disk of the profile: on a full one a database cannot be told from a damaged one, and its lock file, which is
 * mapped into memory, ends the process that touches it. It knows no database.
 */
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../../common/clock'

/** Less is none: a database takes some pages for each change. */
const bytesAtLeast = 1_048_576
/** What LMDB makes of it for 126 readers, and some more. */
const lockBytes = 16_384
const lookEveryMs = 60_000

/** A folder that cannot be looked at has room: whoever writes there will hear what is wrong. */
export function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= bytesAtLeast
  } catch {
    return true
  }
}

/** Writes a database's lock file where there is none, all its bytes. Throws the system's error where there is no room. */
export function makeLock(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, Buffer.alloc(lockBytes), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    rmSync(path, { force: true })
    throw error
  }
}

/** Tells at once, and from then on, when there is no room any more and when there is some again. */
export function watchRoom(folder: string, clock: Clock, onChange: (isFull: boolean) => void): void {
  let wasFull = false
  const look = (): void => {
    const isFull = !hasRoom(folder)
    if (isFull !== wasFull) onChange(isFull)
    wasFull = isFull
    clock.setTimeout(look, lookEveryMs)
  }
  look()
}
