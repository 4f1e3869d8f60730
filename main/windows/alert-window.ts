/*
 * The small window that shows ringing calls where the desktop's notifications cannot: above everything, in the corner of
 * the screen the pointer is on, never taking the focus. Exists only while there is a card; knows nothing of calls.
 */
import { BrowserWindow, screen, type Rectangle, type Session } from 'electron'
import type { AlertCard, AlertDown } from '../../common/contract/alert'
import type { AlertSurface } from '../os/notifications/alert-notifications'
import { alertBounds } from './alert-bounds'
import { openPort, pagePreferences } from './page-port'
import { forbidDatagrams } from './session-policy'

export interface AlertWindowOptions {
  readonly url: string
  readonly preload: string
  readonly session: Session
}

export class AlertWindow implements AlertSurface {
  private window: BrowserWindow | null = null
  private send: ((message: AlertDown) => void) | null = null
  private cards: readonly AlertCard[] = []
  private listener: (message: unknown) => void = () => {}
  private crashes = 0

  constructor(private readonly options: AlertWindowOptions) {}

  onMessage(listener: (message: unknown) => void): void {
    this.listener = listener
  }

  show(cards: readonly AlertCard[]): void {
    this.cards = cards
    if (cards.length === 0) return this.close()
    if (this.window) {
      this.window.setBounds(this.bounds())
      this.send?.({ type: 'cards', cards })
    } else {
      this.open()
    }
  }

  private bounds(): Rectangle {
    const { workArea } = screen.getDisplayNearestPoint(screen.getCursorScreenPoint())
    return alertBounds(workArea, this.cards.length, process.platform)
  }

  private close(): void {
    const window = this.window
    this.window = null
    this.send = null
    if (window && !window.isDestroyed()) window.destroy()
  }

  private open(): void {
    const { preload, session, url } = this.options
    const window = new BrowserWindow({
      ...this.bounds(),
      show: false,
      title: 'Patchcord',
      frame: false,
      focusable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      ...(process.platform === 'linux' ? { type: 'notification' } : {}),
      ...(process.platform === 'darwin' ? { type: 'panel' } : {}),
      webPreferences: { ...pagePreferences({ preload, session }), backgroundThrottling: false },
    })
    this.window = window
    forbidDatagrams(window.webContents)
    window.setAlwaysOnTop(true, 'screen-saver')
    window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true })
    window.webContents.on('did-finish-load', () => {
      if (this.window !== window) return
      const port = openPort(window.webContents)
      port.onMessage((message) => this.listener(message))
      this.send = port.send
      this.send({ type: 'cards', cards: this.cards })
      window.showInactive()
    })
    window.webContents.on('render-process-gone', () => {
      this.send = null
      if (window.isDestroyed()) return
      if (++this.crashes <= 3) window.webContents.reload()
      else this.close()
    })
    window.on('closed', () => {
      if (this.window !== window) return
      this.window = null
      this.send = null
    })
    void window.loadURL(url).catch(() => {
      // A bundled page that does not load means a broken installation; nothing is shown.
    })
  }
}
