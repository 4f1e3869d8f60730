/*
 * The whole bridge of the engine page: hands the port that main sends to the page's own window, because ports do not cross the
 * context bridge. It exposes nothing.
 */
import { ipcRenderer } from 'electron'
import { portMessage } from '../common/contract/port'

ipcRenderer.on('port', ({ ports }) => window.postMessage(portMessage, '*', [...ports]))
