/*
 * Brings node_modules in line with the lock file when it is not. It asks npm's own record of what is installed, so a
 * folder that somebody filled by hand counts, and nothing is run when all is there.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.mjs'
import { runNpm } from './run.mjs'
import { step, StepError } from './step.mjs'

export async function ensureNpmPackages() {
  const missing = missingPackages()
  if (missing === 0) return
  // No package needs a script of its own at install; Electron is fetched by a step that can say what it does.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, output } = await step(`Installing ${missing} npm packages`, () => runNpm(args, { cwd: root }))
  if (code !== 0) throw new StepError(`npm could not install the packages:\n${output}`)
}

/** How many packages of the lock file are not installed as it says. Optional ones are npm's to decide. */
export function missingPackages(folder = root) {
  const wanted = packagesOf(join(folder, 'package-lock.json'))
  const installed = packagesOf(join(folder, 'node_modules/.package-lock.json'))
  return Object.entries(wanted).filter(
    ([path, { version, optional, devOptional, peer }]) =>
      path !== '' && !optional && !devOptional && !peer && installed[path]?.version !== version,
  ).length
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? (JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {}) : {}
}
