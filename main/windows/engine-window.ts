/*
 * The hidden window the engine page lives in: sandboxed, with its own session, never throttled, the only page that may
 * open a microphone. Hands out one port per load, and hands in those to the gateway; knows nothing of what travels on them.
 */
import { BrowserWindow, type MessagePortMain, type Session } from 'electron'
import type { EnginePage, EnginePort } from '../engine/engine-host'
import { openPort, pagePreferences } from './page-port'

export interface EngineWindowOptions {
  readonly url: string
  readonly preload: string
  readonly session: Session
}

export class EngineWindow implements EnginePage {
  private window: BrowserWindow | null = null

  constructor(private readonly options: EngineWindowOptions) {}

  start(listeners: { onPort(port: EnginePort): void; onGone(why: string): void }): void {
    this.kill()
    const window = new BrowserWindow({
      show: false,
      width: 320,
      height: 240,
      webPreferences: {
        ...pagePreferences(this.options),
        backgroundThrottling: false,
        autoplayPolicy: 'no-user-gesture-required',
        v8CacheOptions: 'code',
      },
    })
    this.window = window
    const gone = (why: string): void => {
      if (this.window !== window) return
      this.window = null
      if (!window.isDestroyed()) window.destroy()
      listeners.onGone(why)
    }
    // Once per load: a reload of the page closes the old port and gets a new one.
    window.webContents.on('did-finish-load', () => listeners.onPort(openPort(window.webContents)))
    window.webContents.on('did-fail-load', (_event, code, _text, _url, isMainFrame) => {
      // A frame that is refused inside the page is no reason to end its calls.
      if (isMainFrame) gone(`failed to load: ${code}`)
    })
    window.webContents.on('render-process-gone', (_event, details) => gone(details.reason))
    window.on('closed', () => gone('closed'))
    void window.loadURL(this.options.url).catch(() => {
      // did-fail-load tells the owner.
    })
  }

  /** Hands the page one end of a channel to the gateway. Without a page it is closed. */
  giveGatewayPort(port: MessagePortMain): void {
    if (!this.window || this.window.isDestroyed()) return port.close()
    this.window.webContents.postMessage('gateway-port', null, [port])
  }

  kill(): void {
    const window = this.window
    this.window = null
    if (!window || window.isDestroyed()) return
    window.webContents.forcefullyCrashRenderer()
    window.destroy()
  }
}
