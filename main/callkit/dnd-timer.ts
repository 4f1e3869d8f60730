/*
 * Do not disturb that ends by itself. The end is a moment of the wall clock kept in the settings, so it survives a restart
 * and a night's sleep of the computer. It only watches and asks for changes; what the setting does is others' business.
 */
import type { Clock, Timer } from '../../common/clock'
import type { Result } from '../../common/errors'
import type { Settings } from '../../common/settings'

type Rest = Pick<Settings, 'doNotDisturb' | 'doNotDisturbUntil'>

export interface DoNotDisturbTimerOptions {
  readonly clock: Clock
  readonly settings: () => Rest
  readonly change: (patch: Rest) => Result<unknown>
}

/** A computer that slept, or whose clock was set, is late by this at most, ms. */
const lookAgainMs = 30_000

export class DoNotDisturbTimer {
  private timer: Timer | null = null

  constructor(private readonly options: DoNotDisturbTimerOptions) {}

  /** `minutes` null: until it is switched off. */
  set(on: boolean, minutes: number | null): Result<unknown> {
    const until = on && minutes !== null ? this.options.clock.date() + minutes * 60_000 : null
    return this.options.change({ doNotDisturb: on, doNotDisturbUntil: until })
  }

  /** Looks at the settings. Call it at the start and after any change of them. */
  sync(): void {
    const { clock, settings, change } = this.options
    if (this.timer) clock.clearTimeout(this.timer)
    this.timer = null
    const { doNotDisturb, doNotDisturbUntil: until } = settings()
    if (!doNotDisturb || until === null) return
    const left = until - clock.date()
    if (left > 0) this.timer = clock.setTimeout(() => this.sync(), Math.min(left, lookAgainMs))
    else if (!change({ doNotDisturb: false, doNotDisturbUntil: null }).ok) {
      // A disk that is full now may not be in a while.
      this.timer = clock.setTimeout(() => this.sync(), lookAgainMs)
    }
  }
}
