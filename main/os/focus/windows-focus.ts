/*
 * Do not disturb (Focus Assist) of Windows. The system tells it to native code only; what the user chose by hand is in the
 * registry, which is read now and then while somebody wants to know. What Windows switches on by itself (a game, a
 * presentation) is not seen.
 */
import type { Clock, Timer } from '../../../common/clock'
import type { Ask, DesktopFocus } from './desktop-focus'

export interface WindowsFocusOptions {
  readonly ask: Ask
  readonly clock: Clock
  readonly isWanted: () => boolean
  readonly onChange: () => void
}

const everyMs = 30_000
const setting = 'windows.data.notifications.quiethourssettings'
const key = `HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\CloudStore\\Store\\DefaultAccount\\Current\\default$${setting}\\${setting}`
const profile = /Microsoft\.QuietHoursProfile\.(Unrestricted|PriorityOnly|AlarmsOnly)/

/** Of what `reg query` prints: the value is a blob with the name of the chosen profile in UTF-16. null: it is not there. */
export function readQuietHours(printed: string): boolean | null {
  const hex = /REG_BINARY\s+([0-9A-Fa-f]+)/.exec(printed)?.[1]
  if (hex === undefined) return null
  const bytes = Buffer.from(hex, 'hex')
  // The name begins at an odd place as often as not.
  const name = [bytes, bytes.subarray(1)].map((part) => profile.exec(part.toString('utf16le'))?.[1]).find(Boolean)
  return name === undefined ? null : name !== 'Unrestricted'
}

export class WindowsFocus implements DesktopFocus {
  readonly #options: WindowsFocusOptions
  #timer: Timer | null = null
  #isQuiet: boolean | null = null
  #disposed = false

  constructor(options: WindowsFocusOptions) {
    this.#options = options
    void this.#look()
  }

  get isQuiet(): boolean | null {
    return this.#isQuiet
  }

  dispose(): void {
    this.#disposed = true
    if (this.#timer) this.#options.clock.clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    const { ask, clock, isWanted, onChange } = this.#options
    const printed = isWanted() ? await ask('reg', ['query', key, '/v', 'Data']) : null
    if (this.#disposed) return
    const now = printed === null ? null : readQuietHours(printed)
    this.#timer = clock.setTimeout(() => void this.#look(), everyMs)
    if (now === this.#isQuiet) return
    this.#isQuiet = now
    onChange()
  }
}
