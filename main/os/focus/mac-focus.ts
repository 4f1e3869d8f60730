/*
 * Focus of macOS. There is no call for it without native code and an entitlement; the system notes what is on in a file that
 * only programs with access to the whole disk may read. Where it may not be read, nobody knows.
 */
import { watch, type FSWatcher } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import * as v from 'valibot'
import type { Clock, Timer } from '../../../common/clock'
import type { Log } from '../../../common/log'
import type { DesktopFocus } from './desktop-focus'

export interface MacFocusOptions {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  readonly onChange: () => void
}

/** The file is written in several steps, ms. */
const settleMs = 200

const assertions = v.object({
  data: v.array(v.object({ storeAssertionRecords: v.optional(v.array(v.unknown()), []) })),
})

/** Whether a Focus is on, by what the file says; null when it says nothing that is understood. */
export function readAssertions(text: string): boolean | null {
  try {
    const read = v.safeParse(assertions, JSON.parse(text))
    return read.success ? read.output.data.some(({ storeAssertionRecords }) => storeAssertionRecords.length > 0) : null
  } catch {
    return null
  }
}

export class MacFocus implements DesktopFocus {
  readonly #options: MacFocusOptions
  readonly #watcher: FSWatcher | null
  #timer: Timer | null = null
  #isQuiet: boolean | null = null

  constructor(options: MacFocusOptions) {
    this.#options = options
    this.#watcher = this.#watch()
    void this.#look()
  }

  get isQuiet(): boolean | null {
    return this.#isQuiet
  }

  dispose(): void {
    this.#watcher?.close()
    if (this.#timer) this.#options.clock.clearTimeout(this.#timer)
  }

  #watch(): FSWatcher | null {
    const { path, log } = this.#options
    try {
      const watcher = watch(dirname(path), (_event, name) => {
        if (name === null || name === basename(path)) this.#lookSoon()
      })
      watcher.on('error', () => watcher.close())
      return watcher
    } catch {
      log.info('the Focus of this Mac may not be read')
      return null
    }
  }

  #lookSoon(): void {
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = null
      void this.#look()
    }, settleMs)
  }

  async #look(): Promise<void> {
    const text = await readFile(this.#options.path, 'utf8').catch(() => null)
    const now = text === null ? null : readAssertions(text)
    if (now === this.#isQuiet) return
    this.#isQuiet = now
    this.#options.onChange()
  }
}
