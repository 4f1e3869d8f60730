/*
 * How a sip.js user agent is set up here: what of it is switched off, and what takes its place. It connects nothing.
 */
import { SIPExtension, UserAgent, type LogConnector, type Session, type UserAgentDelegate } from 'sip.js'
import type { EngineAccount } from '../../../common/contract/engine'
import type { Log } from '../../../common/log'
import type { DescriptionAdapter } from './description-adapter'
import { GuardingTransport, type GuardingTransportOptions } from './guard/guarding-transport'
import { redact } from './guard/redact'
import { followStrictRoutes } from './strict-route'

/** Which media a session speaks for. Told before the session needs it. */
const adapters = new WeakMap<Session, DescriptionAdapter>()

export function giveMedia(session: Session, adapter: DescriptionAdapter): void {
  adapters.set(session, adapter)
}

export interface UserAgentSetup {
  readonly log: Log
  /** Which of the account's registrations at once it is, from 0; left out: the only one. */
  readonly flow?: number
  readonly transport: (viaHost: string) => GuardingTransportOptions
  readonly delegate: UserAgentDelegate
}

/** Throws for an address that is none; see `isAddress`. */
export function makeUserAgent(
  account: Pick<EngineAccount, 'uri' | 'displayName' | 'instanceId'>,
  setup: UserAgentSetup,
): UserAgent {
  const uri = UserAgent.makeURI(account.uri)
  if (uri === undefined) throw new Error('the account has no SIP address')
  const instance = account.instanceId.replace(/^urn:uuid:/i, '')
  // The same for the life of the account, so that a restarted phone replaces its old binding instead of standing beside it.
  // A registrar that knows no flows tells them apart by their addresses.
  const flow = setup.flow ? `f${setup.flow + 1}` : ''
  const contactName = `${instance.replace(/-/g, '').slice(0, 12)}${flow}`
  const viaHost = `${instance.replace(/-/g, '').slice(12, 24)}${flow}.invalid`
  const userAgent = new UserAgent({
    uri,
    displayName: (account.displayName ?? '').replace(/["\\\r\n]/g, ''),
    contactName,
    viaHost,
    instanceId: instance,
    delegate: guarded(setup.delegate, setup.log),
    transportConstructor: GuardingTransport,
    transportOptions: setup.transport(viaHost),
    sendInitialProvisionalResponse: false,
    // What rings, and what is heard before the answer, is worth being sure of (RFC 3262); callers are asked for it only when they insist.
    sipExtension100rel: SIPExtension.Supported,
    // sip.js's own handling of Replaces throws at dialogs it half knows; `replace` does it.
    sipExtensionExtraSupported: ['replaces', 'timer', 'from-change'],
    // Main owns ring timing; this is the last net under it, seconds.
    noAnswerTimeout: 180,
    gracefulShutdown: false,
    userAgentString: 'Patchcord',
    logBuiltinEnabled: false,
    logConfiguration: false,
    logConnector: connectLog(setup.log),
    logLevel: 'warn',
    sessionDescriptionHandlerFactory: (session) => {
      const adapter = adapters.get(session)
      if (adapter === undefined) throw new Error('a session without media')
      return adapter
    },
  })
  followStrictRoutes(userAgent.userAgentCore)
  return userAgent
}

export const isAddress = (uri: string): boolean => {
  const parsed = UserAgent.makeURI(uri)
  return parsed?.scheme === 'sip' && Boolean(parsed.user)
}

/** sip.js stops working for good when a delegate throws. */
function guarded(delegate: UserAgentDelegate, log: Log): UserAgentDelegate {
  const safe: Record<string, unknown> = {}
  for (const [name, handler] of Object.entries(delegate)) {
    safe[name] = (...args: unknown[]) => {
      try {
        ;(handler as (...args: unknown[]) => void)(...args)
      } catch (error) {
        log.error(`${name}: ${String(error)}`)
      }
    }
  }
  return safe as UserAgentDelegate
}

const connectLog =
  (log: Log): LogConnector =>
  (level, category, _label, content) => {
    // The connector is given every level, whatever `logLevel` says.
    if (level !== 'error' && level !== 'warn') return
    const line = redact(`${category}: ${String(content)}`, { numbers: true }).slice(0, 300)
    if (level === 'error') log.warn(line)
    else log.debug(line)
  }
