/*
 * Keeps the tray true: a new face only when it differs and not too often, and each chosen item to its verb. It draws nothing.
 */
import type { CallId } from '../../common/call'
import type { Clock, Timer } from '../../common/clock'
import type { Log } from '../../common/log'
import type { PhoneState } from '../../common/phone-state'
import type { CallVerbs, Requested } from '../callkit/verbs'
import { logOutcome } from './log-outcome'
import type { Observer } from './observer'
import type { TrayVerb } from './tray-item'
import { type TrayFace, trayFace } from './tray-menu'

/** What draws the face (main/os/tray.ts) and tells what was chosen. */
export interface TrayView {
  show(face: TrayFace): void
  onVerb(listener: (verb: TrayVerb) => void): void
}

export interface TrayOptions {
  readonly view: TrayView
  readonly verbs: Omit<CallVerbs, 'pickUp' | 'holdAndAnswer' | 'deflect' | 'playDtmf' | 'transfer' | 'consult'>
  /** `minutes` null: until it is switched off. */
  readonly setDoNotDisturb: (on: boolean, minutes: number | null) => void
  readonly silence: (callId: CallId) => void
  readonly setSharing: (on: boolean) => void
  readonly openWindow: () => void
  readonly quit: () => void
  readonly clock: Clock
  readonly log: Log
}

/** Faces that may follow each other at once within `paceMs`; what comes faster is shown together, as it is by then. */
const atOnce = 8
const paceMs = 1_000

export class TrayObserver implements Observer {
  readonly #options: TrayOptions
  #shown = ''
  /** When the last faces were shown, on the clock. */
  #times: readonly number[] = []
  #later: Timer | null = null
  #latest: PhoneState | null = null

  constructor(options: TrayOptions) {
    this.#options = options
    options.view.onVerb((verb) => {
      for (const wish of this.#perform(verb)) void logOutcome(`${verb.type} from the tray`, wish, options.log)
    })
  }

  update(now: PhoneState): void {
    this.#latest = now
    if (this.#later === null) this.#show(now)
  }

  /** A menu costs the desktop work, and on Linux Electron memory for good: a flood of calls is not to make one for each. */
  #show(state: PhoneState): void {
    const face = trayFace(state)
    const written = JSON.stringify(face)
    if (written === this.#shown) return
    const { clock, view } = this.#options
    const now = clock.now()
    this.#times = this.#times.filter((at) => at > now - paceMs)
    const [oldest] = this.#times
    if (this.#times.length >= atOnce && oldest !== undefined) {
      this.#later = clock.setTimeout(
        () => {
          this.#later = null
          if (this.#latest !== null) this.#show(this.#latest)
        },
        oldest + paceMs - now,
      )
      return
    }
    this.#times = [...this.#times, now]
    this.#shown = written
    view.show(face)
  }

  /** What is asked of the calls; nothing when it is not about them. */
  #perform(verb: TrayVerb): readonly Promise<Requested<unknown>>[] {
    const { verbs, clock } = this.#options
    switch (verb.type) {
      case 'open':
        this.#options.openWindow()
        return []
      case 'quit':
        this.#options.quit()
        return []
      case 'listenToVoicemail':
        // Whoever listens wants the keypad.
        this.#options.openWindow()
        return [verbs.call(verb.number, verb.accountId, 'tray')]
      case 'silence':
        this.#options.silence(verb.callId)
        return []
      case 'setSharing':
        this.#options.setSharing(verb.on)
        return []
      case 'setDoNotDisturb':
        this.#options.setDoNotDisturb(
          verb.on,
          verb.lasts === 'until-morning' ? minutesUntilMorning(clock.date()) : verb.lasts,
        )
        return []
      case 'setHeld':
        return [verbs.setHeld(verb.callId, verb.held, 'tray')]
      case 'setMuted':
        return verb.callIds.map((callId) => verbs.setMuted(callId, verb.muted, 'tray'))
      case 'swap':
        return [verbs.swap('tray')]
      case 'merge':
        return [verbs.merge(verb.callIds, 'tray')]
      case 'transferToCall':
        return [verbs.transferToCall(verb.callId, verb.toCallId, 'tray')]
      case 'answerReferral':
        return [verbs.answerReferral(verb.callId, verb.accept, 'tray')]
      case 'continueDigits':
        return [verbs.continueDigits(verb.callId, verb.send, 'tray')]
      default:
        return [verbs[verb.type](verb.callId, 'tray')]
    }
  }
}

/** When a night is over, on the clock on the wall. */
const morningHour = 8

/** Whole minutes from `now` (wall-clock ms) to the next morning, at least one. */
function minutesUntilMorning(now: number): number {
  const morning = new Date(now)
  morning.setHours(morningHour, 0, 0, 0)
  if (morning.getTime() <= now) morning.setDate(morning.getDate() + 1)
  return Math.max(1, Math.ceil((morning.getTime() - now) / 60_000))
}
