/*
 * Alice twice: once as sip.js comes (`bare`), once behind the guarding transport (`ours`), both against the same scripted peer. A
 * fault test runs its scenario on both, so that it shows the fault and its cure.
 */
import { UserAgent, type UserAgentOptions } from 'sip.js'
import { vi } from 'vitest'
import { systemClock } from '../../../common/clock'
import { RealmPin, useDigest, type DigestOptions } from '../../../renderer/engine/sip/digest'
import {
  GuardingTransport,
  type GuardEvents,
  type GuardingTransportOptions,
} from '../../../renderer/engine/sip/guard/guarding-transport'
import { fakeMedia } from './fake-media'
import { ScriptedPeer } from './scripted-peer'

const aor = 'sip:alice@example.com'

const common = (): Partial<UserAgentOptions> => ({
  uri: UserAgent.makeURI(aor)!,
  authorizationUsername: 'alice',
  authorizationPassword: 'secret',
  logBuiltinEnabled: false,
  logConfiguration: false,
  gracefulShutdown: false,
  sendInitialProvisionalResponse: false,
  viaHost: 'alicehost.invalid',
  sessionDescriptionHandlerFactory: fakeMedia,
})

export interface Alice {
  readonly peer: ScriptedPeer
  readonly userAgent: UserAgent
}

/** sip.js with its own transport, connected. */
export const bareAlice = async (options: Partial<UserAgentOptions> = {}, peer = new ScriptedPeer()): Promise<Alice> => {
  vi.stubGlobal('WebSocket', function () {
    return peer.server.open()
  })
  const userAgent = new UserAgent({
    ...common(),
    transportOptions: { server: 'ws://pbx.example.com', traceSip: false },
    ...options,
  })
  await userAgent.start()
  return { peer, userAgent }
}

export interface OursOptions {
  readonly userAgent?: Partial<UserAgentOptions>
  readonly transport?: Partial<GuardingTransportOptions>
  readonly digest?: Partial<DigestOptions>
  readonly events?: GuardEvents
}

/** sip.js behind our transport, connected unless `connect` is false. Never pings unless told to. */
export const ourAlice = async (
  options: OursOptions = {},
  peer = new ScriptedPeer(),
  connect = true,
): Promise<Alice & { readonly transport: GuardingTransport; readonly pin: RealmPin }> => {
  const viaHost = 'alicehost.invalid'
  const transportOptions: GuardingTransportOptions = {
    url: 'ws://pbx.example.com',
    openSocket: peer.server.open,
    clock: systemClock,
    aor,
    viaHost,
    ping: false,
    ...(options.events && { events: options.events }),
    ...options.transport,
  }
  const userAgent = new UserAgent({
    ...common(),
    transportConstructor: GuardingTransport,
    transportOptions,
    ...options.userAgent,
  })
  const transport = userAgent.transport as GuardingTransport
  transport.attach(userAgent)
  const pin = new RealmPin('example.com')
  useDigest(userAgent, {
    username: 'alice',
    password: 'secret',
    pin,
    isPeerDialog: (callId) => transport.isPeerDialog(callId),
    ...options.digest,
  })
  if (connect) await userAgent.start()
  return { peer, userAgent, transport, pin }
}

/** Lets promises and microtasks run; advances virtual time when fake timers are on. */
export const settle = async (ms = 0): Promise<void> => {
  if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(ms)
  for (let i = 0; i < 50; i++) await Promise.resolve()
}
