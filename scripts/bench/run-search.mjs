/*
 * Runs the search's part of the benchmark, on Node with --expose-gc: it needs no Electron, no display and no server.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { fail } from '../setup/step.mjs'

const { values } = parseArgs({ strict: false, options: { rounds: { type: 'string', default: '25' } } })

try {
  // As a program: what is loaded only when it is needed can be, then.
  const { module } = await runnerImport(join(import.meta.dirname, '../../test/support/forked-loader.ts'), {
    configFile: false,
  })
  const { program, remove } = await module.bundleProgram('scripts/bench/search.ts')
  const { measureSearch } = await import(program)
  await measureSearch(Number(values.rounds)).finally(remove)
} catch (error) {
  fail(error)
}
