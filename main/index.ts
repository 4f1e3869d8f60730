/*
 * Where the program begins: a verb for a phone that runs already, a test of what is installed, or the phone itself, once a profile.
 */
import { join } from 'node:path'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { app, dialog, protocol } from 'electron'
import { parseCommandLine, type CommandLine } from './command-line'
import { isControlCommand, runControlVerb } from './control/control-client'
import { eraseMarked } from './os/erase-profile'
import { selfTest } from './os/self-test'
import { setSwitches } from './os/switches'
import { startPhone } from './start-phone'
import { registerAppScheme } from './windows/app-protocol'

const appId = 'app.patchcord.Patchcord'
const ownArguments = process.argv.slice(process.defaultApp ? 2 : 1)

if (isControlCommand(ownArguments)) {
  // `patchcord status` of an installed phone: the same client as bin/patchcord.mjs, without starting a phone.
  void runControlVerb(ownArguments, { lenient: true }).then((code) => app.exit(code))
} else {
  begin(parseCommandLine(ownArguments))
}

function begin(given: CommandLine): void {
  // Chromium has no sandbox for root; every page is written for one all the same.
  if (process.getuid?.() !== 0) app.enableSandbox()
  app.setName('Patchcord')
  app.setAppUserModelId(appId)
  if (given.userData) app.setPath('userData', given.userData)
  setSwitches(app)
  if (given.selfTest) return void selfTest(app, join(import.meta.dirname, 'self-test.js'))
  const folder = app.getPath('userData')
  const trouble = writeTrouble(folder)
  if (trouble !== null) {
    const say = () =>
      dialog.showErrorBox('Patchcord cannot start', `It cannot write to its folder ${folder} (${trouble}).`)
    return void app.whenReady().then(() => {
      say()
      app.exit(1)
    })
  }
  if (!app.requestSingleInstanceLock()) return app.exit(0)
  // What its user wanted erased goes before anything of it is opened again.
  eraseMarked(folder, true)
  registerAppScheme(protocol)
  // The module must end before Electron becomes ready: no top-level await here.
  void app.whenReady().then(() => startPhone(given))
}

/** Without a place to keep anything Chromium does not even begin, and says nothing a person would see; null: there is one. */
function writeTrouble(folder: string): string | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error'
  }
}
