/*
 * Whether the phone starts, hidden in the tray, when the user logs in. macOS and Windows have a call for it; on Linux it is
 * a desktop entry in the user's autostart folder (freedesktop.org Desktop Application Autostart Specification).
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { App } from 'electron'
import { done, refused, type Result } from '../../common/errors'

export interface LoginItemOptions {
  readonly platform: NodeJS.Platform
  readonly app: Pick<App, 'setLoginItemSettings'>
  /** What starts the phone: the program and its arguments. */
  readonly command: readonly string[]
  /** `$XDG_CONFIG_HOME`, or `~/.config`. */
  readonly configHome: string
}

/** `storage-failed`: nothing has changed. */
export function setLoginItem(on: boolean, { platform, app, command, configHome }: LoginItemOptions): Result {
  try {
    if (platform === 'linux') {
      const path = join(configHome, 'autostart', 'patchcord.desktop')
      if (!on) rmSync(path, { force: true })
      else {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
        writeFileSync(path, autostartEntry([...command, '--hidden']))
      }
      return done
    }
    const [path, ...args] = command
    app.setLoginItemSettings(
      path === undefined ? { openAtLogin: on } : { openAtLogin: on, path, args: [...args, '--hidden'] },
    )
    return done
  } catch (error) {
    return refused('storage-failed', (error as NodeJS.ErrnoException).code ?? 'unknown error')
  }
}

/** Desktop Entry Specification, "The Exec key": quoted words, `%` doubled, and the value's own escaping of backslashes. */
export function autostartEntry(command: readonly string[]): string {
  const quoted = command.map((word) => `"${word.replaceAll(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`).join(' ')
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Patchcord',
    `Exec=${quoted.replaceAll('\\', '\\\\')}`,
    'Icon=patchcord',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}
