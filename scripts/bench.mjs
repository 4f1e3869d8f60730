/*
 * `npm run bench [-- --rounds=25 --starts=12 --only=framework,search,directory,gateway,starts,calls,verbs,idle,talk,ring,load,back]`: sets up what is missing,
 * measures the framework and the gateway's media by themselves and the built phone against a real Asterisk in a network, display and bus of its own,
 * prints tables and keeps the figures as JSON. A missed target is a line in the table, not a failure: machines differ.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureElectron } from './electron-runtime.mjs'
import { ensureAsteriskRoot } from './lab/asterisk-root.mjs'
import { cannotRunBecause, lanes, missingPackages } from './lanes/lanes.mjs'
import { inPrivateNetwork } from './lanes/private-network.mjs'
import { ensureBuild } from './setup/build.mjs'
import { installDebianPackages } from './setup/debian.mjs'
import { checkNodeVersion } from './setup/node-version.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { root } from './setup/places.mjs'
import { runInFront } from './setup/run-in-front.mjs'
import { fail, StepError } from './setup/step.mjs'
import { ensureSystemLibraries } from './setup/system-libraries.mjs'

try {
  checkNodeVersion()
  const given = process.argv.slice(2)
  const { values } = parseArgs({ args: given, strict: false, options: { only: { type: 'string' } } })
  const parts = typeof values.only === 'string' ? values.only.split(',') : null
  // What needs Node only.
  const alone = ['framework', 'search', 'directory', 'gateway']
  for (const part of alone.filter((one) => parts === null || parts.includes(one))) {
    await ensureNpmPackages()
    const program = join(import.meta.dirname, `bench/run-${part}.mjs`)
    const code = await runInFront(process.execPath, ['--expose-gc', program, ...given], { cwd: root })
    if (code !== 0) process.exit(code)
  }
  if (parts?.every((part) => alone.includes(part))) process.exit(0)
  // What is measured needs what the lab's tests need.
  const lab = lanes.filter(({ name }) => name === 'lab')
  for (const lane of lab) {
    const reason = cannotRunBecause(lane)
    if (reason) throw new StepError(`Nothing can be measured here: ${reason}.`)
  }
  await ensureNpmPackages()
  await installDebianPackages('programs the benchmark runs', missingPackages(lab))
  await ensureSystemLibraries(await ensureElectron())
  await ensureAsteriskRoot()
  await ensureBuild()
  const program = join(import.meta.dirname, 'bench/run-bench.mjs')
  const [command, args] = inPrivateNetwork(process.execPath, [program, ...given])
  process.exit(await runInFront(command, args, { cwd: root }))
} catch (error) {
  fail(error)
}
