/*
 * electron-store as the settings file uses it. The file around it does what the store leaves undone.
 */
import { ipcMain } from 'electron'
import ElectronStore from 'electron-store'
import type { OpenJsonStore } from '../settings/settings-file'

export const openElectronStore: OpenJsonStore = (options) => {
  const store = new ElectronStore({ ...options })
  // The store would answer any page that asks where it is. Pages have their ports and nothing else.
  ipcMain.removeAllListeners('electron-store-get-data')
  return store
}
