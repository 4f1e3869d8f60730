/*
 * Whether do not disturb is on now, and because of what: the user's switch, its timer, the weekly times, or the desktop. It
 * looks again when a time begins or ends; what it means for a call is decided elsewhere.
 */
import type { Clock, Timer } from '../../common/clock'
import type { PhoneState } from '../../common/phone-state'
import type { Settings } from '../../common/settings'
import { isWithin, nextEdge } from '../../common/weekly-times'

export type QuietState = PhoneState['quiet']

type Wishes = Pick<
  Settings,
  'doNotDisturb' | 'doNotDisturbUntil' | 'doNotDisturbSchedule' | 'doNotDisturbPausedUntil' | 'followDesktopFocus'
>

export interface QuietOptions {
  readonly clock: Clock
  readonly settings: () => Wishes
  /** The desktop's own do not disturb is on; false also when it cannot be known. */
  readonly desktop: () => boolean
  /** After every change. */
  readonly onChange: (now: QuietState, before: QuietState) => void
}

/** A computer that slept, or whose clock was set, is late by this at most, ms. */
const lookAgainMs = 60_000
/** No weekly time lasts longer, the night included on which clocks are set back, ms. */
const longestPauseMs = 25 * 3_600_000

export class Quiet {
  private timer: Timer | null = null
  private state: QuietState
  /** The user switched it off while the desktop's was on: that is overruled until it ends. */
  private overrulesDesktop = false

  constructor(private readonly options: QuietOptions) {
    this.state = this.look()
  }

  /** As it is at this moment; whoever shows it hears of changes a moment later. */
  get current(): QuietState {
    return this.look()
  }

  /** The user switches it by hand. Whatever follows from that is told with the next `sync`. */
  switched(on: boolean): void {
    this.overrulesDesktop = !on && this.options.desktop()
  }

  /** Looks at everything again. Call it at the start, after a change of settings or of the desktop's, and after sleep. */
  sync(): void {
    const { clock, settings, onChange } = this.options
    if (this.timer) clock.clearTimeout(this.timer)
    const now = clock.date()
    if (!this.options.desktop()) this.overrulesDesktop = false
    const edge = nextEdge(settings().doNotDisturbSchedule, now)
    this.timer = edge === null ? null : clock.setTimeout(() => this.sync(), Math.min(edge - now, lookAgainMs))
    const before = this.state
    const next = this.look()
    if (next.on === before.on && next.because === before.because) return
    this.state = next
    onChange(next, before)
  }

  private look(): QuietState {
    const { clock, settings, desktop } = this.options
    const { doNotDisturb, doNotDisturbUntil, doNotDisturbSchedule, followDesktopFocus } = settings()
    const pausedFor = (settings().doNotDisturbPausedUntil ?? 0) - clock.date()
    if (doNotDisturb) return { on: true, because: doNotDisturbUntil === null ? 'switch' : 'timer' }
    const now = clock.date()
    // A clock that was set back does not make a pause of an evening one of a year.
    const paused = pausedFor > 0 && pausedFor <= longestPauseMs
    if (!paused && doNotDisturbSchedule.some((time) => isWithin(time, now))) return { on: true, because: 'schedule' }
    if (followDesktopFocus && !this.overrulesDesktop && desktop()) return { on: true, because: 'desktop' }
    return { on: false, because: null }
  }
}
