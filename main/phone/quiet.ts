/*
 * Whether do not disturb is on now, and because of what: the user's switch, its timer, the weekly times, or the desktop. It
 * looks again when a time begins or ends; what it means for a call is decided elsewhere.
 */
import type { Clock, Timer } from '../../common/clock'
import type { PhoneState } from '../../common/phone-state'
import type { Settings } from '../../common/settings'
import { isWithin, nextEdge } from '../callkit/weekly-times'

export type QuietState = PhoneState['quiet']

type Wishes = Pick<Settings, 'doNotDisturb' | 'doNotDisturbUntil' | 'doNotDisturbSchedule' | 'followDesktopFocus'>

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

export class Quiet {
  private timer: Timer | null = null
  private state: QuietState

  constructor(private readonly options: QuietOptions) {
    this.state = this.look()
  }

  /** As it is at this moment; whoever shows it hears of changes a moment later. */
  get current(): QuietState {
    return this.look()
  }

  /** Looks at everything again. Call it at the start, after a change of settings or of the desktop's, and after sleep. */
  sync(): void {
    const { clock, settings, onChange } = this.options
    if (this.timer) clock.clearTimeout(this.timer)
    const now = clock.date()
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
    if (doNotDisturb) return { on: true, because: doNotDisturbUntil === null ? 'switch' : 'timer' }
    const now = clock.date()
    if (doNotDisturbSchedule.some((time) => isWithin(time, now))) return { on: true, because: 'schedule' }
    if (followDesktopFocus && desktop()) return { on: true, because: 'desktop' }
    return { on: false, because: null }
  }
}
