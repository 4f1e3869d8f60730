/*
 * electron-store as the settings file uses it. The file around it does what the store leaves undone.
 */
import ElectronStore from 'electron-store'
import type { OpenJsonStore } from '../settings/settings-file'

export const openElectronStore: OpenJsonStore = (options) => new ElectronStore({ ...options })
