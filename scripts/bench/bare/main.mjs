/*
 * The least that an Electron application with one page can be: what a figure of the phone is compared with.
 */
import { app, BrowserWindow } from 'electron'

const hidden = process.argv.includes('--hidden')
void app.whenReady().then(() => {
  const window = new BrowserWindow({ show: false, width: 380, height: 640, webPreferences: { sandbox: true } })
  if (!hidden) window.once('ready-to-show', () => window.show())
  void window.loadURL('data:text/html,<title>Bare</title>')
})
