/*
 * REGISTER against servers that answer in odd ways: what sip.js does alone, and what it does behind the guarding transport.
 */
import { Registerer, RegistererState, type UserAgent } from 'sip.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../../common/clock'
import type { RegisterFacts } from '../../../renderer/engine/sip/guard/register-answer'
import { Registration, type RegisterOutcome } from '../../../renderer/engine/sip/registration'
import type { Said, ScriptedPeer } from '../support/scripted-peer'
import { bareAlice, ourAlice, settle, type Alice } from '../support/user-agents'

let unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)

beforeEach(() => {
  vi.useFakeTimers()
  unhandled = []
  process.on('unhandledRejection', onUnhandled)
})
afterEach(async () => {
  process.off('unhandledRejection', onUnhandled)
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const contactOf = (request: Said): string => request.header('contact').replace(/;expires=\d+/, '')

const register = async ({ userAgent }: Alice, expires = 600) => {
  const registerer = new Registerer(userAgent, { expires, logConfiguration: false })
  await registerer.register()
  await settle()
  return registerer
}

const registration = (userAgent: UserAgent) => {
  const outcomes: RegisterOutcome[] = []
  const instance = '7f3a52b1-7c0c-4f53-9a3e-2f6d3c1e9a10'
  const own = new Registration({
    userAgent,
    clock: systemClock,
    instance,
    onOutcome: (outcome) => outcomes.push(outcome),
  })
  return { own, outcomes }
}

describe('R1: a 200 to REGISTER without Contact', () => {
  const withoutContact = (peer: ScriptedPeer) => peer.on('REGISTER', (request) => peer.reply(request, 200))

  it('bare sip.js never registers again', async () => {
    const alice = await bareAlice()
    withoutContact(alice.peer)
    const registerer = await register(alice)
    await settle(3_600_000)
    await expect(registerer.register()).rejects.toThrow(/in progress/)
  })

  it('ours is registered for as long as was asked, and refreshes', async () => {
    const alice = await ourAlice()
    withoutContact(alice.peer)
    const registerer = await register(alice)
    expect(registerer.state).toBe(RegistererState.Registered)
    await settle(599_000)
    expect(alice.peer.requests('REGISTER')).toHaveLength(2)
  })
})

describe('R2 and D4: a 200 whose Contact has no usable expires', () => {
  const answers: Record<string, (request: Said) => string[]> = {
    'only an Expires header': (request) => [`Contact: ${contactOf(request)}`, 'Expires: 600'],
    'expires=0': (request) => [`Contact: ${contactOf(request)};expires=0`],
    'quoted expires': (request) => [`Contact: ${contactOf(request)};expires="x"`],
    'expires beyond the timer': (request) => [`Contact: ${contactOf(request)};expires=4294967295`],
    'negative expires': (request) => [`Contact: ${contactOf(request)};expires=-5`],
  }
  for (const [name, lines] of Object.entries(answers)) {
    const answer = (peer: ScriptedPeer) => peer.on('REGISTER', (request) => peer.reply(request, 200, lines(request)))

    it(`bare sip.js storms (${name})`, async () => {
      // Node's own timers: virtual ones would not overflow as real ones do.
      vi.useRealTimers()
      vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const alice = await bareAlice()
      answer(alice.peer)
      const registerer = new Registerer(alice.userAgent, { expires: 600, logConfiguration: false })
      await registerer.register()
      await vi.waitFor(() => expect(alice.peer.requests('REGISTER').length).toBeGreaterThan(12), 5_000)
      alice.peer.server.blackHole = true
      await alice.userAgent.stop().catch(() => {})
    })

    it(`ours sends one and is registered (${name})`, async () => {
      const alice = await ourAlice()
      answer(alice.peer)
      const registerer = await register(alice)
      expect(registerer.state).toBe(RegistererState.Registered)
      await settle(25_000)
      expect(alice.peer.requests('REGISTER')).toHaveLength(1)
    })
  }

  it('ours keeps to our own binding when the server lists others', async () => {
    const facts: RegisterFacts[] = []
    const alice = await ourAlice({ events: { onRegisterAnswer: (fact) => facts.push(fact) } })
    alice.peer.on('REGISTER', (request) =>
      alice.peer.reply(request, 200, [
        'Contact: <sip:other@10.0.0.9>;expires=5, "Desk, left" <sip:desk@10.0.0.8>;expires=99999999',
        `Contact: ${contactOf(request)};expires=120`,
      ]),
    )
    const registerer = await register(alice)
    expect(registerer.state).toBe(RegistererState.Registered)
    expect(facts).toEqual([{ status: 200, expires: 120, bindings: 3, retryAfter: null }])
  })

  it('ours says unregistered when the list does not hold us', async () => {
    const alice = await ourAlice()
    alice.peer.on('REGISTER', (request) =>
      alice.peer.reply(request, 200, ['Contact: <sip:x@10.0.0.9>;expires=60', 'Contact: <sip:y@10.0.0.8>;expires=60']),
    )
    const registerer = await register(alice)
    expect(registerer.state).toBe(RegistererState.Unregistered)
    await expect(registerer.register()).resolves.toBeDefined()
  })
})

describe('R3 and D7: the connection dies with a REGISTER in flight', () => {
  it('bare sip.js refuses to register on the new connection', async () => {
    const alice = await bareAlice()
    alice.peer.on('REGISTER', () => {})
    const registerer = await register(alice)
    alice.peer.server.current?.end()
    await settle()
    await alice.userAgent.reconnect()
    await expect(registerer.register()).rejects.toThrow(/in progress/)
    await settle(20_000)
    await expect(registerer.register()).rejects.toThrow(/in progress/)
  })

  it('ours registers at once', async () => {
    const alice = await ourAlice()
    alice.peer.on('REGISTER', () => {})
    const { own, outcomes } = registration(alice.userAgent)
    own.register()
    await settle()
    alice.peer.server.current?.end()
    await settle()
    own.forget()
    alice.peer.on('REGISTER', (request) => alice.peer.acceptRegister(request))
    await alice.userAgent.reconnect()
    own.register()
    await settle(1_000)
    expect(outcomes).toEqual([{ ok: true, expires: 600 }])
    await settle(120_000)
    expect(unhandled).toEqual([])
  })
})

describe('D5: a server that answers 423 for ever', () => {
  for (const minimum of ['3600', 'abc']) {
    const tooBrief = (peer: ScriptedPeer) =>
      peer.on('REGISTER', (request) => {
        if (peer.requests('REGISTER').length < 200) peer.reply(request, 423, [`Min-Expires: ${minimum}`])
      })

    it(`bare sip.js asks without end (Min-Expires: ${minimum})`, async () => {
      const alice = await bareAlice()
      tooBrief(alice.peer)
      await register(alice)
      await settle(1_000)
      expect(alice.peer.requests('REGISTER').length).toBeGreaterThan(100)
    })

    it(`ours gives up after two (Min-Expires: ${minimum})`, async () => {
      const alice = await ourAlice()
      tooBrief(alice.peer)
      const registerer = await register(alice)
      await settle(10_000)
      expect(alice.peer.requests('REGISTER').length).toBeLessThanOrEqual(3)
      expect(registerer.state).toBe(RegistererState.Unregistered)
    })
  }
})

describe('D6: a final answer sip.js cannot use', () => {
  const answers: Record<string, (peer: ScriptedPeer, request: Said) => void> = {
    'an unreadable Contact': (peer, request) => peer.reply(request, 200, ['Contact: <<<>;;;expires=']),
    'status 999': (peer, request) => peer.reply(request, 999),
  }
  for (const [name, answer] of Object.entries(answers)) {
    it(`bare sip.js stays busy (${name})`, async () => {
      const alice = await bareAlice()
      alice.peer.on('REGISTER', (request) => answer(alice.peer, request))
      // status 999 throws out of the socket's handler: that is the fault
      const caught = vi.fn()
      process.once('uncaughtException', caught)
      const registerer = await register(alice)
      await settle(8_000)
      process.off('uncaughtException', caught)
      await expect(registerer.register()).rejects.toThrow(/in progress/)
    })

    it(`ours can register again (${name})`, async () => {
      const alice = await ourAlice()
      alice.peer.on('REGISTER', (request) => answer(alice.peer, request))
      const registerer = await register(alice)
      alice.peer.on('REGISTER', (request) => alice.peer.acceptRegister(request))
      await settle(2_000)
      await registerer.register()
      await settle(2_000)
      expect(registerer.state).toBe(RegistererState.Registered)
    })
  }

  it('ours gives an unanswered REGISTER 8 s, then may try again', async () => {
    const alice = await ourAlice()
    alice.peer.on('REGISTER', () => {})
    const { own, outcomes } = registration(alice.userAgent)
    own.register()
    await settle(8_100)
    expect(outcomes).toMatchObject([{ ok: false, failure: 'timeout' }])
    alice.peer.on('REGISTER', (request) => alice.peer.acceptRegister(request))
    own.register()
    await settle(100)
    expect(outcomes.at(-1)).toEqual({ ok: true, expires: 600 })
  })
})

describe('whatever the server says', () => {
  it('no more than one round a second and twelve REGISTER a minute leave', async () => {
    const alice = await ourAlice()
    alice.peer.on('REGISTER', (request) => alice.peer.reply(request, 403))
    const registerer = new Registerer(alice.userAgent, { logConfiguration: false })
    const times: number[] = []
    const accept = vi.fn()
    alice.peer.on('REGISTER', (request) => {
      times.push(Date.now())
      alice.peer.reply(request, 403)
    })
    for (let i = 0; i < 300; i++) {
      await registerer.register({ requestDelegate: { onReject: accept } }).catch(() => {})
      await settle(100)
    }
    expect(times.length).toBeLessThanOrEqual(12)
    expect(times.length).toBeGreaterThan(8)
    for (const [i, at] of times.entries()) if (i > 0) expect(at - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(1_000)
    // Those held back were answered here, so that sip.js settled.
    expect(accept.mock.calls.length).toBeGreaterThan(100)
  })
})
