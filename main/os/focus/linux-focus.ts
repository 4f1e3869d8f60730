/*
 * The desktop's do not disturb on Linux: everybody on the session bus who might know is asked, and asked again when something
 * there changed. Quiet is what any of them says. It knows none of them by name.
 */
import type { Log } from '../../../common/log'
import type { Bus } from '../notifications/session-bus'
import type { DesktopFocus } from './desktop-focus'
import type { FocusSource } from './linux-focus-sources'

export interface LinuxFocusOptions {
  readonly bus: Bus & { dispose(): void }
  readonly sources: readonly FocusSource[]
  readonly log: Log
  readonly onChange: () => void
}

export class LinuxFocus implements DesktopFocus {
  readonly #options: LinuxFocusOptions
  readonly #said = new Map<FocusSource, boolean | null>()
  /** Being asked; true: something changed meanwhile, so the answer is old. */
  readonly #asking = new Map<FocusSource, boolean>()
  #isQuiet: boolean | null = null
  #disposed = false

  constructor(options: LinuxFocusOptions) {
    this.#options = options
    const { bus, sources } = options
    bus.onEvent((event) => {
      if (event.type === 'up') this.#askAll()
      else if (event.type === 'down') this.#forget()
      else for (const source of sources) if (source.isNews(event.signal)) void this.#ask(source)
    })
    if (bus.up) this.#askAll()
  }

  get isQuiet(): boolean | null {
    return this.#isQuiet
  }

  dispose(): void {
    this.#disposed = true
    this.#options.bus.dispose()
  }

  #askAll(): void {
    for (const source of this.#options.sources) void this.#ask(source)
  }

  /** One question at a time to each, however often things change. */
  async #ask(source: FocusSource): Promise<void> {
    if (this.#asking.has(source)) return void this.#asking.set(source, true)
    do {
      this.#asking.set(source, false)
      this.#said.set(source, await source.ask(this.#options.bus))
    } while (this.#asking.get(source) === true)
    this.#asking.delete(source)
    this.#settle()
  }

  #forget(): void {
    this.#said.clear()
    this.#settle()
  }

  #settle(): void {
    if (this.#disposed) return
    const said = [...this.#said].filter(([, quiet]) => quiet !== null)
    const now = said.length === 0 ? null : said.some(([, quiet]) => quiet === true)
    if (now === this.#isQuiet) return
    this.#isQuiet = now
    const by = said.filter(([, quiet]) => quiet === true).map(([{ name }]) => name)
    this.#options.log.info(
      `the desktop's do not disturb is ${now === true ? `on (${by.join(', ')})` : now === false ? 'off' : 'not known'}`,
    )
    this.#options.onChange()
  }
}
