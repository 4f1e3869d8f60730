/*
 * The notifications of this computer's desktop, with the small window in reserve for when they cannot do their job. The one
 * place that knows which system we are on.
 */
import { Notification } from 'electron'
import type { Clock } from '../../../common/clock'
import type { Log } from '../../../common/log'
import { AlertNotifications, type AlertSurface } from './alert-notifications'
import { DbusNotifications } from './dbus-notifications'
import { ElectronNotifications, type NativeNotifications } from './electron-notifications'
import type { NotificationCenter } from './notification-center'
import { notificationMatches } from './notification-server'
import { NotificationsWithFallback } from './notifications-with-fallback'
import { SessionBus } from './session-bus'

export interface DesktopNotificationsOptions {
  readonly platform: NodeJS.Platform
  readonly clock: Clock
  readonly log: Log
  /** A name from the desktop's icon theme, or a file. */
  readonly icon: string
  readonly reserve: AlertSurface
}

export function desktopNotifications({
  platform,
  clock,
  log,
  icon,
  reserve,
}: DesktopNotificationsOptions): NotificationCenter {
  const desktop =
    platform === 'darwin' || platform === 'win32'
      ? new ElectronNotifications({
          // Its listeners are typed per event, the adapter's by what they look at.
          Native: Notification as unknown as NativeNotifications,
          platform,
          clock,
          log,
        })
      : new DbusNotifications({
          bus: new SessionBus({ clock, log, matches: notificationMatches }),
          clock,
          log,
          appName: 'Patchcord',
          desktopEntry: 'patchcord',
          icon,
        })
  return new NotificationsWithFallback({ desktop, reserve: new AlertNotifications({ surface: reserve }) })
}
