/*
 * The connection itself: applications that throw, sockets that die in silence, pings, reconnecting, and what reaches the log.
 */
import type { UserAgent } from 'sip.js'
import { Registerer, TransportState } from 'sip.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../../common/clock'
import type { Log } from '../../../common/log'
import { Backoff } from '../../../renderer/engine/sip/backoff'
import { ConnectError } from '../../../renderer/engine/sip/guard/guarding-transport'
import { makeUserAgent } from '../../../renderer/engine/sip/make-user-agent'
import { ScriptedPeer } from '../support/scripted-peer'
import { bareAlice, ourAlice, settle } from '../support/user-agents'

let uncaught: unknown[] = []
const onUncaught = (error: unknown) => uncaught.push(error)

beforeEach(() => {
  vi.useFakeTimers()
  uncaught = []
  process.on('uncaughtException', onUncaught)
  process.on('unhandledRejection', onUncaught)
})
afterEach(() => {
  process.off('uncaughtException', onUncaught)
  process.off('unhandledRejection', onUncaught)
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const throwing = () => {
  throw new Error('application fault')
}

describe('D8: the application throws when the connection comes or goes', () => {
  it('bare sip.js never settles connect(), and does not notice the end', async () => {
    const settled = vi.fn()
    const peer = new ScriptedPeer()
    void bareAlice({ delegate: { onConnect: throwing } }, peer).then(settled, settled)
    await settle(60_000)
    expect(settled).not.toHaveBeenCalled()
    expect(uncaught.length).toBeGreaterThan(0)
  })

  it('ours connects, notices the end and connects again', async () => {
    const onLost = vi.fn()
    const alice = await ourAlice({
      userAgent: { delegate: { onConnect: throwing, onDisconnect: throwing } },
      events: { onLost },
    })
    expect(alice.transport.state).toBe(TransportState.Connected)
    alice.peer.server.current?.end()
    await settle()
    expect(alice.transport.state).toBe(TransportState.Disconnected)
    expect(onLost).toHaveBeenCalledWith('closed 1006')
    await alice.userAgent.reconnect()
    expect(alice.transport.isConnected()).toBe(true)
    expect(uncaught).toEqual([])
  })
})

describe('D9: the socket is dead and nobody says so', () => {
  it('bare sip.js believes in it for ever, and cannot even leave it', async () => {
    const alice = await bareAlice({
      transportOptions: { server: 'ws://pbx.example.com', keepAliveInterval: 5, traceSip: false },
    })
    alice.peer.server.blackHole = true
    await settle(600_000)
    expect(alice.userAgent.isConnected()).toBe(true)
    const left = vi.fn()
    void alice.userAgent.transport.disconnect().then(left)
    await settle(600_000)
    expect(left).not.toHaveBeenCalled()
  })

  for (const [pace, limit] of [
    ['idle', 31_000],
    ['busy', 11_000],
  ] as const)
    it(`ours finds out within ${limit / 1_000} s (${pace})`, async () => {
      const onLost = vi.fn()
      const alice = await ourAlice({ transport: { ping: true }, events: { onLost } })
      alice.transport.setPace(pace)
      await settle(60_000)
      expect(alice.transport.isConnected()).toBe(true)
      // The worst moment: just after a ping was answered.
      alice.peer.server.blackHole = true
      await settle(limit)
      expect(onLost).toHaveBeenCalledWith('silent')
      expect(alice.transport.state).toBe(TransportState.Disconnected)
      await expect(alice.transport.disconnect()).resolves.toBeUndefined()
      alice.peer.server.blackHole = false
      await alice.userAgent.reconnect()
      expect(alice.transport.isConnected()).toBe(true)
    })

  it('ours proves it on demand', async () => {
    const onAlive = vi.fn()
    const onLost = vi.fn()
    const alice = await ourAlice({ transport: { ping: true }, events: { onAlive, onLost } })
    alice.transport.probe()
    await settle(10)
    expect(onAlive).toHaveBeenCalledOnce()
    alice.peer.server.blackHole = true
    alice.transport.probe()
    await settle(6_000)
    expect(onLost).toHaveBeenCalledWith('silent')
  })

  it('one lost ping is forgiven', async () => {
    const onLost = vi.fn()
    const alice = await ourAlice({ transport: { ping: true }, events: { onLost } })
    let lost = 0
    alice.peer.on('OPTIONS', (request) => (lost++ === 0 ? undefined : alice.peer.reply(request, 404)))
    await settle(300_000)
    expect(lost).toBeGreaterThan(8)
    expect(onLost).not.toHaveBeenCalled()
  })

  it('a server that ignores OPTIONS but talks otherwise is not given up', async () => {
    const onLost = vi.fn()
    const alice = await ourAlice({ transport: { ping: true }, events: { onLost } })
    alice.peer.on('OPTIONS', () => {})
    const chatter = setInterval(() => alice.peer.request({ method: 'OPTIONS', body: null }), 2_000)
    await settle(300_000)
    clearInterval(chatter)
    expect(onLost).not.toHaveBeenCalled()
    expect(alice.peer.server.frames.some((frame) => frame === '\r\n\r\n')).toBe(true)
  })

  it('pings never reach sip.js', async () => {
    const alice = await ourAlice({ transport: { ping: true } })
    const seen = vi.spyOn(alice.transport, 'onMessage', 'set')
    const onMessage = vi.fn(alice.transport.onMessage)
    alice.transport.onMessage = onMessage
    await settle(120_000)
    expect(onMessage).not.toHaveBeenCalled()
    seen.mockRestore()
  })
})

describe('D10: the server pings with two CRLF', () => {
  it('bare sip.js says nothing', async () => {
    const alice = await bareAlice()
    alice.peer.server.send('\r\n\r\n')
    await settle()
    expect(alice.peer.server.frames).toEqual([])
  })

  it('ours answers with one', async () => {
    const alice = await ourAlice()
    alice.peer.server.send('\r\n\r\n')
    await settle()
    expect(alice.peer.server.frames).toEqual(['\r\n'])
  })
})

describe('connect() settles always', () => {
  const failing: [string, 'refuse' | 'hang', string][] = [
    ['refused', 'refuse', 'closed'],
    ['never answered', 'hang', 'timeout'],
  ]
  for (const [name, mode, reason] of failing)
    it(`ours says why (${name})`, async () => {
      const peer = new ScriptedPeer()
      peer.server.mode = mode
      const alice = await ourAlice({}, peer, false)
      const outcome = alice.userAgent.start().catch((error: unknown) => error)
      await settle(10_000)
      expect(await outcome).toBeInstanceOf(ConnectError)
      expect(await outcome).toMatchObject({ reason })
      peer.server.mode = 'accept'
      await alice.userAgent.reconnect()
      expect(alice.transport.isConnected()).toBe(true)
    })

  it('a socket that cannot be made is a failed connect', async () => {
    const alice = await ourAlice({ transport: { openSocket: throwing } }, new ScriptedPeer(), false)
    await expect(alice.userAgent.start()).rejects.toMatchObject({ reason: 'refused' })
  })

  it('disconnecting while connecting ends both', async () => {
    const peer = new ScriptedPeer()
    peer.server.mode = 'hang'
    const alice = await ourAlice({}, peer, false)
    const outcome = alice.userAgent.start().catch((error: unknown) => error)
    await alice.transport.disconnect()
    expect(await outcome).toMatchObject({ reason: 'aborted' })
    expect(alice.transport.state).toBe(TransportState.Disconnected)
  })

  it('connecting again from within the loss works', async () => {
    const alice = await ourAlice()
    alice.userAgent.delegate = { onDisconnect: () => void alice.transport.connect() }
    alice.peer.server.current?.end()
    await settle()
    expect(alice.transport.isConnected()).toBe(true)
  })
})

describe('D11: reconnecting', () => {
  it('bare sip.js does not, or always after the same 4 s', async () => {
    const once = await bareAlice()
    once.peer.server.current?.end()
    await settle(600_000)
    expect(once.peer.server.sockets).toHaveLength(1)
    const fixed = await bareAlice({ reconnectionAttempts: 10 })
    fixed.peer.server.mode = 'refuse'
    fixed.peer.server.current?.end()
    await settle(20_000)
    expect(fixed.peer.server.sockets).toHaveLength(7)
  })

  it('ours waits longer and longer, never more than a minute, never exactly as long as another phone', () => {
    for (const [random, waits] of [
      [() => 0, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
      [() => 1, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]],
    ] as const) {
      const backoff = new Backoff({ random })
      expect(waits.map(() => backoff.next())).toEqual(waits)
      backoff.reset()
      expect(backoff.next()).toBe(waits[0])
      expect(backoff.next(10_000)).toBe(10_000)
    }
  })

  it('ours comes back to a server that was away', async () => {
    const alice = await ourAlice()
    const backoff = new Backoff({ random: () => 0.5 })
    const again = (): void => {
      systemClock.setTimeout(() => void alice.userAgent.reconnect().catch(again), backoff.next())
    }
    alice.userAgent.delegate = { onDisconnect: again }
    alice.peer.server.mode = 'refuse'
    alice.peer.server.current?.end()
    await settle(60_000)
    const attempts = alice.peer.server.sockets.length
    expect(attempts).toBeLessThanOrEqual(8)
    alice.peer.server.mode = 'accept'
    await settle(60_000)
    expect(alice.transport.isConnected()).toBe(true)
  })
})

const account = {
  uri: 'sip:alice@example.com',
  displayName: null,
  instanceId: 'urn:uuid:7f3a52b1-7c0c-4f53-9a3e-2f6d3c1e9a10',
}

const made = async (log: Log, peer: ScriptedPeer) => {
  const userAgent = makeUserAgent(account, {
    log,
    transport: (viaHost) => ({
      url: 'ws://pbx.example.com',
      openSocket: peer.server.open,
      clock: systemClock,
      aor: account.uri,
      viaHost,
      ping: false,
    }),
    delegate: {},
  })
  await userAgent.start()
  return userAgent
}

const collect = () => {
  const lines: string[] = []
  const line = (text: string) => void lines.push(text)
  return { lines, log: { debug: line, info: line, warn: line, error: line } }
}

const contactOf = async (userAgent: UserAgent, peer: ScriptedPeer): Promise<string> => {
  await new Registerer(userAgent, { logConfiguration: false }).register()
  await settle()
  return peer.requests('REGISTER').at(-1)?.header('contact') ?? ''
}

describe('D12: the phone starts again', () => {
  it('bare sip.js leaves its old binding beside a new one', async () => {
    const contacts: string[] = []
    for (let i = 0; i < 2; i++) {
      const { userAgent, peer } = await bareAlice()
      contacts.push(await contactOf(userAgent, peer))
    }
    expect(contacts[0]).not.toBe(contacts[1])
  })

  it('ours replaces it: the same Contact and instance at every start', async () => {
    const contacts: string[] = []
    const instances: string[] = []
    for (let i = 0; i < 2; i++) {
      const peer = new ScriptedPeer()
      const userAgent = await made(collect().log, peer)
      contacts.push(await contactOf(userAgent, peer))
      instances.push(userAgent.instanceId)
    }
    expect(contacts[0]).toBe(contacts[1])
    expect(instances).toEqual(Array(2).fill('7f3a52b1-7c0c-4f53-9a3e-2f6d3c1e9a10'))
  })
})

describe('D22: what reaches the log', () => {
  const challenge = (peer: ScriptedPeer) =>
    peer.on('REGISTER', (request) => {
      if (request.header('authorization')) return peer.acceptRegister(request)
      peer.reply(request, 401, ['WWW-Authenticate: Digest realm="example.com", nonce="topsecretnonce", qop="auth"'])
    })

  it('bare sip.js writes credentials to the console by itself', async () => {
    const written: string[] = []
    for (const method of ['log', 'warn', 'error', 'debug'] as const)
      vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void written.push(args.join(' ')))
    const { userAgent, peer } = await bareAlice({
      logBuiltinEnabled: true, // sip.js's default, as is traceSip
      transportOptions: { server: 'ws://pbx.example.com' },
    })
    challenge(peer)
    await contactOf(userAgent, peer)
    expect(written.join('\n')).toMatch(/Authorization: Digest .*response=/)
  })

  it('ours writes nothing to the console, no secret to the log, and none to the ladder', async () => {
    const written: unknown[] = []
    for (const method of ['log', 'warn', 'error', 'debug', 'info'] as const)
      vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void written.push(args))
    const { lines, log } = collect()
    const peer = new ScriptedPeer()
    const userAgent = await made(log, peer)
    challenge(peer)
    await contactOf(userAgent, peer)
    expect(written).toEqual([])
    const secrets = /topsecretnonce|response="?[0-9a-f]{8}|Authorization: Digest/
    expect(lines.join('\n')).not.toMatch(secrets)
    const { ladder } = userAgent.transport as unknown as { ladder: { read(): { text: string }[] } }
    expect(ladder.read()).not.toHaveLength(0)
    expect(
      ladder
        .read()
        .map((entry) => entry.text)
        .join('\n'),
    ).not.toMatch(secrets)
  })
})
