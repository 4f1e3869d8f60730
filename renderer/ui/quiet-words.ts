/*
 * Do not disturb in words: why it is quiet now, and for how long. Pure.
 */
import type { PhoneState } from '../../common/phone-state'
import type { Settings } from '../../common/settings'
import { endOf } from '../../common/weekly-times'
import { formatTime } from './numbers'

/** Short, for a header: `until 14:30`, `by schedule`; empty when there is nothing to add. */
export function sayQuiet(quiet: PhoneState['quiet'], settings: Settings, now: number): string {
  if (!quiet.on) return ''
  switch (quiet.because) {
    case 'timer':
      return settings.doNotDisturbUntil === null ? '' : `until ${formatTime(settings.doNotDisturbUntil)}`
    case 'schedule': {
      const end = endOf(settings.doNotDisturbSchedule, now)
      return end === null ? 'by schedule' : `until ${formatTime(end)}`
    }
    case 'desktop':
      return 'as the desktop'
    case 'switch':
    case null:
      return ''
  }
}

const reasons: Record<NonNullable<PhoneState['quiet']['because']>, string> = {
  switch: 'You switched it on.',
  timer: 'You switched it on for a while.',
  schedule: 'Your weekly times say so.',
  desktop: 'The desktop’s own do not disturb is on.',
}
/** A sentence, for who wonders. */
export const explainQuiet = (quiet: PhoneState['quiet']): string =>
  quiet.because === null ? '' : reasons[quiet.because]

/** Quiet by itself, so that it can be broken by hand until it ends by itself. */
export const canRingAnyway = ({ on, because }: PhoneState['quiet']): boolean =>
  on && (because === 'schedule' || because === 'desktop')
