/*
 * The whole preload of every page: hands the port that main sends to the page's own window, because ports do not cross the
 * context bridge. It exposes nothing and understands nothing of what travels through the port.
 */
import { ipcRenderer } from 'electron'
import { portMessage } from '../common/contract/port'

ipcRenderer.on('port', (event) => {
  window.postMessage(portMessage, location.origin, event.ports)
})
