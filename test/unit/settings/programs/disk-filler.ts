/*
 * Fills the small disk it is given to the last block, then tries to change the settings on it. Prints what came of it.
 */
import { writeFileSync } from 'node:fs'
import { SettingsKeeper } from '../../../../main/settings/settings-keeper'
import { openSettings } from '../open-settings'

const folder = process.argv[2] ?? ''
const keeper = new SettingsKeeper(openSettings(folder))
if (!keeper.change({ ringSeconds: 42 }).ok) throw new Error('the first write failed')
try {
  for (let index = 0; ; index++) writeFileSync(`${folder}/fill${index}`, Buffer.alloc(4096))
} catch {
  // Full.
}
const label = 'x'.repeat(250)
const device = { id: label, label }
const results = [50, 51].map((ringSeconds) => {
  const audio = { ...keeper.current.audio, microphone: device, speaker: device, ring: device }
  return keeper.change({ ringSeconds, audio }).ok
})
const { current, notices } = openSettings(folder)
console.log(
  JSON.stringify({ results, memory: keeper.current.ringSeconds, disk: current.settings.ringSeconds, notices }),
)
