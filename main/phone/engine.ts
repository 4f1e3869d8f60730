/*
 * The way to the servers, put together: the engine page and the gateway, who registers the accounts, what reports become, whether the phone can be
 * reached, and what servers offer besides calls. It decides nothing about calls; nothing runs before `start`.
 */
import { randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import { join } from 'node:path'
import type { Account, AccountId, Registration } from '../../common/account'
import type { Clock } from '../../common/clock'
import type { UiDown } from '../../common/contract/ui'
import type { Result } from '../../common/errors'
import type { Handle } from '../../common/handle'
import type { Log } from '../../common/log'
import type { Settings } from '../../common/settings'
import { AccountTests } from '../diagnosis/account-tests'
import { Ladders } from '../diagnosis/ladders'
import { EngineHost } from '../engine/engine-host'
import { GatewayHost, type GatewayHostOptions } from '../engine/gateway-host'
import { AccountMemory } from '../engine/account-memory'
import { openServers } from '../engine/open-servers'
import { Registrar } from '../engine/registrar'
import { SipProvider } from '../engine/sip-provider'
import type { PhoneStore } from '../phone-store'
import { Reachability } from '../reach/reachability'
import type { Recents } from '../recents/recents'
import { Colleagues } from '../server/colleagues'
import { Messages } from '../server/messages'
import type { Accounts } from '../settings/accounts'
import type { EngineWindow } from '../windows/engine-window'
import type { Sessions } from '../windows/sessions'
import { accountStates } from './account-states'
import type { CallViews } from './call-views'
import type { Calls } from './calls'
import type { Policy } from './policy'
import { hear } from './reports'
import type { SpeechLog } from './speech-log'

export interface PhoneEngineOptions {
  readonly clock: Clock
  readonly log: Log
  /** The profile's. */
  readonly folder: string
  readonly page: EngineWindow
  readonly gatewayProcess: GatewayHostOptions['process']
  readonly sessions: Sessions
  readonly accounts: Accounts
  readonly settings: () => Settings
  readonly store: PhoneStore
  readonly policy: Policy
  readonly calls: Pick<Calls, 'switchboard' | 'forwarding'>
  readonly views: CallViews
  readonly recents: Recents
  readonly speech: SpeechLog
  /** To every page of the phone's window. */
  readonly tellWindows: (message: UiDown) => void
  /** Whoever else lives from the accounts. */
  readonly onAccounts: () => void
  /** Whom the user knows by this number; null: nobody. */
  readonly nameOf: (handle: Handle, accountId: AccountId) => string | null
}

export interface PhoneEngine {
  readonly host: EngineHost
  readonly registrar: Registrar
  readonly sip: SipProvider
  readonly reachability: Reachability
  readonly colleagues: Colleagues
  readonly messages: Messages
  readonly accountTests: AccountTests
  readonly ladders: Ladders
  /** What was typed as an address of that account, and as it is shown. */
  addressOf(number: string, account: Account): Result<{ readonly uri: string; readonly handle: Handle }>
  /** After any change of accounts or passwords. */
  accountsChanged(): void
  start(): void
  /** The engine itself is stopped apart: it has goodbyes to say. */
  stopGateway(): Promise<void>
}

export function makeEngine(options: PhoneEngineOptions): PhoneEngine {
  const { clock, log, folder, page, sessions, accounts, settings, store, policy, calls, views, recents } = options
  const host = new EngineHost({ page, clock, log, onHealth: (engine) => store.put({ engine }) })
  // What speaks SIP without WebSocket: a process that is there only while an account needs it.
  const gateway = new GatewayHost({
    process: options.gatewayProcess,
    clock,
    log,
    allowWebSocket: (url, certificate) => {
      const closes = [sessions.gate.allow(url), sessions.certificates.trust(url, certificate)]
      return () => closes.forEach((close) => close())
    },
    onRoute: () => showAccounts(),
  })
  const accountMemory = new AccountMemory({
    path: join(folder, 'account-memory.json'),
    accounts: () => accounts.list,
    log,
  })
  const registrar: Registrar = new Registrar({
    engine: host,
    clock,
    accounts: () => accounts.list,
    credentials: (id) => accounts.credentials(id),
    allow: (account) => openServers(account, sessions.gate, gateway),
    explain: (server) => sessions.probe.explain(server),
    foundWebSocket: (id) => gateway.foundWebSocket(id),
    known: (account) => accountMemory.knownOf(account),
    onChange: (registrations) => {
      reachability.registrations(accounts.list, registrations)
      colleagues.registrations(registrations)
      showAccounts()
      for (const [id, { state }] of registrations) if (state === 'registered') void sip.sayFarewell(id)
    },
  })
  const sip: SipProvider = new SipProvider({
    engine: host,
    clock,
    log,
    switchboard: calls.switchboard,
    accounts: () => accounts.list,
    forward: (offer, admitted) => calls.forwarding.atOnce(offer, admitted),
    look: (offer) => policy.callers.look(offer),
    offered: (offered) => {
      policy.offers.take(offered)
      recents.learn(offered.callId, { diverted: offered.diverted })
    },
    normal: (handle, accountId) => policy.numbers.normal(handle, accountId),
    ignoreSeconds: () => settings().ringSeconds,
    referred: (from, to) => recents.referred(from, to),
  })
  const reachability: Reachability = new Reachability({
    clock,
    log,
    path: join(folder, 'last-proofs.json'),
    newId: randomUUID,
    send: (command) => {
      if (command.type === 'reconnect') gateway.networkChanged()
      void host.request(command)
    },
    onReach: () => showAccounts(),
    onAway: (away) => store.put({ away }),
    explain: (id, server, registration) => registrar.explainAt(id, server, registration),
    uptime: () => uptime() * 1_000,
  })
  const addressOf: PhoneEngine['addressOf'] = (number, { uri }) => policy.numbers.dialTarget(number, uri)
  const colleagues: Colleagues = new Colleagues({
    accounts: () => accounts.list,
    watched: () => settings().colleagues,
    addressOf,
    send: (command) => void host.request(command),
    onColleagues: (shown) => store.put({ colleagues: shown }),
    onVoicemail: (voicemail) => store.put({ voicemail }),
  })
  const messages = new Messages({
    path: join(folder, 'messages.jsonl'),
    clock,
    log,
    newId: randomUUID,
    normal: (handle, accountId) => policy.numbers.normal(handle, accountId),
    nameOf: options.nameOf,
    onUnread: (unread) => store.put({ unread }),
  })
  const accountTests = new AccountTests({
    clock,
    accounts: () => store.current.accounts,
    engine: host,
    openProbe: async (state, signal) => (await import('../diagnosis/open-probe')).openProbe(state, clock, signal),
    addressOf,
    onChange: (accountTest) => store.put({ accountTest }),
  })
  const ladders = new Ladders(host)
  return {
    host,
    registrar,
    sip,
    reachability,
    colleagues,
    messages,
    accountTests,
    ladders,
    addressOf,
    accountsChanged: () => {
      options.onAccounts()
      sip.sync()
      registrar.sync()
      colleagues.sync()
    },
    start,
    stopGateway: () => gateway.stop(),
  }

  function start(): void {
    store.put({ unread: messages.unread })
    registrar.sync()
    host.start({
      engineReady: () => {
        void host.request({ type: 'useAudio', audio: settings().audio })
        gateway.engineReady()
        registrar.engineReady()
        colleagues.sync(true)
      },
      engineLost: () => {
        gateway.engineLost()
        sip.engineLost()
        registrar.engineLost()
        store.notify({ id: 'engine-restarted', kind: 'engine-restarted', detail: null })
      },
      engineReported: (report) => {
        if (report.type === 'registration' && isOutOfReach(report.registration)) sessions.forgetNames()
        hear(report, {
          clock,
          sip,
          registrar,
          reachability,
          store,
          views,
          recents,
          speech: options.speech,
          colleagues,
          messages,
          accountTests,
          ladders,
          accountMemory,
          send: options.tellWindows,
          log,
        })
      },
      engineAsked: (offer, answer) => sip.engineAsked(offer, answer),
    })
  }

  function showAccounts(): void {
    store.put({
      accounts: accountStates(accounts, {
        registrations: registrar.states,
        reachOf: (id) => reachability.reachOf(id),
        routeOf: (id) => gateway.route(id),
        flowsOf: (id) => reachability.flowsOf(id),
      }),
    })
  }
}

/** No server answered: its name may lead elsewhere by now. */
const isOutOfReach = (registration: Registration): boolean =>
  registration.state === 'failed' && registration.sipStatus === null
