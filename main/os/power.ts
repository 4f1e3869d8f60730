/*
 * What is known of the computer's sleep. Systems report the same sleep twice and some of them miss one half of it, so
 * only changes are passed on.
 */
import type { PowerMonitor } from 'electron'

export interface PowerListeners {
  readonly onSuspend: () => void
  /** After sleep, and when the screen is unlocked: connections may be dead. */
  readonly onResume: () => void
}

/** Returns how to stop. */
export function watchPower(monitor: Pick<PowerMonitor, 'on' | 'off'>, listeners: PowerListeners): () => void {
  let asleep = false
  const suspend = (): void => {
    if (asleep) return
    asleep = true
    listeners.onSuspend()
  }
  const resume = (): void => {
    if (!asleep) return
    asleep = false
    listeners.onResume()
  }
  const unlock = (): void => {
    asleep = false
    listeners.onResume()
  }
  monitor.on('suspend', suspend)
  monitor.on('resume', resume)
  monitor.on('unlock-screen', unlock)
  return () => {
    monitor.off('suspend', suspend)
    monitor.off('resume', resume)
    monitor.off('unlock-screen', unlock)
  }
}
