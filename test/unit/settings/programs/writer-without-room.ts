/*
 * Tries to change the settings in the profile named by its argument, where no file may grow any more. Prints what came of
 * it.
 */
import { writeFileSync } from 'node:fs'
import { SettingsKeeper } from '../../../../main/settings/settings-keeper'
import { openSettings } from '../open-settings'

// Beside its error a write past the limit raises a signal, on which the store's exit hook would end this program.
const hooks = process.listeners('SIGXFSZ')
process.on('SIGXFSZ', () => {})
for (const hook of hooks) process.off('SIGXFSZ', hook)

const folder = process.argv[2] ?? ''
const hasRoom = (): boolean => {
  try {
    writeFileSync(`${folder}/probe`, 'x')
    return true
  } catch {
    return false
  }
}
if (hasRoom()) throw new Error('there is room')
const keeper = new SettingsKeeper(openSettings(folder))
const results = [50, 51].map((ringSeconds) => keeper.change({ ringSeconds }))
const { current, notices } = openSettings(folder)
console.log(
  JSON.stringify({ results, memory: keeper.current.ringSeconds, disk: current.settings.ringSeconds, notices }),
)
