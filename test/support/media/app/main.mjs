/*
 * The smallest Electron there is: one hidden window on the address given, with the switches the engine page has. For media
 * tests, which need a browser but no phone.
 */
import { app, BrowserWindow } from 'electron'

void app.whenReady().then(() => {
  const window = new BrowserWindow({
    show: false,
    webPreferences: { sandbox: true, backgroundThrottling: false, autoplayPolicy: 'no-user-gesture-required' },
  })
  window.webContents.session.setPermissionCheckHandler((_, permission) => permission === 'media')
  window.webContents.session.setPermissionRequestHandler((_, permission, reply) => reply(permission === 'media'))
  void window.loadURL(process.env.MEDIA_PAGE)
})
