/*
 * Where each of the engine's reports goes: to the calls, to the accounts, to what is shown, or to the log. It keeps nothing.
 */
import type { EngineReport } from '../../common/contract/engine'
import type { UiDown } from '../../common/contract/ui'
import type { Log } from '../../common/log'
import type { Registrar } from '../engine/registrar'
import type { SipProvider } from '../engine/sip-provider'
import type { Reachability } from '../reach/reachability'
import type { PhoneStore } from '../phone-store'
import type { Recents } from '../recents/recents'
import type { Colleagues } from '../server/colleagues'
import type { Messages } from '../server/messages'
import type { CallViews } from './call-views'

export interface ReportsOptions {
  readonly sip: SipProvider
  readonly registrar: Registrar
  readonly reachability: Reachability
  readonly store: PhoneStore
  readonly views: CallViews
  readonly recents: Pick<Recents, 'measured'>
  readonly colleagues: Colleagues
  readonly messages: Messages
  /** To every page of the phone's window. */
  readonly send: (message: UiDown) => void
  readonly log: Log
}

/** Takes in one report. */
export function hear(
  report: EngineReport,
  { sip, registrar, reachability, store, views, recents, colleagues, messages, send, log }: ReportsOptions,
): void {
  sip.engineReported(report)
  reachability.engineReported(report)
  colleagues.engineReported(report)
  messages.engineReported(report)
  switch (report.type) {
    case 'registration':
      return registrar.reported(report.accountId, report.registration)
    case 'devices':
      return store.put({ devices: report.devices })
    case 'quality':
      // What is shown while a call is up is kept of it only when data about speech may be.
      if (store.current.settings.researchDataGeneration) recents.measured(report.callId, report.quality.mos)
      return views.measured(report.callId, report.quality)
    case 'speaking':
      return views.heard(report.callIds)
    case 'level':
      return send({ kind: 'level', microphone: report.microphone, speaker: report.speaker })
    case 'fault':
      return log.error(`engine: ${report.code}: ${report.message}`)
    case 'log':
      return log[report.level](`engine: ${report.message}`)
    default:
      return
  }
}
