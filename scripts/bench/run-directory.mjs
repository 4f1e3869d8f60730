/*
 * Runs the directories' part of the benchmark, on Node with --expose-gc: tables of ten million entries, loaded by the real process,
 * and asked in one that does nothing else, so that what they add to its memory can be seen.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { fail } from '../setup/step.mjs'

const { values } = parseArgs({
  strict: false,
  options: {
    entries: { type: 'string', default: '10000000' },
    loads: { type: 'string', default: '3' },
  },
})

try {
  const { module } = await runnerImport(join(import.meta.dirname, 'directory.ts'), { configFile: false })
  await module.measureDirectory({ entries: Number(values.entries), loads: Number(values.loads) })
} catch (error) {
  fail(error)
}
