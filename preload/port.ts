/*
 * The whole preload of every page: hands the ports that main sends to the page's own window, because ports do not cross the
 * context bridge. It exposes nothing and understands nothing of what travels through them.
 */
import { ipcRenderer } from 'electron'
import { gatewayPortMessage, portMessage } from '../common/contract/port'

ipcRenderer.on('port', (event) => {
  window.postMessage(portMessage, location.origin, event.ports)
})
ipcRenderer.on('gateway-port', (event) => {
  window.postMessage(gatewayPortMessage, location.origin, event.ports)
})
