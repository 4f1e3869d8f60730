/*
 * An account that is registered with several servers at once (RFC 5626): what the death of one costs, and what both say at the same time. The engine
 * against a scripted server for each.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { usualConnection } from '../../../common/account'
import type { Flow } from '../../../common/account-flows'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'
import { ScriptedPeer, type Said } from '../support/scripted-peer'

const servers = ['ws://pbx.example.com/ws', 'ws://second.example.com/ws', 'ws://third.example.com/ws']

let bench: EngineBench
let peers: [ScriptedPeer, ScriptedPeer, ScriptedPeer]

beforeEach(() => {
  vi.useFakeTimers()
  const opened: EngineBench = new EngineBench({
    openSocket: (url) => (peers[servers.indexOf(url)] ?? opened.peer).server.open(),
  })
  bench = opened
  peers = [bench.peer, new ScriptedPeer(), new ScriptedPeer()]
})
afterEach(() => vi.useRealTimers())

const registered = async (count = 2): Promise<void> => {
  await bench.register({ connection: { ...usualConnection, backups: servers.slice(1, count), registration: 'all' } })
}

const flows = (): readonly Flow[] => bench.reported('flows').at(-1)?.flows ?? []
const states = (): string[] => flows().map(({ registration }) => registration.state)

/** It goes away as a process does that was killed. */
const kill = async (peer: ScriptedPeer): Promise<void> => {
  peer.server.mode = 'refuse'
  peer.server.current?.end(1006)
  await bench.settle(10)
}

const revive = (peer: ScriptedPeer): void => void (peer.server.mode = 'accept')

const contactOf = (peer: ScriptedPeer): string => peer.requests('REGISTER')[0]?.header('contact') ?? ''
const dialled = (peer: ScriptedPeer): Said | undefined => peer.requests('INVITE').at(-1)

const dial = async (): Promise<string> => {
  const callId = crypto.randomUUID()
  await bench.ask({ type: 'dial', callId, accountId: 'work', target: 'sip:bob@example.com', referral: null })
  return callId
}

describe('an account that is registered with every server', () => {
  it('is the same phone at each, by a flow of its own', async () => {
    await registered(3)
    const contacts = peers.map(contactOf)
    expect(contacts.map((contact) => /reg-id=(\d)/.exec(contact)?.[1])).toEqual(['1', '2', '3'])
    expect(new Set(contacts.map((contact) => /\+sip\.instance="([^"]*)"/.exec(contact)?.[1])).size).toBe(1)
    // A registrar that knows no flows is not to take one for the other.
    expect(new Set(contacts.map((contact) => /<([^>]*)>/.exec(contact)?.[1])).size).toBe(3)
    expect(bench.registration).toMatchObject({ state: 'registered' })
    expect(flows()).toMatchObject(
      servers.map((server) => ({ server, registration: { state: 'registered' }, provenAt: Date.now() })),
    )
  })

  it('has no more than three flows; the last of them falls back on what is left', async () => {
    const fourth = new ScriptedPeer()
    const opened: string[] = []
    const other: EngineBench = new EngineBench({
      openSocket: (url) => {
        opened.push(url)
        return (peers[servers.indexOf(url)] ?? fourth).server.open()
      },
    })
    const backups = [...servers.slice(1), 'ws://fourth.example.com/ws']
    peers[2].server.mode = 'refuse'
    await other.register({ connection: { ...usualConnection, backups, registration: 'all' } })
    await other.settle(5_000)
    expect(other.reported('flows').at(-1)?.flows).toHaveLength(3)
    expect(opened.at(-1)).toBe('ws://fourth.example.com/ws')
    expect(contactOf(fourth)).toContain('reg-id=3')
  })

  it('stays registered when one server dies, which costs the user nothing and is tried again', async () => {
    await registered()
    bench.reports.length = 0
    await kill(peers[0])
    expect(states()).toEqual(['failed', 'registered'])
    await bench.settle(60_000)
    expect(bench.reported('registration')).toEqual([])
    expect(bench.reported('reach').at(-1)?.reach).toMatchObject({ doubt: null })
    // RFC 5626 section 4.5: once soon, and then there is time.
    const tries = peers[0].server.sockets.length
    expect(tries).toBeLessThanOrEqual(3)
    revive(peers[0])
    await bench.settle(180_000)
    expect(states()).toEqual(['registered', 'registered'])
    expect(peers[0].requests('REGISTER').at(-1)?.header('contact')).toContain('reg-id=1')
    expect(bench.reported('registration').every(({ registration }) => registration.state === 'registered')).toBe(true)
  })

  it('that comes and goes is not run after while another is there (RFC 5626 section 4.5)', async () => {
    await registered()
    for (let i = 0; i < 200; i++) {
      await bench.settle(3_000)
      if (states()[0] === 'registered') peers[0].server.current?.end(1006)
      await bench.settle(10)
    }
    // In ten minutes: once, once more at once, and then twice as long after each.
    expect(peers[0].server.sockets.length).toBeLessThanOrEqual(5)
    expect(bench.registration).toMatchObject({ state: 'registered' })
  })

  it('is not registered when all are gone, and then each is tried at once and again and again', async () => {
    await registered()
    await kill(peers[0])
    await bench.settle(30_000)
    const before = peers[0].server.sockets.length
    await kill(peers[1])
    expect(bench.registration).toMatchObject({ state: 'failed', retryAt: expect.any(Number) as number })
    expect(peers[0].server.sockets.length).toBeGreaterThan(before)
    revive(peers[1])
    await bench.settle(10_000)
    expect(bench.registration).toMatchObject({ state: 'registered' })
    expect(states()).toEqual(['failed', 'registered'])
  })

  it('is not said to have failed while one server may still take it', async () => {
    peers[0].server.mode = 'refuse'
    const answers: Said[] = []
    peers[1].on('REGISTER', (request) => answers.push(request))
    await registered()
    await bench.settle(100)
    expect(bench.reported('registration').map(({ registration }) => registration.state)).toEqual(['registering'])
    peers[1].acceptRegister(answers[0] as Said)
    await bench.settle(10)
    expect(bench.registration).toMatchObject({ state: 'registered' })
  })

  it('tells the failure that only the user can help', async () => {
    peers[0].server.mode = 'refuse'
    peers[1].on('REGISTER', (request) => peers[1].reply(request, 404))
    await registered()
    await bench.settle(2_000)
    expect(bench.registration).toMatchObject({ state: 'failed', reason: 'unreachable' })
    peers[1].on('REGISTER', (request) =>
      peers[1].reply(request, 401, ['WWW-Authenticate: Digest realm="example.com", nonce="n", algorithm=MD5']),
    )
    await bench.ask({ type: 'reconnect', because: 'wish' })
    await bench.settle(2_000)
    expect(bench.registration).toMatchObject({ state: 'failed', reason: 'wrong-password' })
  })

  it('is registered without flows where a proxy on the way knows none (439)', async () => {
    peers[1].on('REGISTER', (request) =>
      /reg-id/.test(request.header('contact')) ? peers[1].reply(request, 439) : peers[1].acceptRegister(request),
    )
    await registered()
    await bench.settle(5_000)
    expect(states()).toEqual(['registered', 'registered'])
    expect(peers[1].requests('REGISTER').at(-1)?.header('contact')).toContain('+sip.instance=')
  })

  it('is taken back at each when it is closed', async () => {
    await registered()
    const closed = bench.request({ type: 'unregister', accountId: 'work' })
    await bench.settle(2_000)
    expect(await closed).toMatchObject({ ok: true })
    for (const peer of peers.slice(0, 2))
      expect(peer.requests('REGISTER').at(-1)?.header('contact')).toContain('expires=0')
    expect(bench.registration).toEqual({ state: 'unregistered' })
  })

  it('asks no more in all than an account with one server may, and a server that refuses costs the other nothing', async () => {
    peers[0].on('REGISTER', (request) => peers[0].reply(request, 500))
    await registered()
    for (let minute = 0; minute < 10; minute++) {
      const before = peers[0].requests('REGISTER').length + peers[1].requests('REGISTER').length
      // Somebody who has no patience.
      for (let i = 0; i < 30; i++) {
        await bench.ask({ type: 'reconnect', because: 'network' })
        await bench.settle(2_000)
      }
      const after = peers[0].requests('REGISTER').length + peers[1].requests('REGISTER').length
      expect(after - before).toBeLessThanOrEqual(12)
    }
    expect(bench.registration).toMatchObject({ state: 'registered' })
    expect(states()).toEqual(['failed', 'registered'])
  })

  it('asks for what its server tells on one flow, and on another when that one is gone', async () => {
    const mailbox = (peer: ScriptedPeer): number =>
      peer.requests('SUBSCRIBE').filter((said) => said.header('event') === 'message-summary').length
    for (const peer of peers) peer.on('SUBSCRIBE', (request) => peer.reply(request, 200, ['Expires: 3600']))
    await registered()
    await bench.settle(2_000)
    expect(peers.map(mailbox)).toEqual([1, 0, 0])
    await kill(peers[0])
    await bench.settle(2_000)
    expect(peers.map(mailbox)).toEqual([1, 1, 0])
    expect(flows()[1]?.provenAt).toBeGreaterThan(0)
    revive(peers[0])
    await bench.settle(300_000)
    expect(states()).toEqual(['registered', 'registered'])
    expect(mailbox(peers[0])).toBe(1)
  })
})

describe('calls of an account that is registered with every server', () => {
  it('come by each of them', async () => {
    await registered()
    for (const peer of peers.slice(0, 2)) {
      peer.request({ method: 'INVITE', callId: `by ${peers.indexOf(peer)}`.replace(' ', '-'), body: makeSdp() })
      await bench.settle()
      expect(peer.responses('INVITE').at(-1)?.status).toBe(180)
      await bench.ask({ type: 'reject', callId: bench.offers.at(-1)?.callId ?? '', status: 486 })
    }
    expect(bench.offers).toHaveLength(2)
  })

  it('ring once when the same call comes by both (482)', async () => {
    await registered()
    const parts = { method: 'INVITE', callId: 'forked', body: makeSdp() }
    peers[0].request({ ...parts, branch: 'z9hG4bKone' })
    await bench.settle()
    peers[1].request({ ...parts, branch: 'z9hG4bKtwo' })
    await bench.settle()
    expect(bench.offers).toHaveLength(1)
    const answered = bench.request({ type: 'answer', callId: bench.offers[0]?.callId ?? '' })
    await bench.settle()
    void answered
    expect(peers[0].responses('INVITE').at(-1)?.status).toBe(200)
    peers[0].request({
      method: 'ACK',
      uri: /<([^>]*)>/.exec(contactOf(peers[0]))?.[1] ?? '',
      callId: 'forked',
      to: peers[0].responses('INVITE').at(-1)?.header('to') ?? '',
    })
    await bench.settle()
    expect(peers[1].responses('INVITE').at(-1)?.status).toBe(482)
    // A message is read once, too.
    for (const peer of peers.slice(0, 2))
      peer.request({ method: 'MESSAGE', callId: 'text', body: 'hello', replace: { 'Content-Type': 'text/plain' } })
    await bench.settle()
    expect(bench.reported('message')).toHaveLength(1)
  })

  it('are refused by each with the same words, so that the caller hears what was said', async () => {
    await registered()
    const parts = { method: 'INVITE', callId: 'forked', body: makeSdp() }
    peers[0].request({ ...parts, branch: 'z9hG4bKone' })
    await bench.settle()
    peers[1].request({ ...parts, branch: 'z9hG4bKtwo' })
    await bench.settle()
    await bench.ask({ type: 'reject', callId: bench.offers[0]?.callId ?? '', status: 486 })
    await bench.settle()
    const answers = (): (number | undefined)[] =>
      peers.slice(0, 2).map((peer) => peer.responses('INVITE').at(-1)?.status)
    expect(answers()).toEqual([486, 486])
    // Late, and refused as well.
    peers[1].request({ ...parts, branch: 'z9hG4bKthree', sequence: 1 })
    await bench.settle()
    expect(bench.offers).toHaveLength(1)
    // Given up by the caller everywhere.
    peers[0].request({ ...parts, callId: 'given-up', branch: 'z9hG4bKfour' })
    peers[1].request({ ...parts, callId: 'given-up', branch: 'z9hG4bKfive' })
    await bench.settle()
    peers[1].request({ method: 'CANCEL', callId: 'given-up', branch: 'z9hG4bKfive' })
    peers[0].request({ method: 'CANCEL', callId: 'given-up', branch: 'z9hG4bKfour' })
    await bench.settle()
    expect(answers()).toEqual([487, 487])
    expect(bench.ended).toMatchObject({ cause: 'remote-cancelled' })
  })

  it('ring on by the second when the proxy lost the first', async () => {
    await registered()
    const parts = { method: 'INVITE', callId: 'handed-over', body: makeSdp() }
    peers[0].request({ ...parts, branch: 'z9hG4bKone' })
    await bench.settle()
    await kill(peers[0])
    peers[1].request({ ...parts, branch: 'z9hG4bKtwo' })
    await bench.settle()
    expect(bench.offers).toHaveLength(2)
    expect(bench.ended).toMatchObject({ callId: bench.offers[0]?.callId, cause: 'connection-lost' })
    const answered = bench.request({ type: 'answer', callId: bench.offers[1]?.callId ?? '' })
    await bench.settle()
    expect(peers[1].responses('INVITE').at(-1)?.status).toBe(200)
    void answered
  })

  it('go out by the first in the order of the user, and by the next at once when that one is dead', async () => {
    await registered()
    await dial()
    expect(peers.map((peer) => peer.requests('INVITE').length)).toEqual([1, 0, 0])
    await kill(peers[0])
    await dial()
    expect(peers.map((peer) => peer.requests('INVITE').length)).toEqual([1, 2, 0])
  })

  it('go out by another when the first has not answered the last question', async () => {
    await registered()
    await bench.settle(20_000)
    peers[0].server.blackHole = true
    await bench.settle(8_500)
    expect(bench.reported('reach').at(-1)?.reach.doubt).toBeNull()
    await dial()
    expect(dialled(peers[1])).toBeDefined()
    expect(dialled(peers[0])).toBeUndefined()
  })

  it('are sent by the other when the first says nothing, as one call', async () => {
    await registered()
    peers[0].server.blackHole = true
    const callId = await dial()
    expect(dialled(peers[1])).toBeUndefined()
    await bench.settle(2_600)
    const invite = dialled(peers[1])
    expect(invite).toBeDefined()
    peers[1].reply(invite as Said, 180)
    await bench.settle()
    peers[1].reply(invite as Said, 200, [], makeSdp())
    await bench.settle()
    expect(bench.reported('connected')).toMatchObject([{ callId }])
    await bench.ask({ type: 'end', callId })
    expect(peers[1].requests('BYE')).toHaveLength(1)
  })

  it('are sent by the other when the first dies before it rings, and by none when there is none', async () => {
    await registered()
    const callId = await dial()
    peers[0].reply(dialled(peers[0]) as Said, 100)
    await bench.settle()
    await kill(peers[0])
    expect(dialled(peers[1])).toBeDefined()
    expect(bench.ended).toBeUndefined()
    await kill(peers[1])
    await bench.settle(6_000)
    expect(bench.ended).toMatchObject({ callId, cause: 'connection-lost' })
  })

  it('that a slow server answers after all is one that the user does not have twice', async () => {
    await registered()
    const callId = await dial()
    const late = dialled(peers[0]) as Said
    await bench.settle(2_600)
    expect(dialled(peers[1])).toBeDefined()
    peers[0].reply(late, 180)
    await bench.settle()
    expect(peers[0].requests('CANCEL')).toHaveLength(1)
    peers[1].reply(dialled(peers[1]) as Said, 486)
    await bench.settle()
    expect(bench.ended).toMatchObject({ callId, cause: 'busy' })
  })

  it('are refused by a server that serves nobody now (503), and go by the other', async () => {
    await registered()
    peers[0].on('INVITE', (request) => peers[0].reply(request, 503))
    await dial()
    await bench.settle(100)
    expect(dialled(peers[1])).toBeDefined()
    expect(bench.ended).toBeUndefined()
  })

  it('that are up stay with their server: what is said in them goes there, and they outlive it by their sound', async () => {
    await registered()
    const { callId } = await bench.talk()
    const held = bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle()
    peers[0].reply(dialled(peers[0]) as Said, 200, [], makeSdp())
    await bench.settle()
    expect(await held).toMatchObject({ ok: true })
    expect(peers[0].requests('INVITE')).toHaveLength(2)
    await kill(peers[0])
    await bench.settle(40_000)
    expect(bench.ended).toBeUndefined()
    expect(peers[1].requests('INVITE')).toHaveLength(0)
    // A call on the other server is not disturbed by it, and the record of it says where it is.
    const second = await dial()
    peers[1].reply(dialled(peers[1]) as Said, 180)
    await bench.settle()
    peers[1].reply(dialled(peers[1]) as Said, 200, [], makeSdp())
    await bench.settle()
    expect(
      bench
        .reported('dialog')
        .filter((report) => report.callId === second)
        .at(-1)?.dialog,
    ).toMatchObject({ flow: 1 })
  })
})
