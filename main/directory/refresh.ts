/*
 * When a source is to be asked again: at its interval, or because its file has changed. It looks once a minute, by the wall
 * clock, so that a computer that slept catches up; it loads nothing itself.
 */
import { stat } from 'node:fs/promises'
import type { Clock, Timer } from '../../common/clock'
import type { StoredSource } from './directory-document'

const lookEveryMs = 60_000

export interface RefreshOptions {
  readonly clock: Clock
  readonly sources: () => readonly StoredSource[]
  readonly refresh: (id: string) => void
}

export class Refresh {
  private timer: Timer | null = null
  private running = false

  constructor(private readonly options: RefreshOptions) {}

  /** Begins, where there is something to refresh; call it after any change of the sources. */
  sync(): void {
    const { clock, sources } = this.options
    const needed = this.running && sources().some((source) => source.enabled && source.settings.kind !== 'lookup')
    if (!needed && this.timer !== null) {
      clock.clearTimeout(this.timer)
      this.timer = null
    } else if (needed) {
      this.timer ??= clock.setTimeout(() => {
        this.timer = null
        void this.look().finally(() => this.sync())
      }, lookEveryMs)
    }
  }

  /** Looks at once, and from then on. Resolves when it has. */
  async start(): Promise<void> {
    this.running = true
    await this.look()
    this.sync()
  }

  stop(): void {
    this.running = false
    this.sync()
  }

  private async look(): Promise<void> {
    const { clock, sources, refresh } = this.options
    for (const source of sources()) {
      if (!source.enabled) continue
      const { settings } = source
      const never = source.loaded === null && source.failed === null
      if (never && settings.kind !== 'lookup') refresh(source.id)
      else if ('everyMinutes' in settings) {
        const asked = Math.max(source.loaded?.at ?? 0, source.failed?.at ?? 0)
        const { everyMinutes } = settings
        if (everyMinutes !== null && isDue(asked, everyMinutes, clock.date())) refresh(source.id)
      } else if (settings.kind === 'file' || settings.kind === 'vcard') {
        const stamp = await stampOf(settings.path)
        if (this.running && stamp !== null && stamp !== source.stamp) refresh(source.id)
      }
    }
  }
}

/** A wall clock that was set back makes everything due. */
const isDue = (asked: number, everyMinutes: number, now: number): boolean =>
  now < asked || now - asked >= everyMinutes * 60_000

/** Length and time of change of a file; null: it cannot be seen. */
export async function stampOf(path: string): Promise<string | null> {
  try {
    const { size, mtimeMs } = await stat(path)
    return `${size} ${mtimeMs}`
  } catch {
    return null
  }
}
