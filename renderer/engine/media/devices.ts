/*
 * The list of sound devices as it is now, and the news that it changed. It opens no device and chooses none.
 */
import type { Device } from '../../../common/device'
import type { Log } from '../../../common/log'
import { listDevices, type FoundDevice } from './device-match'

export type ListedDevices = Pick<MediaDevices, 'enumerateDevices' | 'addEventListener' | 'removeEventListener'>

export class Devices {
  readonly #listeners = new Set<(devices: readonly Device[]) => void>()
  #found: readonly FoundDevice[] = []
  #list: readonly Device[] = []
  #looking: Promise<void> | null = null
  #again = false
  #closed = false
  readonly #changed = (): void => void this.refresh()

  constructor(
    private readonly media: ListedDevices,
    private readonly log: Log,
    /** The physical devices may have changed, even where the list for people reads the same. */
    private readonly onChange: (found: readonly FoundDevice[]) => void,
  ) {
    media.addEventListener('devicechange', this.#changed)
  }

  /** As the browser listed them last, aliases included. */
  get found(): readonly FoundDevice[] {
    return this.#found
  }

  /** Called soon, and at every change of the list. Returns the way to stop. */
  onDevices(listener: (devices: readonly Device[]) => void): () => void {
    this.#listeners.add(listener)
    void this.refresh().then(() => {
      if (this.#listeners.has(listener) && !this.#closed) listener(this.#list)
    })
    return () => void this.#listeners.delete(listener)
  }

  /** Reads the list again. Bursts of events, which unplugging a dock makes, end in at most one more look. */
  refresh(): Promise<void> {
    if (this.#looking !== null) {
      this.#again = true
      return this.#looking
    }
    this.#looking = this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  close(): void {
    this.#closed = true
    this.#listeners.clear()
    this.media.removeEventListener('devicechange', this.#changed)
  }

  async #look(): Promise<void> {
    do {
      this.#again = false
      try {
        this.#found = await this.media.enumerateDevices()
      } catch {
        this.log.warn('the list of sound devices cannot be read')
        return
      }
      if (this.#closed) return
      this.onChange(this.#found)
      const list = listDevices(this.#found)
      const same = JSON.stringify(list) === JSON.stringify(this.#list)
      this.#list = list
      if (!same) for (const listener of [...this.#listeners]) listener(list)
    } while (this.#again)
  }
}
