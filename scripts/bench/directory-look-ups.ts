/*
 * Look-ups in a large table by a process that does nothing else: what each takes, and by how much the process has grown when
 * some hundred callers were looked up one after the other.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { dirname, basename } from 'node:path'
import { systemClock } from '../../common/clock'
import { silentLog } from '../../common/log'
import { Tables } from '../../main/directory/tables'
import type { LookUpFigures } from './directory'

const rounds = 20_000
/** As many as a phone hears of in a day of work; memory is looked at then, with the file open. */
const callers = 250

/** Prints `LookUpFigures` as JSON. */
async function measureLookUps(path: string, entries: number): Promise<void> {
  const tables = new Tables({ folderOf: () => dirname(path), clock: systemClock, log: silentLog, onBroken: () => {} })
  const times = new Float64Array(rounds)
  await pause(500)
  const before = proportionalMb()
  await tables.use('bench', basename(path))
  let found = 0
  let addedMb = NaN
  for (let n = 0; n < rounds; n++) {
    // Known and unknown ones, all over the table.
    const number = 4_930_000_000 + Math.floor(Math.random() * entries) * 37 + (n % 2)
    const begun = performance.now()
    const label = tables.label('bench', number)
    const blocked = tables.blocks('bench', number)
    times[n] = (performance.now() - begun) * 500
    if (label !== null && !blocked) found++
    if (n === callers) addedMb = proportionalMb() - before
    // Callers do not come by the thousand in one turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (found < rounds / 3) throw new Error('the table does not say what it should')
  tables.close()
  process.stdout.write(JSON.stringify({ times: [...times], addedMb } satisfies LookUpFigures))
}

/** This process's share of memory, mapped files included, MB. */
function proportionalMb(): number {
  for (let n = 0; n < 2; n++) globalThis.gc?.()
  const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8')) ?? []
  return Number(kilobytes ?? NaN) / 1_024
}

// Started with --expose-gc, the table's path and the number of its entries.
await measureLookUps(process.argv[2] ?? '', Number(process.argv[3]))
