/*
 * `npm run dev -- ARGS`: the phone, built and started again whenever a source changes. Pages are served by the phone's own
 * protocol under its own policies, so what is seen here is what a user gets; there is no development server.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import { electronArguments, ensureElectron } from './electron-runtime.mjs'
import { ensureBuild, sources } from './setup/build.mjs'
import { missingFromDesktop, openDesktop, programsFor } from './setup/desktop.mjs'
import { checkNodeVersion } from './setup/node-version.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { root } from './setup/places.mjs'
import { fail, say, wordsFor } from './setup/step.mjs'
import { ensureSystemLibraries } from './setup/system-libraries.mjs'

/** An editor writes several files at once, ms. */
const calm = 200

try {
  checkNodeVersion()
  await ensureNpmPackages()
  const electron = await ensureElectron()
  const missing = missingFromDesktop()
  await ensureSystemLibraries(electron, programsFor(missing))
  await develop(electron, await openDesktop(missing))
} catch (error) {
  fail(error)
}

async function develop(electron, desktop) {
  let phone
  let ending = false
  let [changed, wake] = [true, () => undefined]
  const tell = () => {
    changed = true
    wake()
  }
  const end = () => {
    ending = true
    tell()
  }
  for (const folder of sources.map((name) => join(root, name)).filter(existsSync))
    watch(folder, { recursive: true }, tell)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end)

  const stop = async () => {
    if (!phone || phone.exitCode !== null || phone.signalCode !== null) return
    phone.off('exit', end)
    phone.kill('SIGTERM')
    await once(phone, 'exit')
  }
  while (!ending) {
    if (changed) {
      changed = false
      try {
        await ensureBuild()
        await stop()
        const args = [root, ...electronArguments(), ...process.argv.slice(2)]
        phone = spawn(electron, args, { stdio: 'inherit', env: { ...process.env, ...desktop.env } })
        phone.once('exit', end)
      } catch (error) {
        say(wordsFor(error))
      }
    }
    if (!changed) await new Promise((resolve) => (wake = resolve))
    await new Promise((resolve) => setTimeout(resolve, calm))
  }
  await stop()
  desktop.close()
  process.exit(0)
}
