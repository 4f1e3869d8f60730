/*
 * The one window a person sees. Made when asked for and really destroyed when it closes to the tray, so an idle phone
 * costs no page; a port per load carries the phone's state down and wishes up. It may die at any time without harm.
 */
import { BrowserWindow, screen, type Rectangle, type Session } from 'electron'
import type { UiDown } from '../../common/contract/ui'
import { openPort, pagePreferences, type PagePort } from './page-port'
import { forbidDatagrams } from './session-policy'

/** One load of the ui page. */
export interface UiPort {
  send(message: UiDown): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
}

export interface PhoneWindowOptions {
  readonly url: string
  readonly preload: string
  readonly session: Session
  readonly icon: string
  readonly backgroundColor: () => string
  /** Where it was when last seen; null before that. */
  readonly loadBounds: () => Rectangle | null
  readonly saveBounds: (bounds: Rectangle) => void
  /** Each load of the page, the first and every later one. */
  readonly onPort: (port: UiPort) => void
  /** The window has closed; nothing is left of it. */
  readonly onClosed: () => void
  readonly onCrashed: (why: string) => void
  /** It came to the front, or left it. */
  readonly onFocusChanged: () => void
}

/** A page that lives shorter than this has not lived, ms. */
const spinningMs = 5_000

const size = { width: 380, height: 640, minWidth: 320, minHeight: 480 }

export class PhoneWindow {
  private window: BrowserWindow | null = null
  /** When the page last died, monotonic ms; one that dies again at once is not shown again by itself. */
  private diedAt = -Infinity

  constructor(private readonly options: PhoneWindowOptions) {}

  get isOpen(): boolean {
    return this.window !== null
  }

  get isFocused(): boolean {
    return this.window?.isFocused() ?? false
  }

  /** Opens it, or brings it to the front. */
  show(): void {
    if (this.window) {
      if (this.window.isMinimized()) this.window.restore()
      this.window.show()
      this.window.focus()
      return
    }
    this.open()
  }

  close(): void {
    this.window?.close()
  }

  flash(on: boolean): void {
    this.window?.flashFrame(on)
  }

  private open(): void {
    const { preload, session, icon, backgroundColor, loadBounds, url } = this.options
    const { saveBounds, onPort, onClosed, onCrashed, onFocusChanged } = this.options
    const window = new BrowserWindow({
      ...size,
      ...this.visible(loadBounds()),
      show: false,
      title: 'Patchcord',
      backgroundColor: backgroundColor(),
      autoHideMenuBar: true,
      icon,
      webPreferences: { ...pagePreferences({ preload, session }), v8CacheOptions: 'code' },
    })
    this.window = window
    forbidDatagrams(window.webContents)
    window.removeMenu()
    let port: PagePort | null = null
    window.webContents.on('did-finish-load', () => {
      port?.close()
      port = openPort(window.webContents)
      onPort(port)
    })
    window.once('ready-to-show', () => window.show())
    window.on('page-title-updated', (event) => event.preventDefault())
    window.on('focus', onFocusChanged)
    window.on('blur', onFocusChanged)
    window.on('close', () => saveBounds(window.getBounds()))
    window.on('closed', () => {
      if (this.window !== window) return
      this.window = null
      onFocusChanged()
      onClosed()
    })
    window.webContents.on('render-process-gone', (_event, details) => {
      port?.close()
      port = null
      if (window.isDestroyed()) return
      onCrashed(details.reason)
      // The page is a view of the phone and nothing more: show it again, but do not spin on a page that cannot live.
      const before = this.diedAt
      this.diedAt = performance.now()
      if (this.diedAt - before > spinningMs) window.webContents.reload()
      else window.destroy()
    })
    void window.loadURL(url).catch(() => {
      // did-fail-load of a bundled page means a broken installation; the window stays empty.
    })
  }

  /** The remembered place, unless the monitor it was on is gone. */
  private visible(bounds: Rectangle | null): Partial<Rectangle> {
    if (!bounds) return {}
    const area = screen.getDisplayMatching(bounds).workArea
    const overlaps =
      bounds.x < area.x + area.width - 40 &&
      bounds.x + bounds.width > area.x + 40 &&
      bounds.y >= area.y - 10 &&
      bounds.y < area.y + area.height - 40
    return overlaps ? bounds : { width: bounds.width, height: bounds.height }
  }
}
