/*
 * Opens a database of the profile so that a damaged one costs what was in it and never the phone: read where it is torn, it ends the
 * process. One that is in doubt is walked through by another process first, and moved aside when that fails. It knows no database.
 */
import { closeSync, fstatSync, openSync, readdirSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import { hasRoom, makeLock } from './disk-room'

export interface DatabaseCareOptions<T> {
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
  /** Walks through it in another process. False: it cannot be read. Never rejects. */
  readonly walk: (folder: string) => Promise<boolean>
  readonly open: () => Promise<T>
  /** It could not be read and is kept under this name. */
  readonly onSetAside: (name: string) => void
}

/** How many unreadable ones are kept for a person to look at. */
const keptAside = 2
/** Is there as long as the phone has it open: found at a start, the phone ended without a word. */
const inUse = 'in-use'

/** Rejects where there can be no database at all. */
export async function openWithCare<T>(options: DatabaseCareOptions<T>): Promise<T> {
  const { folder, walk, open, log } = options
  makeLock(join(folder, 'lock.mdb'))
  // On a full disk nobody can walk through it, and nothing is said against it.
  if (hasRoom(folder) && isInDoubt(folder) && !(await walk(folder))) setAside(options)
  try {
    return await open()
  } catch (error) {
    log.error(`${basename(folder)}: ${error instanceof Error ? error.message : 'cannot be opened'}`)
    if (!hasRoom(folder) || !setAside(options)) throw error
    return await open()
  }
}

export function markInUse(folder: string): void {
  try {
    writeFileSync(join(folder, inUse), '')
  } catch {
    // Whoever has no room for this will hear of it elsewhere.
  }
}

export const markClosed = (folder: string): void => rmSync(join(folder, inUse), { force: true })

function isInDoubt(folder: string): boolean {
  let file: number
  try {
    file = openSync(join(folder, 'data.mdb'), 'r')
  } catch {
    return false
  }
  try {
    return readdirSync(folder).includes(inUse) || !looksWhole(file)
  } finally {
    closeSync(file)
  }
}

/** LMDB's two heads, of which the newer one says how long the file is. An empty file is one that was never written. */
function looksWhole(file: number): boolean {
  const { size } = fstatSync(file)
  if (size === 0) return true
  const head = Buffer.alloc(160)
  const read = (at: number): boolean => readSync(file, head, 0, head.length, at) === head.length
  if (!read(0)) return false
  const page = head.readUInt32LE(0x30)
  if (page < 512 || page > 65_536) return false
  let [newest, pages] = [-1n, 0n]
  for (const at of [0, page]) {
    if (!read(at) || head.readUInt32LE(0x18) !== 0xbeefc0de) return false
    const transaction = head.readBigUInt64LE(0x98)
    if (transaction > newest) [newest, pages] = [transaction, head.readBigUInt64LE(0x90) + 1n]
  }
  return BigInt(size) >= pages * BigInt(page)
}

/** Moves it out of the way. False: it cannot be moved, or there is none. */
function setAside<T>({ folder, clock, log, onSetAside }: DatabaseCareOptions<T>): boolean {
  const time = new Date(clock.date()).toISOString().replaceAll(':', '-').replace('.', '-')
  const [parent, own] = [dirname(folder), `${basename(folder)}.bad-`]
  try {
    renameSync(folder, join(parent, own + time))
    const older = readdirSync(parent).filter((name) => name.startsWith(own))
    for (const name of older.sort().slice(0, -keptAside)) rmSync(join(parent, name), { recursive: true, force: true })
  } catch (error) {
    log.error(
      `${basename(folder)}: cannot be moved aside (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
    )
    return false
  }
  log.error(`${basename(folder)}: damaged, and kept as ${own}${time}`)
  onSetAside(own + time)
  return true
}
