/*
 * Changes a setting in the profile named by its argument, again and again, until it is killed.
 */
import { SettingsKeeper } from '../../../../main/settings/settings-keeper'
import { openSettings } from '../open-settings'

const keeper = new SettingsKeeper(openSettings(process.argv[2] ?? ''))
for (let count = 0; ; count++) {
  keeper.change({ ringSeconds: 5 + (count % 290) })
  if (count === 0) console.log('writing')
}
