/*
 * A bare Electron window for the gallery, as big and as locked down as the phone's own. It must not know what it shows.
 */
import { app, BrowserWindow } from 'electron'

void app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 380,
    height: 640,
    useContentSize: true,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, backgroundThrottling: false },
  })
  void window.loadURL(process.env.GALLERY_URL)
})
