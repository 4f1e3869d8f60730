/*
 * Do not disturb that ends by itself. The end is a moment of the wall clock kept in the settings, so it survives a restart
 * and a night's sleep of the computer. Switched off by hand it is off: weekly times that are on and the desktop are overruled until they end. It only
 * watches and asks for changes; what the settings do is others' business.
 */
import type { Clock, Timer } from '../../common/clock'
import type { Result } from '../../common/errors'
import type { Settings } from '../../common/settings'
import { endOf } from '../../common/weekly-times'

type Rest = Pick<Settings, 'doNotDisturb' | 'doNotDisturbUntil'>
type Switched = Rest & Pick<Settings, 'doNotDisturbPausedUntil'>

export interface DoNotDisturbTimerOptions {
  readonly clock: Clock
  readonly settings: () => Rest & Pick<Settings, 'doNotDisturbSchedule'>
  readonly change: (patch: Rest | Switched) => Result<unknown>
  /** Told first that it is switched by hand: off, the desktop's own is overruled until that ends. */
  readonly onSwitch?: (on: boolean) => void
}

/** A computer that slept, or whose clock was set, is late by this at most, ms. */
const lookAgainMs = 30_000

export class DoNotDisturbTimer {
  private timer: Timer | null = null
  /** When that end is by the clock that is never set: the one on the wall may be set back by days. */
  private end: { readonly of: number; readonly at: number } | null = null

  constructor(private readonly options: DoNotDisturbTimerOptions) {}

  /** `minutes` null: until it is switched off. */
  set(on: boolean, minutes: number | null): Result<unknown> {
    const { clock, settings, change, onSwitch } = this.options
    const now = clock.date()
    const until = on && minutes !== null ? now + minutes * 60_000 : null
    const pausedUntil = on ? null : endOf(settings().doNotDisturbSchedule, now)
    onSwitch?.(on)
    return change({ doNotDisturb: on, doNotDisturbUntil: until, doNotDisturbPausedUntil: pausedUntil })
  }

  /** Looks at the settings. Call it at the start and after any change of them. */
  sync(): void {
    const { clock, settings, change } = this.options
    if (this.timer) clock.clearTimeout(this.timer)
    this.timer = null
    const { doNotDisturb, doNotDisturbUntil: until } = settings()
    if (!doNotDisturb || until === null) return
    if (this.end?.of !== until) this.end = { of: until, at: clock.now() + until - clock.date() }
    const left = Math.min(until - clock.date(), this.end.at - clock.now())
    if (left > 0) this.timer = clock.setTimeout(() => this.sync(), Math.min(left, lookAgainMs))
    else if (!change({ doNotDisturb: false, doNotDisturbUntil: null }).ok) {
      // A disk that is full now may not be in a while.
      this.timer = clock.setTimeout(() => this.sync(), lookAgainMs)
    }
  }
}
