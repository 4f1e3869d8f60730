/*
 * Runs the search's part of the benchmark, on Node with --expose-gc: it needs no Electron, no display and no server.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { fail } from '../setup/step.mjs'

const { values } = parseArgs({ strict: false, options: { rounds: { type: 'string', default: '25' } } })

try {
  const { module } = await runnerImport(join(import.meta.dirname, 'search.ts'), { configFile: false })
  await module.measureSearch(Number(values.rounds))
} catch (error) {
  fail(error)
}
