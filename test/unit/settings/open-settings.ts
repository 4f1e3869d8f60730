/*
 * The settings file on the real store under electron-store (conf), without Electron.
 */
import Conf from 'conf'
import { silentLog } from '../../../common/log'
import { emptyDocument, parseDocument, type SettingsDocument } from '../../../main/settings/settings-document'
import { SettingsFile, type OpenJsonStore } from '../../../main/settings/settings-file'
import { ManualClock } from '../../fakes/manual-clock'

/** electron-store is conf with Electron's folder as the default; given a folder they do the same. */
export const openConf: OpenJsonStore = ({ name, ...options }) => new Conf({ ...options, configName: name })

export const openSettings = (folder: string, openStore: OpenJsonStore = openConf): SettingsFile<SettingsDocument> =>
  new SettingsFile({
    folder,
    name: 'settings',
    openStore,
    parse: parseDocument,
    empty: emptyDocument,
    clock: new ManualClock(Date.UTC(2030, 0, 2, 3, 4, 5, 6)),
    log: silentLog,
  })
