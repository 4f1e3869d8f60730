/*
 * What the computer does about the phone's state: it rings, notifies, shows a tray, flashes, stays awake. Each is a
 * function of the state; none changes a call but through the verbs.
 */
import type { AccountId } from '../../common/account'
import type { CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import type { CallVerbs } from '../callkit/verbs'
import type { Engine } from '../engine/engine'
import { Attention } from '../observers/attention'
import { LetIn } from '../observers/let-in'
import { MessageNews } from '../observers/message-news'
import { MissedCalls } from '../observers/missed-calls'
import { Notifier } from '../observers/notifier'
import type { Observer } from '../observers/observer'
import { Observers } from '../observers/observers'
import { Questions } from '../observers/questions'
import { Reminders, type RemindersOptions } from '../observers/reminders'
import { Ringer } from '../observers/ringer'
import { TrayObserver } from '../observers/tray'
import { WakeLock } from '../observers/wake-lock'
import { attentionEffects } from '../os/attention-effects'
import { keepAwake } from '../os/keep-awake'
import type { NotificationCenter } from '../os/notifications/notification-center'
import { SystemTray } from '../os/tray'
import type { PhoneStore } from '../phone-store'

export interface ReactionsOptions {
  readonly clock: Clock
  readonly log: Log
  readonly store: PhoneStore
  readonly engine: Engine
  readonly verbs: CallVerbs
  readonly center: NotificationCenter
  readonly reminders: RemindersOptions['file']
  /** `minutes` null: until it is switched off. */
  readonly setDoNotDisturb: (on: boolean, minutes: number | null) => void
  readonly silence: (callId: CallId) => void
  readonly setSharing: (on: boolean) => void
  readonly openWindow: () => void
  readonly openConversation: (accountId: AccountId, number: string) => void
  readonly flash: (on: boolean) => void
  readonly quit: () => void
  /** What else follows the state. */
  readonly others: readonly Observer[]
}

/** They see the state as it is now, and every later one. */
export function startReactions(options: ReactionsOptions): void {
  const { clock, log, store, engine, verbs, center, setDoNotDisturb, silence, setSharing, openWindow, flash, quit } =
    options
  const reminders = new Reminders({ center, verbs, openWindow, clock, log, file: options.reminders })
  const observers: readonly Observer[] = [
    new Ringer({ setTone: (tone, ring) => void engine.request({ type: 'setTone', tone, ...(ring && { ring }) }) }),
    new Notifier({ center, verbs, openWindow, log }),
    new LetIn({ center, verbs, openWindow, log }),
    new MissedCalls({ center, verbs, openWindow, remind: (entry) => reminders.remind(entry), log }),
    reminders,
    new MessageNews({ center, clock, openConversation: options.openConversation }),
    new Questions({ center, verbs, openWindow, log }),
    new TrayObserver({
      view: new SystemTray(),
      verbs,
      setDoNotDisturb,
      silence,
      setSharing,
      openWindow,
      quit,
      clock,
      log,
    }),
    new Attention({ effects: attentionEffects({ flash }) }),
    new WakeLock({ setAwake: keepAwake() }),
    ...options.others,
  ]
  for (const observer of observers) observer.update(store.current, store.current)
  const reactions = new Observers(observers, log)
  store.observe((now, before) => reactions.update(now, before))
}
