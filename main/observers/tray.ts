/*
 * Keeps the tray true: a new face only when it differs, and each chosen item to its verb. It draws nothing.
 */
import type { CallId } from '../../common/call'
import type { Log } from '../../common/log'
import type { PhoneState } from '../../common/phone-state'
import type { CallVerbs } from '../callkit/verbs'
import type { Observer } from './observer'
import { type TrayFace, trayFace, type TrayVerb } from './tray-menu'

/** What draws the face (main/os/tray.ts) and tells what was chosen. */
export interface TrayView {
  show(face: TrayFace): void
  onVerb(listener: (verb: TrayVerb) => void): void
}

export class TrayObserver implements Observer {
  readonly #view: TrayView
  #shown = ''

  constructor(options: {
    view: TrayView
    verbs: Pick<CallVerbs, 'answer' | 'decline' | 'end' | 'setHeld' | 'setMuted'>
    setDoNotDisturb: (on: boolean) => void
    silence: (callId: CallId) => void
    openWindow: () => void
    quit: () => void
    log: Log
  }) {
    this.#view = options.view
    const { verbs, log } = options
    const perform = async (verb: TrayVerb): Promise<void> => {
      switch (verb.type) {
        case 'open':
          return options.openWindow()
        case 'quit':
          return options.quit()
        case 'setDoNotDisturb':
          return options.setDoNotDisturb(verb.on)
        case 'silence':
          return options.silence(verb.callId)
        case 'setHeld':
        case 'setMuted': {
          const on = verb.type === 'setHeld' ? verb.held : verb.muted
          const result = await verbs[verb.type](verb.callId, on, 'tray')
          if (!result.ok) log.warn(`${verb.type} from the tray: ${result.code}`)
          return
        }
        case 'answer':
        case 'decline':
        case 'end': {
          const result = await verbs[verb.type](verb.callId, 'tray')
          if (!result.ok) log.warn(`${verb.type} from the tray: ${result.code}`)
        }
      }
    }
    this.#view.onVerb((verb) => void perform(verb))
  }

  update(now: PhoneState): void {
    const face = trayFace(now)
    const written = JSON.stringify(face)
    if (written === this.#shown) return
    this.#shown = written
    this.#view.show(face)
  }
}
