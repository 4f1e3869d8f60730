/*
 * The files of one directory: at most one table in use, and what is in the making beside it. A table is never changed: a
 * newer one takes its place by a rename, and its name says how long it is and what its head sums up to, because a torn
 * or foreign file ends the process that opens it as a database. It must not know what is in them.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'

/** Generation, length in bytes and the CRC-32 of its head, which begins with the database's own two pages. */
const tableName = /^table-(\d{1,12})-(\d{1,15})-([0-9a-f]{8})\.mdb$/
const headLength = 32_768
const makingName = /^making-/

export const isTableName = (name: string): boolean => tableName.test(name)

/** The name of the newest whole table; null: there is none. */
export function currentTable(folder: string): string | null {
  const newest = tables(folder).sort((a, b) => b.generation - a.generation)
  return newest.find(({ name }) => isWhole(join(folder, name)))?.name ?? null
}

/** Whether a file is as long as its name says, and its head the one that was written. Costs some microseconds. */
export function isWhole(path: string): boolean {
  const [, , length, sum] = tableName.exec(basename(path)) ?? []
  try {
    const head = headOf(path)
    return head.length === Number(length) && head.sum === sum
  } catch {
    return false
  }
}

/** A path for a table in the making. */
export function makingPath(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return join(folder, `making-${name}.mdb`)
}

/** Puts a finished and closed table in use: on the disk first, then by name. Returns the name. */
export function putInUse(folder: string, made: string): string {
  flush(made)
  const generation = Math.max(0, ...tables(folder).map((table) => table.generation)) + 1
  const { length, sum } = headOf(made)
  const name = `table-${generation}-${length}-${sum}.mdb`
  renameSync(made, join(folder, name))
  if (process.platform !== 'win32') flush(folder)
  return name
}

/** Removes a file that was being made, with what the database put beside it. */
export function removeMade(path: string): void {
  for (const file of [path, `${path}-lock`]) rmSync(file, { force: true })
}

/** Removes what was being made when something ended the process that made it. */
export const sweepMade = (folder: string): void => sweep(folder, (name) => makingName.test(name))

/** Removes all tables but the one in use. Only for whoever uses it: a loader does not know which one that is. */
export const sweepTables = (folder: string, inUse: string): void =>
  sweep(folder, (name) => isTableName(name.replace(/-lock$/, '')) && name.replace(/-lock$/, '') !== inUse)

/** What cannot be removed (it is open on a system that minds) is left for another time. */
function sweep(folder: string, unwanted: (name: string) => boolean): void {
  for (const name of list(folder).filter(unwanted)) {
    try {
      rmSync(join(folder, name), { force: true })
    } catch {
      // The next sweep takes it.
    }
  }
}

function tables(folder: string): { name: string; generation: number }[] {
  return list(folder).flatMap((name) => {
    const match = tableName.exec(name)
    return match ? [{ name, generation: Number(match[1]) }] : []
  })
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function headOf(path: string): { readonly length: number; readonly sum: string } {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(headLength)
    const sum = crc32(head.subarray(0, readSync(file, head)))
    return { length: fstatSync(file).size, sum: sum.toString(16).padStart(8, '0') }
  } finally {
    closeSync(file)
  }
}

function flush(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
