/*
 * When each account was last proven to be reachable, on the disk, so that the next start can say for how long it was not. It holds no name and no number.
 */
import { renameSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'
import type { AccountId } from '../../common/account'
import type { Log } from '../../common/log'
import { readJson } from '../settings/read-json'

const schema = v.record(v.pipe(v.string(), v.maxLength(128)), v.pipe(v.number(), v.minValue(0)))

/** By account, wall-clock ms; none when the file is missing or makes no sense. */
export function readProofs(path: string): ReadonlyMap<AccountId, number> {
  const parsed = v.safeParse(schema, readJson(path)?.value)
  return new Map(parsed.success ? Object.entries(parsed.output) : [])
}

/** Replaces the file as a whole. A disk that is full costs the next report, nothing else. */
export function writeProofs(path: string, proofs: ReadonlyMap<AccountId, number>, log: Log): void {
  try {
    writeFileSync(`${path}.new`, JSON.stringify(Object.fromEntries(proofs)), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  } catch (error) {
    log.warn(`last proofs: cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`)
  }
}
