/*
 * The windows a person sees: the phone itself and the small bar of its calls. Both show the same state and ask for the same
 * wishes; the bar for fewer.
 */
import { nativeTheme, type Session } from 'electron'
import type { Clock } from '../../common/clock'
import type { UiDown } from '../../common/contract/ui'
import type { Log } from '../../common/log'
import { CallBar } from '../observers/call-bar'
import type { PhoneStore } from '../phone-store'
import type { SettingsKeeper } from '../settings/settings-keeper'
import { pageUrl } from './app-protocol'
import { callBarCommands } from './call-bar-commands'
import { CallBarWindow } from './call-bar-window'
import { PhoneApi } from './phone-api'
import { PhoneWindow } from './phone-window'
import type { Wishes } from '../wishes/wishes'

export interface WindowsOptions {
  readonly clock: Clock
  readonly log: Log
  readonly store: PhoneStore
  readonly wishes: Wishes
  readonly settings: SettingsKeeper
  readonly session: Session
  readonly preload: string
  readonly icon: string
  /** No page of the phone is left. */
  readonly onLastPortClosed: () => void
  readonly onClosed: () => void
}

export interface Windows {
  readonly phone: PhoneWindow
  /** What the phone's window is told besides the state. */
  readonly api: PhoneApi
  readonly bar: CallBar
  /** Opens the window, and tells it this as soon as it listens. */
  readonly openWith: (message: UiDown) => void
  /** Opens the window; with a link its number stands in the dial field, and nothing is dialled. */
  readonly open: (link?: string | null) => void
}

export function makeWindows(options: WindowsOptions): Windows {
  const { clock, log, store, wishes, settings, session, preload, icon, onLastPortClosed, onClosed } = options
  const current = () => store.current
  /** What a window that is still loading is to be told. */
  let waiting: UiDown | null = null
  const api = new PhoneApi({ clock, log, current, perform: (command) => wishes.perform(command), onLastPortClosed })
  store.observe((state) => api.send({ kind: 'state', state }))
  const phone = new PhoneWindow({
    url: pageUrl('ui'),
    preload,
    session,
    icon,
    backgroundColor: () => (nativeTheme.shouldUseDarkColors ? '#1c1c1e' : '#ffffff'),
    loadBounds: () => settings.windowBounds,
    saveBounds: (bounds) => void settings.saveWindowBounds(bounds),
    onPort: (port) => {
      api.serve(port)
      if (waiting) port.send(waiting)
      waiting = null
    },
    onClosed,
    onCrashed: (why) => log.error(`window: the page is gone (${why})`),
    onFocusChanged: () => bar.frontChanged(),
  })
  const barApi = new PhoneApi({
    clock,
    log,
    current,
    perform: callBarCommands((command) => wishes.perform(command)),
    onLastPortClosed: () => {},
  })
  store.observe((state) => barApi.send({ kind: 'state', state }))
  const bar: CallBar = new CallBar({
    surface: new CallBarWindow({
      url: pageUrl('bar'),
      preload,
      session,
      backgroundColor: () => (nativeTheme.shouldUseDarkColors ? '#1d1f24' : '#ffffff'),
      loadPlace: () => settings.callBarPlace,
      savePlace: (place) => void settings.saveCallBarPlace(place),
      onPort: (port) => barApi.serve(port),
      onOpenPhone: () => phone.show(),
      clock,
    }),
    isPhoneInFront: () => phone.isFocused,
  })
  const openWith = (message: UiDown): void => {
    phone.show()
    if (api.isServing) api.send(message)
    else waiting = message
  }
  const open = (link: string | null = null): void => {
    if (link === null) phone.show()
    else openWith({ kind: 'focusDialer', target: link })
  }
  return { phone, api, bar, openWith, open }
}
