/*
 * Runs the gateway's part of the benchmark on Node, or with --relay the process that it measures.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { fail } from '../setup/step.mjs'

const { values } = parseArgs({
  strict: false,
  options: { seconds: { type: 'string', default: '10' }, relay: { type: 'boolean' }, srtp: { type: 'boolean' } },
})

try {
  const file = values.relay ? 'gateway-relay.ts' : 'gateway.ts'
  const { module } = await runnerImport(join(import.meta.dirname, file), { configFile: false })
  if (values.relay) module.runRelay({ srtp: values.srtp === true })
  else await module.measureGateway({ seconds: Number(values.seconds) })
} catch (error) {
  fail(error)
}
