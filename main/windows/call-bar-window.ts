/*
 * The small bar above all other windows that has the calls while the phone's window is elsewhere. It comes without taking
 * the focus, stays where the user put it, and exists only while a call is up. What it shows and asks for goes through a
 * port like the phone's window's; it knows nothing of calls.
 */
import { BrowserWindow, screen, type Rectangle, type Session } from 'electron'
import type { Clock, Timer } from '../../common/clock'
import { openPhone } from '../../common/contract/bar'
import type { CallBarSurface } from '../observers/call-bar'
import { callBarBounds } from './call-bar-bounds'
import { openPort, pagePreferences, type PagePort } from './page-port'
import type { UiPort } from './phone-window'
import { forbidDatagrams } from './session-policy'

interface Place {
  readonly x: number
  readonly y: number
}

export interface CallBarWindowOptions {
  readonly url: string
  readonly preload: string
  readonly session: Session
  readonly backgroundColor: () => string
  /** Where the user last put it; null: nowhere yet. */
  readonly loadPlace: () => Place | null
  readonly savePlace: (place: Place) => void
  /** Each load of the page. */
  readonly onPort: (port: UiPort) => void
  /** The user wants the phone's window. */
  readonly onOpenPhone: () => void
  readonly clock: Clock
}

/** What moves it so soon after it came is the window manager, ms. */
const settlingMs = 500
/** A drag is over when nothing moved for this long, ms. */
const restMs = 300
const crashesAllowed = 3

export class CallBarWindow implements CallBarSurface {
  private window: BrowserWindow | null = null
  private wanted = false
  /** The user closed it: it stays away for the rest of these calls. */
  private sentAway = false
  private ready = false
  private crashes = 0
  private shownAt = 0
  private resting: Timer | null = null

  constructor(private readonly options: CallBarWindowOptions) {}

  show(): void {
    this.wanted = true
    if (this.sentAway) return
    if (!this.window) this.open()
    else if (this.ready) this.appear(this.window)
  }

  hide(): void {
    this.wanted = false
    this.window?.hide()
  }

  close(): void {
    const window = this.window
    this.wanted = false
    this.sentAway = false
    this.crashes = 0
    this.forget()
    if (window && !window.isDestroyed()) window.destroy()
  }

  private appear(window: BrowserWindow): void {
    if (window.isVisible()) return
    window.setBounds(this.bounds())
    this.shownAt = this.options.clock.now()
    window.showInactive()
  }

  private bounds(): Rectangle {
    const near = screen.getDisplayNearestPoint(screen.getCursorScreenPoint())
    const areas = [near, ...screen.getAllDisplays()].map(({ workArea }) => workArea)
    return callBarBounds(this.options.loadPlace(), areas)
  }

  private open(): void {
    const { preload, session, url, backgroundColor } = this.options
    const window = new BrowserWindow({
      ...this.bounds(),
      show: false,
      title: 'Patchcord call',
      backgroundColor: backgroundColor(),
      frame: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      ...(process.platform === 'darwin' ? { type: 'panel' } : {}),
      webPreferences: pagePreferences({ preload, session }),
    })
    this.window = window
    this.ready = false
    forbidDatagrams(window.webContents)
    window.setAlwaysOnTop(true, 'floating')
    window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true })
    this.servePorts(window)
    window.once('ready-to-show', () => {
      if (this.window !== window) return
      this.ready = true
      if (this.wanted) this.appear(window)
    })
    window.on('page-title-updated', (event) => event.preventDefault())
    window.on('move', () => this.moved(window))
    window.on('closed', () => {
      if (this.window !== window) return
      this.forget()
      this.sentAway = true
    })
    void window.loadURL(url).catch(() => {
      // A bundled page that does not load means a broken installation; nothing is shown.
    })
  }

  private servePorts(window: BrowserWindow): void {
    let port: PagePort | null = null
    window.webContents.on('did-finish-load', () => {
      port?.close()
      const opened = (port = openPort(window.webContents))
      const onMessage: UiPort['onMessage'] = (listener) =>
        opened.onMessage((message) => (message === openPhone ? this.options.onOpenPhone() : listener(message)))
      this.options.onPort({ ...opened, onMessage })
    })
    window.webContents.on('render-process-gone', () => {
      port?.close()
      port = null
      if (window.isDestroyed()) return
      if (++this.crashes <= crashesAllowed) window.webContents.reload()
      else window.destroy()
    })
  }

  private moved(window: BrowserWindow): void {
    const { clock, savePlace } = this.options
    if (!window.isVisible() || clock.now() - this.shownAt < settlingMs) return
    if (this.resting !== null) clock.clearTimeout(this.resting)
    this.resting = clock.setTimeout(() => {
      this.resting = null
      if (window.isDestroyed()) return
      const { x, y } = window.getBounds()
      savePlace({ x, y })
    }, restMs)
  }

  private forget(): void {
    if (this.resting !== null) this.options.clock.clearTimeout(this.resting)
    this.resting = null
    this.window = null
    this.ready = false
  }
}
