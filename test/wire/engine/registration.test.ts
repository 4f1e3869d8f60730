/*
 * What an account's line says to its server and reports to main: registering, refreshing, failing in words, and coming back.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { noFeatures, usualConnection, usualNumbers } from '../../../common/account'
import { EngineBench } from '../support/engine-bench'
import { ScriptedPeer, type Said } from '../support/scripted-peer'

let bench: EngineBench
beforeEach(() => {
  vi.useFakeTimers()
  bench = new EngineBench()
})
afterEach(() => vi.useRealTimers())

const states = (): string[] =>
  bench
    .reported('registration')
    .map(({ registration }) => (registration.state === 'failed' ? `failed ${registration.reason}` : registration.state))

describe('a line', () => {
  it('registers with a stable contact and says since when', async () => {
    await bench.register()
    expect(bench.peer.transcript).toBe('REGISTER 200')
    expect(states()).toEqual(['registering', 'registered'])
    const contact = bench.peer.requests('REGISTER')[0]?.header('contact')
    expect(contact).toContain('+sip.instance="<urn:uuid:5d1c8a9e-1b7c-4f6e-9a52-0123456789ab>"')
    const again = new EngineBench()
    await again.register()
    expect(again.peer.requests('REGISTER')[0]?.header('contact')).toBe(contact)
  })

  it('refreshes ahead of the expiry and stays registered', async () => {
    bench.peer.on('REGISTER', (request) => bench.peer.acceptRegister(request, 60))
    await bench.register()
    await bench.settle(31_000)
    expect(bench.peer.requests('REGISTER')).toHaveLength(2)
    await bench.settle(300_000)
    expect(bench.peer.requests('REGISTER')).toHaveLength(12)
    expect(new Set(states().slice(2))).toEqual(new Set(['registered']))
  })

  it('answers a challenge once; a second one is a wrong password, and it is not tried again by itself', async () => {
    bench.peer.on('REGISTER', (request) =>
      bench.peer.reply(request, 401, ['WWW-Authenticate: Digest realm="example.com", nonce="abc", algorithm=MD5']),
    )
    await bench.register()
    expect(bench.peer.transcript).toBe('REGISTER 401 REGISTER 401')
    expect(bench.registration).toMatchObject({
      state: 'failed',
      reason: 'wrong-password',
      sipStatus: 401,
      retryAt: null,
    })
    await bench.settle(3_600_000)
    expect(bench.peer.requests('REGISTER')).toHaveLength(2)
    await bench.ask({ type: 'shutdown' })
    expect(bench.peer.requests('REGISTER')).toHaveLength(2)
  })

  it('tries a corrected password at once', async () => {
    bench.peer.on('REGISTER', (request) => bench.peer.reply(request, 403))
    await bench.register()
    expect(bench.registration).toMatchObject({ state: 'failed', reason: 'forbidden' })
    bench.peer.on('REGISTER', (request) => bench.peer.acceptRegister(request))
    await bench.register({ password: 'right' })
    await bench.settle(1_000)
    expect(bench.registration?.state).toBe('registered')
  })

  it('is not told that a password is wrong which was right: a registrar that has no room says 403 too, and is asked again', async () => {
    const challenged = (accept: (request: Said) => void) => (request: Said) => {
      if (request.header('authorization')) return accept(request)
      bench.peer.reply(request, 401, ['WWW-Authenticate: Digest realm="example.com", nonce="abc", algorithm=MD5'])
    }
    bench.peer.on(
      'REGISTER',
      challenged((request) => bench.peer.acceptRegister(request)),
    )
    await bench.register()
    bench.peer.on(
      'REGISTER',
      challenged((request) => bench.peer.reply(request, 403)),
    )
    bench.peer.server.current?.end(1006)
    await bench.settle(5_000)
    expect(bench.registration).toMatchObject({ state: 'failed', reason: 'forbidden', sipStatus: 403 })
    bench.peer.on(
      'REGISTER',
      challenged((request) => bench.peer.acceptRegister(request)),
    )
    await bench.settle(301_000)
    expect(bench.registration?.state).toBe('registered')
  })

  it.each([
    ['is not called wrong where it was right on another day', true, 'forbidden', 'registered'],
    ['is called wrong where it never was right, and not sent again', false, 'wrong-password', 'failed'],
  ] as const)('a password that is answered with 403 %s', async (_, wasLetIn, reason, later) => {
    bench.peer.on('REGISTER', (request) =>
      request.header('authorization')
        ? bench.peer.reply(request, 403)
        : bench.peer.reply(request, 401, ['WWW-Authenticate: Digest realm="example.com", nonce="abc", algorithm=MD5']),
    )
    await bench.register({ wasLetIn })
    expect(bench.registration).toMatchObject({ state: 'failed', reason, sipStatus: 403 })
    bench.peer.on('REGISTER', (request) => bench.peer.acceptRegister(request))
    await bench.settle(301_000)
    expect(bench.registration?.state).toBe(later)
  })

  it.each([
    [404, 'unknown-user'],
    [500, 'server-error'],
    [403, 'forbidden'],
  ])('calls a %i %s', async (status, reason) => {
    bench.peer.on('REGISTER', (request) => bench.peer.reply(request, status))
    await bench.register()
    expect(bench.registration).toMatchObject({ state: 'failed', reason, sipStatus: status })
  })

  it('waits as long as a busy server asks', async () => {
    bench.peer.on('REGISTER', (request) => bench.peer.reply(request, 503, ['Retry-After: 20']))
    await bench.register()
    await bench.settle(19_000)
    expect(bench.peer.requests('REGISTER')).toHaveLength(1)
    await bench.settle(2_000)
    expect(bench.peer.requests('REGISTER')).toHaveLength(2)
  })

  it('keeps saying that a server is silent while it tries again, until somebody asks or it answers', async () => {
    bench.peer.on('REGISTER', () => {})
    await bench.register()
    await bench.settle(60_000)
    expect(bench.peer.requests('REGISTER').length).toBeGreaterThan(3)
    expect(new Set(states().slice(1))).toEqual(new Set(['failed timeout']))
    bench.peer.on('REGISTER', (request) => bench.peer.acceptRegister(request))
    await bench.settle(20_000)
    expect(bench.registration?.state).toBe('registered')
  })

  it('gives an unanswered REGISTER eight seconds, then makes a new connection', async () => {
    bench.peer.on('REGISTER', () => {})
    await bench.register()
    await bench.settle(8_000)
    expect(bench.registration).toMatchObject({ state: 'failed', reason: 'timeout' })
    bench.peer.on('REGISTER', (request) => bench.peer.acceptRegister(request))
    await bench.settle(3_000)
    expect(bench.peer.server.sockets).toHaveLength(2)
    expect(bench.registration?.state).toBe('registered')
  })

  it('says that nothing answers at that address, and goes on trying', async () => {
    bench.peer.server.mode = 'refuse'
    await bench.register()
    expect(bench.registration).toMatchObject({ state: 'failed', reason: 'unreachable' })
    await bench.settle(20_000)
    bench.peer.server.mode = 'accept'
    await bench.settle(3_000)
    expect(bench.registration?.state).toBe('registered')
  })

  it('is registered again within three seconds of a server restart', async () => {
    await bench.register()
    bench.peer.server.mode = 'refuse'
    bench.peer.server.current?.end(1006)
    await bench.settle(100)
    expect(bench.registration).toMatchObject({ state: 'failed', reason: 'connection-lost' })
    await bench.settle(30_000)
    bench.peer.server.mode = 'accept'
    await bench.settle(3_000)
    expect(bench.registration?.state).toBe('registered')
  })

  it('in a network that breaks each connection after a second says so, and tries ever more rarely', async () => {
    await bench.register()
    const perMinute: number[] = []
    for (let minute = 0; minute < 8; minute++) {
      const before = bench.peer.requests('REGISTER').length
      for (let second = 0; second < 60; second++) {
        await bench.settle(1_000)
        for (const socket of bench.peer.server.sockets) socket.end(1006)
      }
      perMinute.push(bench.peer.requests('REGISTER').length - before)
    }
    expect(Math.max(...perMinute)).toBeLessThanOrEqual(12)
    expect(perMinute.at(-1)).toBeLessThanOrEqual(2)
    // Not what was held back here, as if the server had failed.
    expect(new Set(states())).toEqual(new Set(['registering', 'registered', 'failed connection-lost']))
    await bench.settle(60_000)
    await bench.settle(12_000)
    bench.peer.server.current?.end(1006)
    await bench.settle(1_100)
    expect(bench.registration?.state).toBe('registered')
  })

  it('tries at once when the network changed', async () => {
    bench.peer.server.mode = 'refuse'
    await bench.register()
    await bench.settle(600_000)
    bench.peer.server.mode = 'accept'
    await bench.ask({ type: 'reconnect', because: 'resumed' })
    await bench.settle(1_000)
    expect(bench.registration?.state).toBe('registered')
  })

  it('tries the same password again when the user asks for it', async () => {
    bench.peer.on('REGISTER', (request) =>
      bench.peer.reply(request, 401, ['WWW-Authenticate: Digest realm="example.com", nonce="abc", algorithm=MD5']),
    )
    await bench.register()
    await bench.settle(60_000)
    await bench.ask({ type: 'reconnect', because: 'resumed' })
    expect(bench.peer.requests('REGISTER')).toHaveLength(2)
    bench.peer.on('REGISTER', (request) => bench.peer.acceptRegister(request))
    await bench.register()
    expect(bench.registration?.state).toBe('registered')
  })

  it('makes a new connection at once after the computer slept', async () => {
    await bench.register()
    bench.peer.server.blackHole = true
    vi.setSystemTime(Date.now() + 3_600_000)
    bench.peer.server.blackHole = false
    await bench.ask({ type: 'reconnect', because: 'resumed' })
    expect(bench.peer.server.sockets).toHaveLength(2)
    await bench.settle(1_000)
    expect(bench.registration?.state).toBe('registered')
  })

  it('rings for nothing that was said while the computer slept, and for what is said afterwards', async () => {
    await bench.register()
    vi.setSystemTime(Date.now() + 600_000)
    await bench.ring({ callId: 'while-asleep' })
    expect(bench.offers).toEqual([])
    expect(bench.peer.transcript).not.toContain('180')
    await bench.ask({ type: 'reconnect', because: 'resumed' })
    await bench.settle(1_000)
    expect(bench.peer.server.sockets).toHaveLength(2)
    expect(bench.registration?.state).toBe('registered')
    await bench.ring({ callId: 'awake' })
    expect(bench.offers).toHaveLength(1)
    expect(bench.peer.transcript).toMatch(/INVITE 100 180$/)
  })

  it('finds a connection that died silently and makes a new one', async () => {
    await bench.register()
    const first = bench.peer.server.current
    bench.peer.server.blackHole = true
    await bench.settle(32_000)
    expect(bench.registration?.state).not.toBe('registered')
    bench.peer.server.blackHole = false
    await bench.settle(12_000)
    expect(bench.peer.server.current).not.toBe(first)
    expect(bench.registration?.state).toBe('registered')
  })

  it('takes its binding back when it is unregistered, and says nothing afterwards', async () => {
    await bench.register()
    const reply = bench.request({ type: 'unregister', accountId: 'work' })
    await bench.settle(1_000)
    expect(await reply).toEqual({ ok: true, value: undefined })
    expect(bench.peer.requests('REGISTER').at(-1)?.header('contact')).toContain('expires=0')
    expect(bench.registration).toEqual({ state: 'unregistered' })
    const said = bench.peer.said.length
    await bench.settle(3_600_000)
    expect(bench.peer.said).toHaveLength(said)
  })

  it('refuses an address that is none', async () => {
    const reply = await bench.ask({
      type: 'register',
      account: {
        id: 'bad',
        name: 'Bad',
        uri: 'mailto:someone',
        server: 'wss://pbx.example.com',
        username: 'x',
        displayName: null,
        certificate: null,
        enabled: true,
        features: noFeatures,
        connection: usualConnection,
        numbers: usualNumbers,
        password: 'x',
        turnPassword: null,
        instanceId: 'urn:uuid:5d1c8a9e-1b7c-4f6e-9a52-0123456789ab',
      },
    })
    expect(reply).toMatchObject({ ok: false, code: 'invalid-argument' })
    expect(bench.registration).toMatchObject({ state: 'failed', reason: 'invalid-account' })
  })
})

describe('an account of a provider', () => {
  it('asks for the lifetime it was told to', async () => {
    await bench.register({ connection: { ...usualConnection, expires: 3_600 } })
    expect(bench.peer.requests('REGISTER')[0]?.header('contact')).toContain(';expires=3600')
    const { headers } = bench.peer.requests('REGISTER')[0]?.message ?? { headers: [] }
    const supported = headers.filter(({ name }) => name === 'supported').map(({ value }) => value)
    for (const tag of ['path', 'outbound']) expect(supported.join()).toContain(tag)
  })

  it('goes out by the service route the registrar gave, and registers without it (RFC 3608)', async () => {
    bench.peer.on('REGISTER', (request) =>
      bench.peer.reply(request, 200, [
        `Contact: ${request.header('contact')}`,
        'Path: <sip:edge.example.com;lr>',
        'Service-Route: <sip:one.example.com;lr>, <sip:two.example.com:5070;transport=tcp;lr>',
      ]),
    )
    await bench.register()
    const { invite } = await bench.dial()
    const routes = invite.message.headers.filter(({ name }) => name === 'route').map(({ value }) => value)
    expect(routes.join()).toBe('<sip:one.example.com;lr>,<sip:two.example.com:5070;transport=tcp;lr>')
    await bench.settle(600_000)
    expect(bench.peer.requests('REGISTER').length).toBeGreaterThan(1)
    expect(bench.peer.requests('REGISTER').every((request) => request.header('route') === '')).toBe(true)
  })

  it('passes over a service route that is none', async () => {
    for (const route of [
      '<sip:strict.example.com>',
      'garbage',
      '<sip:a;lr>\r\n X: y',
      Array(9).fill('<sip:a;lr>').join(),
    ]) {
      const other = new EngineBench()
      other.peer.on('REGISTER', (request) =>
        other.peer.reply(request, 200, [`Contact: ${request.header('contact')}`, `Service-Route: ${route}`]),
      )
      await other.register()
      const { invite } = await other.dial()
      expect(invite.header('route'), route).toBe('')
    }
  })

  it('registers at the next of its servers when one cannot be reached, and comes back to the first', async () => {
    const opened: string[] = []
    let down = ['ws://pbx.example.com/ws']
    const other: EngineBench = new EngineBench({
      openSocket: (url) => {
        opened.push(url)
        if (down.includes(url)) throw new Error('refused')
        return other.peer.server.open()
      },
    })
    const connection = { ...usualConnection, backups: ['ws://second.example.com/ws'] }
    await other.register({ connection })
    await other.settle(10_000)
    expect(other.registration).toMatchObject({ state: 'registered' })
    expect(opened).toEqual(['ws://pbx.example.com/ws', 'ws://second.example.com/ws'])
    down = []
    other.peer.server.current?.end()
    await other.settle(10_000)
    expect(opened.at(-1)).toBe('ws://pbx.example.com/ws')
    expect(other.registration).toMatchObject({ state: 'registered' })
  })
})

describe('on a server to fall back on', () => {
  const first = 'ws://pbx.example.com/ws'
  const connection = { ...usualConnection, backups: ['ws://second.example.com/ws'] }
  let opened: string[]
  let isDown: boolean
  let preferred: ScriptedPeer
  let other: EngineBench

  beforeEach(async () => {
    opened = []
    isDown = true
    preferred = new ScriptedPeer()
    other = new EngineBench({
      openSocket: (url) => {
        opened.push(url)
        if (isDown && url === first) throw new Error('refused')
        return (url === first ? preferred : other.peer).server.open()
      },
    })
    await other.register({ connection })
    await other.settle(10_000)
    opened.length = 0
    other.peer.said.length = 0
  })

  it('the first is asked every few minutes, and gone back to when it answers: registered here no more, and there at once', async () => {
    await other.settle(20 * 60_000)
    expect(opened.length).toBeGreaterThanOrEqual(4)
    expect(opened.length).toBeLessThanOrEqual(10)
    expect(new Set(opened)).toEqual(new Set([first]))
    isDown = false
    opened.length = 0
    const states: string[] = []
    while (opened.length < 2) {
      await other.settle(1_000)
      states.push(other.registration?.state ?? '')
    }
    // One to ask, one to stay.
    expect(opened).toEqual([first, first])
    await other.settle(1_000)
    expect(other.registration?.state).toBe('registered')
    expect(states).not.toContain('failed')
    const expiry = (register: Said | undefined): string =>
      /;expires=(\d+)/.exec(register?.header('contact') ?? '')?.[1] ?? ''
    expect(expiry(other.peer.requests('REGISTER').at(-1))).toBe('0')
    expect(expiry(preferred.requests('REGISTER').at(-1))).toBe('600')
    await other.settle(20 * 60_000)
    expect(opened).toHaveLength(2)
  })

  it.each([
    ['does not answer', (_request: Said): void => {}],
    ['takes none now', (request: Said): void => preferred.reply(request, 503, ['Retry-After: 600'])],
  ])(
    'is gone back to from a first that answers but, asked to register, %s; and it is asked ever more rarely',
    async (_what, answer) => {
      preferred.on('REGISTER', answer)
      isDown = false
      const states: string[] = []
      for (let minute = 0; minute < 60; minute++) {
        await other.settle(60_000)
        states.push(other.registration?.state ?? '')
      }
      expect(states.filter((state) => state === 'registered').length).toBeGreaterThanOrEqual(55)
      expect(preferred.requests('REGISTER').length).toBeLessThanOrEqual(6)
      preferred.on('REGISTER', (request) => preferred.acceptRegister(request))
      await other.settle(90 * 60_000)
      expect(preferred.requests('REGISTER').length).toBeGreaterThan(6)
      expect(other.registration?.state).toBe('registered')
    },
  )

  it('a call is not disturbed for it', async () => {
    isDown = false
    const { callId } = await other.talk()
    await other.settle(11 * 60_000)
    expect(opened.length).toBeGreaterThanOrEqual(2)
    expect(other.ended).toBeUndefined()
    const asked = opened.length
    await other.ask({ type: 'end', callId })
    await other.settle(6 * 60_000)
    expect(opened.length).toBe(asked + 2)
    expect(other.registration?.state).toBe('registered')
  })
})

describe('shutting down', () => {
  it('ends the call, takes the registration back and replies within two seconds even when the server is silent', async () => {
    await bench.register()
    const { callId } = await bench.talk()
    bench.peer.on('REGISTER', () => {})
    const reply = bench.request({ type: 'shutdown' })
    await bench.settle(1_000)
    expect(bench.peer.requests('BYE')).toHaveLength(1)
    expect(bench.peer.requests('REGISTER').at(-1)?.header('contact')).toContain('expires=0')
    expect(bench.ended).toMatchObject({ callId, cause: 'hung-up' })
    await bench.settle(1_000)
    expect(await reply).toEqual({ ok: true, value: undefined })
    expect(bench.media.closed).toBe(true)
  })
})
