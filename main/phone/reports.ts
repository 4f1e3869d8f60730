/*
 * Where each of the engine's reports goes: to the calls, to the accounts, to what is shown, or to the log. It keeps nothing.
 */
import type { Clock } from '../../common/clock'
import type { EngineReport } from '../../common/contract/engine'
import type { UiDown } from '../../common/contract/ui'
import type { Log } from '../../common/log'
import type { AccountTests } from '../diagnosis/account-tests'
import type { Ladders } from '../diagnosis/ladders'
import type { AccountMemory } from '../engine/account-memory'
import type { Registrar } from '../engine/registrar'
import type { SipProvider } from '../engine/sip-provider'
import type { Reachability } from '../reach/reachability'
import type { PhoneStore } from '../phone-store'
import type { Recents } from '../recents/recents'
import type { Colleagues } from '../server/colleagues'
import type { Messages } from '../server/messages'
import type { CallViews } from './call-views'
import type { SpeechLog } from './speech-log'

export interface ReportsOptions {
  readonly clock: Clock
  readonly sip: SipProvider
  readonly registrar: Registrar
  readonly reachability: Reachability
  readonly store: PhoneStore
  readonly views: CallViews
  readonly recents: Pick<Recents, 'measured' | 'diagnosed'>
  readonly speech: Pick<SpeechLog, 'heard'>
  readonly colleagues: Colleagues
  readonly messages: Messages
  readonly accountTests: AccountTests
  readonly ladders: Ladders
  readonly accountMemory: Pick<AccountMemory, 'learned'>
  /** To every page of the phone's window. */
  readonly send: (message: UiDown) => void
  readonly log: Log
}

/** Takes in one report. */
export function hear(
  report: EngineReport,
  {
    clock,
    sip,
    registrar,
    reachability,
    store,
    views,
    recents,
    speech,
    colleagues,
    messages,
    accountTests,
    ladders,
    accountMemory,
    send,
    log,
  }: ReportsOptions,
): void {
  sip.engineReported(report)
  reachability.engineReported(report)
  colleagues.engineReported(report)
  messages.engineReported(report)
  accountTests.engineReported(report)
  ladders.engineReported(report)
  switch (report.type) {
    case 'registration':
      if (report.registration.state === 'registered') accountMemory.learned(report.accountId, { wasLetIn: true })
      return registrar.reported(report.accountId, report.registration)
    case 'takes':
      return accountMemory.learned(report.accountId, { takes: report.kind })
    case 'devices':
      return store.put({ devices: report.devices })
    case 'quality':
      // Of loss, jitter and delay, so of the network and not of anybody's speech: a call's entry says how it was.
      recents.measured(report.callId, report.quality.mos)
      return views.measured(report.callId, report.quality)
    case 'diagnosis':
      recents.diagnosed(report.callId, report.diagnosis, clock.date())
      return views.diagnosed(report.callId, report.diagnosis, clock.date())
    case 'speaking':
      speech.heard(report.callIds)
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
