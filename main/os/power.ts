/*
 * The computer's sleep: told about, and held off while there is a call. Systems report the same sleep twice and some of
 * them miss one half of it, so only changes are passed on.
 */
import type { PowerMonitor, PowerSaveBlocker } from 'electron'

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

/** A switch that keeps the computer from sleeping; the screen may still go dark. */
export function sleepBlocker(blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>): (awake: boolean) => void {
  let id: number | null = null
  return (awake) => {
    if (awake && id === null) id = blocker.start('prevent-app-suspension')
    if (!awake && id !== null) {
      blocker.stop(id)
      id = null
    }
  }
}
