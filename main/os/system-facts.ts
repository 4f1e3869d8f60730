/*
 * What of this computer matters to whoever looks for a fault: versions, desktop, language. Nothing of its user, its name or its network.
 */
import { arch, release, totalmem, type as kind, version } from 'node:os'
import type { App } from 'electron'

/** Names and values for the diagnostics. */
export function systemFacts(app: Pick<App, 'getLocale' | 'isPackaged'>): Record<string, string> {
  const { electron = '', chrome = '', node = '' } = process.versions
  return {
    Electron: electron,
    Chromium: chrome,
    Node: node,
    system: `${kind()} ${release()} (${arch()})`,
    build: version(),
    desktop: process.env.XDG_CURRENT_DESKTOP ?? 'not named',
    session: process.env.XDG_SESSION_TYPE ?? 'not named',
    language: app.getLocale(),
    packaged: String(app.isPackaged),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    running: `${Math.round(process.uptime())} s`,
  }
}
