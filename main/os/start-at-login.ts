/*
 * Makes the desktop start this very program at login, however it runs: installed, as an AppImage, or from its source.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { App } from 'electron'
import type { Log } from '../../common/log'
import { setLoginItem } from './login-item'

export function startAtLogin(enabled: boolean, app: App, log: Log): void {
  const done = setLoginItem(enabled, {
    platform: process.platform,
    app,
    command: app.isPackaged
      ? [process.env.APPIMAGE ?? process.execPath]
      : [process.execPath, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), app.getAppPath()],
    configHome: process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'),
  })
  if (!done.ok) log.error(`start at login: ${done.detail ?? done.code}`)
}
