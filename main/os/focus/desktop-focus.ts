/*
 * The desktop's own do not disturb, as far as it can be read without native code, and the one place that knows which system
 * we are on. It only reads: the phone never switches the desktop's.
 */
import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../../common/clock'
import type { Log } from '../../../common/log'
import { SessionBus } from '../notifications/session-bus'
import { focusMatches, linuxFocusSources } from './linux-focus-sources'
import { LinuxFocus } from './linux-focus'
import { MacFocus } from './mac-focus'
import { WindowsFocus } from './windows-focus'

export interface DesktopFocus {
  /** null: the desktop does not say. */
  readonly isQuiet: boolean | null
  dispose(): void
}

/** Runs a program of the system and gives what it printed; null when it failed or took too long. */
export type Ask = (program: string, args: readonly string[]) => Promise<string | null>

export interface DesktopFocusOptions {
  readonly platform: NodeJS.Platform
  readonly clock: Clock
  readonly log: Log
  /** As in XDG_CURRENT_DESKTOP. */
  readonly desktop: string
  /** Somebody wants to know; where looking costs something, it is not done for nobody. */
  readonly isWanted: () => boolean
  /** After every change of `isQuiet`. */
  readonly onChange: () => void
}

const patienceMs = 2_000

export function desktopFocus({ platform, clock, log, desktop, isWanted, onChange }: DesktopFocusOptions): DesktopFocus {
  switch (platform) {
    case 'darwin':
      return new MacFocus({ path: join(homedir(), 'Library/DoNotDisturb/DB/Assertions.json'), clock, log, onChange })
    case 'win32':
      return new WindowsFocus({ ask: run, clock, isWanted, onChange })
    default:
      return new LinuxFocus({
        bus: new SessionBus({ clock, log, matches: focusMatches }),
        sources: linuxFocusSources({ desktop, ask: run }),
        log,
        onChange,
      })
  }
}

const run: Ask = (program, args) =>
  new Promise((resolve) => {
    execFile(program, [...args], { timeout: patienceMs, windowsHide: true, maxBuffer: 65_536 }, (error, output) =>
      resolve(error ? null : output),
    )
  })
