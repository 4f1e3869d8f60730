/*
 * The files of one directory: at most one table in use, and what is in the making beside it. A table is never changed: a
 * newer one takes its place by a rename, and its name says how long it has to be, so that a torn copy is not opened. It
 * must not know what is in them.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Generation and length in bytes; the length is the proof that the file is whole. */
const tableName = /^table-(\d{1,12})-(\d{1,15})\.mdb$/
const makingName = /^making-/

export const isTableName = (name: string): boolean => tableName.test(name)

/** The name of the newest whole table; null: there is none. */
export function currentTable(folder: string): string | null {
  const [newest] = tables(folder)
    .filter(({ name, length }) => lengthOf(join(folder, name)) === length)
    .sort((a, b) => b.generation - a.generation)
  return newest?.name ?? null
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
  const name = `table-${generation}-${statSync(made).size}.mdb`
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

function tables(folder: string): { name: string; generation: number; length: number }[] {
  return list(folder).flatMap((name) => {
    const match = tableName.exec(name)
    return match ? [{ name, generation: Number(match[1]), length: Number(match[2]) }] : []
  })
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function lengthOf(path: string): number | null {
  try {
    return statSync(path).size
  } catch {
    return null
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
