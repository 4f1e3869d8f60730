/*
 * `npm run dev`: the phone with its pages served from the sources, reloaded as they change; on the Electron that start uses.
 */
import { join } from 'node:path'
import { electronArguments, ensureElectron } from './electron-runtime.mjs'
import { checkNodeVersion } from './setup/node-version.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { root } from './setup/places.mjs'
import { runInFront } from './setup/run-in-front.mjs'
import { fail } from './setup/step.mjs'
import { ensureSystemLibraries } from './setup/system-libraries.mjs'

try {
  checkNodeVersion()
  await ensureNpmPackages()
  const electron = await ensureElectron()
  await ensureSystemLibraries(electron)
  const cli = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const args = [cli, 'dev', '--', ...electronArguments(), ...process.argv.slice(2)]
  process.exitCode = await runInFront(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ELECTRON_EXEC_PATH: electron },
  })
} catch (error) {
  fail(error)
}
