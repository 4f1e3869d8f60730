/*
 * The framework put together: one registry, one switchboard, one controller, the sound, and the policies that are wished
 * for. For hosts that need nothing special; a phone with needs of its own joins the same parts itself. It knows no SIP, no
 * Electron and no screen.
 */
import type { Call } from '../../common/call'
import { systemClock, type Clock } from '../../common/clock'
import { silentLog, type Log } from '../../common/log'
import type { ActionEvents } from './action-events'
import { AudioSession } from './audio-session'
import { defaultConfiguration, type ProviderConfiguration } from './configuration'
import { CallController } from './controller'
import { CallObserver, type CallChanged } from './observer'
import type { Provider } from './provider'
import { Registry } from './registry'
import { ResumePolicy } from './resume-policy'
import { RingTimeout } from './ring-timeout'
import { Switchboard, type SwitchboardOptions } from './switchboard'
import { Watchdog } from './watchdog'

/** What nobody asked for, but a phone should do. Each is off when left out. */
export interface CallKitPolicies {
  /** Seconds an incoming call rings before it is ended as unanswered; read when it begins to ring. */
  readonly ringSeconds?: () => number
  /** A held call is resumed when the user ends the other one; `remote` also when the far end ended it. */
  readonly resume?: 'local' | 'remote'
  /** Calls that hang between two states for 35 s, and transfers for 185 s, are given up. */
  readonly watchdog?: boolean
}

/** Everything may be left out: the system's clock, no log, no history, no policies, every call may ring. */
export interface CallKitOptions extends Partial<Omit<SwitchboardOptions, 'registry'>> {
  /** Gets every call that ended, exactly once. Must not throw. */
  readonly history?: (call: Call) => void
  /** How long an ended call stays in the registry's list, ms; 4000 when left out. */
  readonly lingerMs?: number
  readonly policies?: CallKitPolicies
}

/** The parts of the framework, joined. */
export interface CallKit {
  readonly clock: Clock
  readonly log: Log
  /** The one truth of calls, with everything that is known of them. */
  readonly registry: Registry
  readonly switchboard: Switchboard
  /** Where wishes go. */
  readonly controller: CallController
  /** What becomes of every accepted action. */
  readonly actionEvents: ActionEvents
  /**
   * A provider of calls; what the configuration leaves out is as in `defaultConfiguration`. An id in use gives the provider that has it.
   * Throws a RangeError when a limit is not a whole number from 1.
   */
  addProvider(id: string, configuration: Partial<ProviderConfiguration>): Provider
  /** Calls without handles, for anybody; `changed` hears of every change from now on. */
  observeCalls(changed?: CallChanged): CallObserver
}

/** Makes a CallKit of one's own. Any number may exist; they know nothing of each other. */
export function createCallKit(options: CallKitOptions = {}): CallKit {
  const { clock = systemClock, log = silentLog, history = () => {}, lingerMs, policies = {}, ...rest } = options
  const registry = new Registry({ clock, log, history, ...(lingerMs === undefined ? {} : { lingerMs }) })
  const settings = () => ({ doNotDisturb: false, callWaiting: 'alert' }) as const
  const switchboard = new Switchboard({ settings, ...rest, clock, log, registry })
  const controller = new CallController(switchboard)
  const parts = { registry, switchboard, controller, clock, log }
  new AudioSession(registry, switchboard)
  const { ringSeconds, resume, watchdog } = policies
  if (ringSeconds) new RingTimeout({ ...parts, ringSeconds })
  if (resume) new ResumePolicy({ ...parts, resumeAfterRemoteEnd: () => resume === 'remote' })
  if (watchdog === true) new Watchdog(parts)
  return {
    ...parts,
    actionEvents: switchboard.actionEvents,
    addProvider(id, configuration) {
      const added = switchboard.addProvider(id, { ...defaultConfiguration, ...configuration })
      if (!added.ok) throw new RangeError(`provider ${id}: the limits of a configuration are whole numbers from 1`)
      return added.provider
    },
    observeCalls: (changed) => new CallObserver(registry, changed ?? null),
  }
}
