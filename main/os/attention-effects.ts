/*
 * How this platform is asked for the user's eyes: the task bar entry flashes, the dock bounces, a badge counts. None of it
 * takes the focus.
 */
import { app } from 'electron'
import type { AttentionEffects } from '../observers/attention'

/** `flash`: flashes the window's task bar entry, if there is a window. */
export function attentionEffects(options: { flash: (on: boolean) => void }): AttentionEffects {
  let bounce: number | null = null
  return {
    setUrgent(urgent) {
      options.flash(urgent)
      if (bounce !== null) app.dock?.cancelBounce(bounce)
      bounce = urgent ? (app.dock?.bounce('critical') ?? null) : null
    },
    setBadge(count) {
      // Does nothing where the desktop has no badges.
      app.setBadgeCount(count)
    },
  }
}
