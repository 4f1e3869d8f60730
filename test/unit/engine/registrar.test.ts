import { beforeEach, describe, expect, test } from 'vitest'
import { noFeatures, usualConnection, usualNumbers, type Account, type Registration } from '../../../common/account'
import type { EngineCommand } from '../../../common/contract/engine'
import { done, type RegistrationFailure } from '../../../common/errors'
import { Registrar } from '../../../main/engine/registrar'
import { ManualClock } from '../../fakes/manual-clock'

const work: Account = {
  id: 'work',
  name: 'Work',
  uri: 'sip:100@pbx.example',
  server: 'wss://pbx.example:8089/ws',
  username: '100',
  displayName: null,
  certificate: null,
  enabled: true,
  features: noFeatures,
  connection: usualConnection,
  numbers: usualNumbers,
}

const failed = (reason: 'unreachable' | 'wrong-password'): Registration => ({
  state: 'failed',
  reason,
  sipStatus: null,
  retryAt: 5,
  certificate: null,
})

describe('the registrar', () => {
  let clock: ManualClock
  let commands: EngineCommand[]
  let accounts: Account[]
  let passwords: Map<string, string>
  let registrations: ReadonlyMap<string, Registration>
  let open: string[]
  let network: RegistrationFailure
  /** Where an account's domain led to, and which servers were asked why. */
  let found: string | null
  let known: { takes?: 'webrtc' }
  let explained: string[]
  let registrar: Registrar

  beforeEach(() => {
    clock = new ManualClock()
    commands = []
    accounts = [work]
    passwords = new Map([['work', 'secret']])
    open = []
    network = 'unreachable'
    found = null
    known = {}
    explained = []
    registrar = new Registrar({
      engine: {
        request: (command) => {
          commands.push(command)
          return Promise.resolve(done)
        },
      },
      clock,
      accounts: () => accounts,
      credentials: (id) => {
        const password = passwords.get(id)
        return password === undefined ? null : { password, turnPassword: null, instanceId: `urn:uuid:${id}` }
      },
      allow: ({ server }) => {
        open.push(server)
        return () => open.splice(open.indexOf(server), 1)
      },
      explain: (server) => {
        explained.push(server)
        return Promise.resolve({ reason: network, certificate: null })
      },
      foundWebSocket: () => found,
      known: () => known,
      onChange: (now) => {
        registrations = now
      },
    })
  })

  const verbs = (): string[] => commands.map((command) => command.type)

  test('registers every enabled account when the engine is ready, once', () => {
    registrar.sync()
    expect(commands).toEqual([])
    registrar.engineReady()
    registrar.sync()
    registrar.sync()
    expect(verbs()).toEqual(['register'])
    expect(registrations.get('work')).toEqual({ state: 'registering' })
    expect(open).toEqual([work.server])
  })

  test('says what the calls of an account were taken in before, where that is known', () => {
    registrar.engineReady()
    expect(commands[0]).not.toHaveProperty('account.takes')
    known = { takes: 'webrtc' }
    registrar.engineLost()
    registrar.engineReady()
    expect(commands.at(-1)).toMatchObject({ account: { takes: 'webrtc' } })
  })

  test('registers again when the password has changed', () => {
    registrar.engineReady()
    passwords.set('work', 'better')
    registrar.sync()
    expect(verbs()).toEqual(['register', 'register'])
    expect(open).toEqual([work.server])
  })

  test('unregisters an account that was switched off or removed, and closes its way to the network', async () => {
    registrar.engineReady()
    accounts = [{ ...work, enabled: false }]
    registrar.sync()
    await Promise.resolve()
    expect(verbs()).toEqual(['register', 'unregister'])
    expect(registrations.get('work')).toEqual({ state: 'unregistered' })
    expect(open).toEqual([])
  })

  test('asks for a password that is not there instead of trying without', () => {
    passwords.clear()
    registrar.engineReady()
    expect(commands).toEqual([])
    expect(registrations.get('work')).toMatchObject({ state: 'failed', reason: 'password-needed' })
  })

  test('registers everything anew on a new engine', () => {
    registrar.engineReady()
    registrar.reported('work', { state: 'registered', since: 1, expiresAt: 2 })
    registrar.engineLost()
    expect(registrations.get('work')).toMatchObject({ state: 'failed', reason: 'engine-lost' })
    registrar.engineReady()
    expect(verbs()).toEqual(['register', 'register'])
    expect(registrations.get('work')).toEqual({ state: 'registering' })
  })

  test('asks the WebSocket that a domain led to about its certificate, and believes the gateway in all else', async () => {
    accounts = [{ ...work, server: 'sip:example.com' }]
    network = 'certificate'
    registrar.engineReady()
    registrar.sync()
    const unreachable = {
      state: 'failed',
      reason: 'unreachable',
      sipStatus: null,
      retryAt: 9,
      certificate: null,
    } as const
    registrar.reported('work', unreachable)
    await clock.advanceAsync(0)
    expect(explained).toEqual([])
    found = 'wss://ws.example.com:443'
    registrar.reported('work', { ...unreachable })
    await clock.advanceAsync(0)
    expect(explained).toEqual([found])
    expect(registrations.get('work')).toMatchObject({ reason: 'certificate', retryAt: 9 })
    network = 'unknown-host'
    registrar.reported('work', { ...unreachable })
    await clock.advanceAsync(0)
    expect(registrations.get('work')).toMatchObject({ reason: 'unreachable' })
  })

  test('says what the network saw when the engine only knows that nothing came back', async () => {
    registrar.engineReady()
    network = 'unknown-host'
    registrar.reported('work', failed('unreachable'))
    expect(registrations.get('work')).toMatchObject({ reason: 'unreachable' })
    await clock.advanceAsync(0)
    expect(registrations.get('work')).toMatchObject({ reason: 'unknown-host', retryAt: 5 })
    registrar.reported('work', failed('wrong-password'))
    await clock.advanceAsync(0)
    expect(registrations.get('work')).toMatchObject({ reason: 'wrong-password' })
  })

  test('a trial that succeeds stays registered and costs no second registration', async () => {
    accounts = []
    registrar.engineReady()
    // The same said in another order is the same.
    const trial = registrar.trial(work, { instanceId: 'urn:uuid:work', turnPassword: null, password: 'secret' })
    registrar.reported('work', { state: 'registering' })
    registrar.reported('work', { state: 'registered', since: 1, expiresAt: 2 })
    expect(await trial).toMatchObject({ state: 'registered' })
    accounts = [work]
    registrar.sync()
    expect(verbs()).toEqual(['register'])
    expect(registrations.get('work')).toMatchObject({ state: 'registered' })
  })

  test('a trial that fails leaves nothing behind', async () => {
    accounts = []
    registrar.engineReady()
    const trial = registrar.trial(work, { password: 'wrong', turnPassword: null, instanceId: 'urn:uuid:work' })
    registrar.reported('work', failed('wrong-password'))
    expect(await trial).toMatchObject({ state: 'failed', reason: 'wrong-password' })
    await Promise.resolve()
    expect(verbs()).toEqual(['register', 'unregister'])
    expect(open).toEqual([])
  })

  test('a trial that hears nothing gives up', async () => {
    accounts = []
    registrar.engineReady()
    const trial = registrar.trial(work, { password: 'secret', turnPassword: null, instanceId: 'urn:uuid:work' })
    clock.advance(12_000)
    expect(await trial).toMatchObject({ state: 'failed', reason: 'timeout' })
  })
})
