/*
 * Digest challenges from servers and from strangers: which are answered, with what, and which never.
 */
import { createHash } from 'node:crypto'
import { Inviter, Registerer, RegistererState, UserAgent, type Invitation } from 'sip.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fresh, SDP, type Said, type ScriptedPeer } from '../support/scripted-peer'
import { bareAlice, ourAlice, settle, type Alice, type OursOptions } from '../support/user-agents'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

type Make = (options?: OursOptions) => Promise<Alice>
const bare: Make = () => bareAlice()
const ours: Make = (options) => ourAlice(options)

const nodeName: Record<string, string> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }

/** Judges an Authorization header as a server does (RFC 7616), with Node's own hashes. */
const isRight = (request: Said, header: string, username = 'alice', password = 'secret'): boolean => {
  const field = (name: string) => new RegExp(`\\b${name}="?((?:[^"\\\\,]|\\\\.)*)"?`).exec(header)?.[1] ?? ''
  const hash = (text: string) =>
    createHash(nodeName[field('algorithm')] ?? 'md5')
      .update(text)
      .digest('hex')
  const uri = request.message.start.split(' ')[1]
  if (field('uri') !== uri) return false
  const ha1 = hash(`${username}:${field('realm')}:${password}`)
  const ha2 = hash(`${request.word}:${uri}`)
  const qop = field('qop')
  const rest = qop ? `${field('nonce')}:${field('nc')}:${field('cnonce')}:${qop}:${ha2}` : `${field('nonce')}:${ha2}`
  return field('response') === hash(`${ha1}:${rest}`)
}

const challenging = (peer: ScriptedPeer, challenges: string[], accepts: (header: string) => boolean = () => true) =>
  peer.on('REGISTER', (request) => {
    const header = request.header('authorization')
    if (header && accepts(header) && isRight(request, header)) return peer.acceptRegister(request)
    if (peer.requests('REGISTER').length < 20)
      peer.reply(
        request,
        401,
        challenges.map((challenge) => `WWW-Authenticate: ${challenge}`),
      )
  })

const register = async (alice: Alice) => {
  const registerer = new Registerer(alice.userAgent, { logConfiguration: false })
  await registerer.register()
  await settle(5_000)
  return registerer
}

const md5 = 'Digest realm="example.com", nonce="n1", algorithm=MD5, qop="auth"'
const sha256 = 'Digest realm="example.com", nonce="n2", algorithm=SHA-256, qop="auth"'
const sha512 = 'Digest realm="example.com", nonce="n3", algorithm=SHA-512-256, qop="auth", opaque="o"'

describe('R7 and D3: digest beyond MD5', () => {
  it('bare sip.js cannot register where only SHA-256 is offered, or MD5 is named first', async () => {
    for (const challenges of [[sha256], [md5, sha256]]) {
      const alice = await bareAlice()
      challenging(alice.peer, challenges)
      const registerer = await register(alice)
      expect(registerer.state).toBe(RegistererState.Unregistered)
    }
  })

  const strongest: [string, string[], string][] = [
    ['MD5', [md5], 'MD5'],
    ['SHA-256', [sha256], 'SHA-256'],
    ['SHA-512-256', [sha512], 'SHA-512-256'],
    ['MD5 before SHA-256', [md5, sha256], 'SHA-256'],
    ['SHA-256 before MD5', [sha256, md5], 'SHA-256'],
    ['all three', [sha256, sha512, md5], 'SHA-512-256'],
    ['both in one header', [`${md5}, ${sha256}`], 'SHA-256'],
    ['an unknown one before MD5', ['Digest realm="example.com", nonce="x", algorithm=SHA3', md5], 'MD5'],
    ['MD5-sess before MD5', ['Digest realm="example.com", nonce="x", algorithm=MD5-sess', md5], 'MD5'],
    ['MD5 without qop', ['Digest realm="example.com",nonce="n"'], 'MD5'],
    ['MD5 as a quoted, lower-case word', ['Digest algorithm="md5", realm="example.com", nonce="n", qop=auth'], 'MD5'],
    ['auth beside auth-int', ['Digest realm="example.com", nonce="n", qop="auth-int,auth"'], 'MD5'],
  ]
  for (const [name, challenges, algorithm] of strongest)
    it(`ours answers ${name} with ${algorithm}`, async () => {
      const alice = await ourAlice()
      challenging(alice.peer, challenges)
      const registerer = await register(alice)
      expect(registerer.state).toBe(RegistererState.Registered)
      expect(alice.peer.requests('REGISTER').at(-1)?.header('authorization')).toContain(`algorithm=${algorithm}`)
    })

  for (const challenge of [
    'Digest realm="example.com", nonce="n", algorithm=MD5-sess',
    'Digest realm="example.com", nonce="n", qop="auth-int"',
    'Digest realm="", nonce="n"',
    'Digest realm="example.com"',
    'Basic realm="example.com"',
    'Bearer authz_server="https://login.example"',
    'garbage',
  ])
    it(`ours leaves "${challenge}" unanswered and settles`, async () => {
      const alice = await ourAlice()
      challenging(alice.peer, [challenge])
      const registerer = await register(alice)
      expect(alice.peer.requests('REGISTER')).toHaveLength(1)
      expect(registerer.state).toBe(RegistererState.Unregistered)
    })

  it('a server that challenges for ever is asked no more than a few times', async () => {
    const alice = await ourAlice()
    challenging(alice.peer, [md5], () => false)
    await register(alice)
    expect(alice.peer.requests('REGISTER')).toHaveLength(2)
  })

  it('MD5 can be forbidden', async () => {
    const onRefused = vi.fn()
    const alice = await ourAlice({ digest: { allowMd5: false, onRefused } })
    challenging(alice.peer, [md5])
    await register(alice)
    expect(alice.peer.requests('REGISTER')).toHaveLength(1)
    expect(onRefused).toHaveBeenCalledWith('md5-forbidden', 'example.com', 'REGISTER')
  })

  it('a username with quotes and letters beyond ASCII is written so that it cannot break out (D25)', async () => {
    const alice = await ourAlice({ digest: { username: 'al"ice, é\\', password: 'pä"ß' } })
    challenging(alice.peer, [sha256], () => false)
    await register(alice)
    const request = alice.peer.requests('REGISTER')[1]!
    expect(request.header('authorization')).toContain('username="al\\"ice, é\\\\"')
    expect(isRight(request, request.header('authorization'), 'al"ice, é\\', 'pä"ß')).toBe(true)
  })
})

describe('a proxy before the server', () => {
  const proxy = 'Digest realm="proxy.example", nonce="p1", algorithm=SHA-256, qop="auth"'
  /** A proxy that asks first, and the server behind it that asks then (RFC 3261 section 22.3). */
  const doubting = (peer: ScriptedPeer, method: string) =>
    peer.on(method, (request) => {
      const [forProxy, forServer] = [request.header('proxy-authorization'), request.header('authorization')]
      if (!forProxy || !isRight(request, forProxy)) {
        if (peer.requests(method).length < 20) peer.reply(request, 407, [`Proxy-Authenticate: ${proxy}`])
      } else if (!forServer || !isRight(request, forServer)) {
        if (peer.requests(method).length < 20) peer.reply(request, 401, [`WWW-Authenticate: ${md5}`])
      } else if (method === 'REGISTER') peer.acceptRegister(request)
      else peer.reply(request, 200, [], SDP)
    })

  it('is answered as well as the server, each with its own realm; bare sip.js takes the second for a loop', async () => {
    const registers = async (make: Make) => {
      const alice = await make()
      doubting(alice.peer, 'REGISTER')
      return { alice, registerer: await register(alice) }
    }
    expect((await registers(bare)).registerer.state).toBe(RegistererState.Unregistered)
    const { alice, registerer } = await registers(ours)
    expect(registerer.state).toBe(RegistererState.Registered)
    expect(alice.peer.requests('REGISTER')).toHaveLength(3)
    // And so for a call.
    doubting(alice.peer, 'INVITE')
    await new Inviter(alice.userAgent, UserAgent.makeURI('sip:bob@example.com')!).invite()
    await settle(1_000)
    expect(alice.peer.transcript).toMatch(/INVITE 407 ACK INVITE 401 ACK INVITE 200 ACK$/)
  })

  it('that is never satisfied is asked twice and no more', async () => {
    const alice = await ourAlice()
    alice.peer.on('REGISTER', (request) => {
      if (alice.peer.requests('REGISTER').length < 20) alice.peer.reply(request, 407, [`Proxy-Authenticate: ${proxy}`])
    })
    await register(alice)
    expect(alice.peer.requests('REGISTER')).toHaveLength(2)
  })

  it('may not ask in another name once a name is known', async () => {
    const alice = await ourAlice()
    doubting(alice.peer, 'REGISTER')
    await register(alice)
    alice.peer.on('INVITE', (request) =>
      alice.peer.reply(request, 407, ['Proxy-Authenticate: Digest realm="attacker", nonce="n", qop="auth"']),
    )
    await new Inviter(alice.userAgent, UserAgent.makeURI('sip:bob@example.com')!).invite()
    await settle(1_000)
    expect(alice.peer.requests('INVITE')).toHaveLength(1)
  })
})

it('a nonce that has gone stale is replaced without a word, once in each request', async () => {
  const alice = await ourAlice()
  let stale = 0
  alice.peer.on('REGISTER', (request) => {
    const header = request.header('authorization')
    if (header.includes('nonce="new"')) return alice.peer.acceptRegister(request)
    if (header) stale++
    const nonce = header ? 'nonce="new", stale=true' : 'nonce="old"'
    if (stale < 20)
      alice.peer.reply(request, 401, [`WWW-Authenticate: Digest realm="example.com", ${nonce}, qop="auth"`])
  })
  expect((await register(alice)).state).toBe(RegistererState.Registered)
  expect(alice.peer.requests('REGISTER')).toHaveLength(3)
})

describe('D2: a challenge from somebody else', () => {
  const foreign = 'Digest realm="attacker", nonce="chosen", algorithm=MD5, qop="auth"'
  const own = 'Digest realm="example.com", nonce="chosen", algorithm=MD5, qop="auth"'

  /** Bob calls, Alice answers and hangs up; Bob answers her BYE with a challenge. */
  const challengedBye = async (make: Make, challenge: string, options: OursOptions = {}) => {
    const alice = await make(options)
    let invitation: Invitation | null = null
    alice.userAgent.delegate = {
      onInvite: (incoming) => {
        invitation = incoming
        void incoming.accept()
      },
    }
    const callId = fresh('call-')
    alice.peer.request({ callId })
    await settle()
    const to = alice.peer.responses('INVITE').at(-1)?.header('to') ?? ''
    alice.peer.request({ callId, method: 'ACK', to, body: null })
    await settle()
    alice.peer.on('BYE', (request) => {
      if (alice.peer.requests('BYE').length < 5) alice.peer.reply(request, 407, [`Proxy-Authenticate: ${challenge}`])
    })
    await (invitation as unknown as Invitation).bye()
    await settle(1_000)
    return alice
  }
  const leaks = (alice: Alice) => alice.peer.said.filter((said) => /authorization/i.test(said.text))

  it('bare sip.js gives a full response to whoever asks', async () => {
    const alice = await challengedBye(bare, foreign)
    expect(leaks(alice)).toHaveLength(1)
    expect(leaks(alice)[0]?.text).toContain('realm="attacker"')
  })

  it('ours gives nothing to a foreign realm', async () => {
    const onRefused = vi.fn()
    const alice = await challengedBye(ours, foreign, { digest: { onRefused } })
    expect(leaks(alice)).toEqual([])
    expect(onRefused).toHaveBeenCalled()
  })

  it('ours gives nothing to a caller who names our realm', async () => {
    const onRefused = vi.fn()
    const alice = await challengedBye(ours, own, { digest: { onRefused } })
    expect(leaks(alice)).toEqual([])
    expect(onRefused).toHaveBeenCalledWith('peer-dialog', 'example.com', 'BYE')
  })

  const challengedInvite = async (make: Make, challenge: string) => {
    const alice = await make()
    challenging(alice.peer, [md5])
    await register(alice)
    alice.peer.on('INVITE', (request) => {
      if (request.header('proxy-authorization')) return alice.peer.reply(request, 200, [], SDP)
      alice.peer.reply(request, 407, [`Proxy-Authenticate: ${challenge}`])
    })
    await new Inviter(alice.userAgent, UserAgent.makeURI('sip:bob@example.com')!).invite()
    await settle(1_000)
    return alice
  }

  it('ours answers the own realm on a call of our own', async () => {
    const alice = await challengedInvite(ours, own)
    const second = alice.peer.requests('INVITE')[1]!
    expect(isRight(second, second.header('proxy-authorization'))).toBe(true)
    expect(alice.peer.transcript).toMatch(/INVITE 407 ACK INVITE 200 ACK$/)
  })

  it('ours leaves a foreign realm on a call of our own', async () => {
    const alice = await challengedInvite(ours, foreign)
    expect(alice.peer.requests('INVITE')).toHaveLength(1)
  })

  it('bare sip.js follows a server that changes its realm, ours keeps to the first', async () => {
    const moved = async (make: Make) => {
      const alice = await make()
      challenging(alice.peer, [md5])
      const registerer = await register(alice)
      challenging(alice.peer, [foreign], () => false)
      await settle(2_000)
      await registerer.register()
      await settle(2_000)
      return alice
    }
    const answersForeign = (alice: Alice) => alice.peer.said.some((said) => /realm="attacker"/.test(said.text))
    expect(answersForeign(await moved(bare))).toBe(true)
    expect(answersForeign(await moved(ours))).toBe(false)
  })
})
