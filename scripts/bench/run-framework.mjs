/*
 * Runs the framework's part of the benchmark, on Node with --expose-gc: it needs no Electron, no display and no server.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { fail } from '../setup/step.mjs'

const { values } = parseArgs({
  strict: false,
  options: { rounds: { type: 'string', default: '25' }, calls: { type: 'string', default: '10000' } },
})

try {
  const { module } = await runnerImport(join(import.meta.dirname, 'framework.ts'), { configFile: false })
  await module.measureFramework({ rounds: Number(values.rounds), calls: Number(values.calls) })
} catch (error) {
  fail(error)
}
