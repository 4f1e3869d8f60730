/*
 * `npm start -- ARGS`: sets up what is missing, then opens the phone with ARGS as they are. A second start finds everything
 * there, says one line and needs no network. Nothing here may be imported from node_modules: it may not be there yet.
 */
import { electronArguments, ensureElectron, officialElectron } from './electron-runtime.mjs'
import { ensureBuild } from './setup/build.mjs'
import { missingFromDesktop, openDesktop, programsFor } from './setup/desktop.mjs'
import { checkNodeVersion } from './setup/node-version.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { root } from './setup/places.mjs'
import { runInFront } from './setup/run-in-front.mjs'
import { fail, say } from './setup/step.mjs'
import { ensureSystemLibraries } from './setup/system-libraries.mjs'

try {
  checkNodeVersion()
  await ensureNpmPackages()
  const electron = await ensureElectron()
  const missing = missingFromDesktop()
  await ensureSystemLibraries(electron, programsFor(missing))
  await ensureBuild()

  const remarks = [
    ...(officialElectron() || process.env.ELECTRON_OVERRIDE_DIST_PATH ? [] : ['on the stand-in Electron']),
    ...(missing.display ? ['without a display, so under Xvfb, where nobody sees it'] : []),
    ...(electronArguments().length > 0 ? [`as root, so with ${electronArguments().join(' ')}`] : []),
  ]
  say(['Starting Patchcord', ...remarks].join(', '))
  const desktop = await openDesktop(missing)
  const args = [root, ...electronArguments(), ...process.argv.slice(2)]
  const code = await runInFront(electron, args, { cwd: process.cwd(), env: { ...process.env, ...desktop.env } })
  desktop.close()
  process.exit(code)
} catch (error) {
  fail(error)
}
