/*
 * Messages made to keep a quadratic parser busy. Behind the guard none of 64 KiB may block for more than 150 ms, a larger one for no more
 * than 5 ms, and an ordinary one must cost next to nothing.
 */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { inspectMessage } from '../../../renderer/engine/sip/guard/message-guard'
import { makeRequest, readSaid } from '../support/scripted-peer'
import { ourAlice, settle } from '../support/user-agents'

afterEach(() => {
  vi.unstubAllGlobals()
})

const KiB = 1_024
const fill = (unit: string, size: number): string => unit.repeat(Math.ceil(size / unit.length)).slice(0, size)
const withHeader = (line: string): string => makeRequest({ extra: [line] })

/** Each makes one message of about `size` characters. */
const attacks: Record<string, (size: number) => string> = {
  'lines of - before the headers': (size) => makeRequest().replace('\r\n', `\r\n${fill('-\r\n', size)}`),
  'lines of ---------': (size) => makeRequest().replace('\r\n', `\r\n${fill('---------\r\n', size)}`),
  'one Contact with very many entries': (size) => withHeader(`m: ${fill('<sip:a@b.c>,', size)}<sip:a@b.c>`),
  'very many Contact headers': (size) => withHeader(`${fill('m: <sip:a@b.c>\r\n', size)}X: y`),
  'very many Record-Route headers': (size) => withHeader(`${fill('Record-Route: <sip:a.b;lr>\r\n', size)}X: y`),
  'very many Via headers': (size) => withHeader(`${fill('v: SIP/2.0/WS a.b;branch=z9hG4bK1\r\n', size)}X: y`),
  'lines of v:': (size) => withHeader(`${fill('v:\r\n', size)}X: y`),
  'a very long quoted name': (size) => makeRequest({ from: `"${fill('a', size)}" <sip:bob@example.com>;tag=1` }),
  'a very long unquoted name': (size) => makeRequest({ from: `${fill('a b,', size)} <sip:bob@example.com>;tag=1` }),
  'a name of backslashes': (size) => makeRequest({ from: `"${fill('\\', size)}" <sip:bob@example.com>;tag=1` }),
  'a body of emoji': (size) => makeRequest({ body: `v=0\r\n${fill('😀', size)}` }),
  'a body of letters beyond ASCII': (size) => makeRequest({ body: `v=0\r\n${fill('é', size)}` }),
  'one endless line': (size) => fill('a', size),
  'one endless header': (size) => withHeader(`X: ${fill('a', size)}`),
  'endless white space': (size) => withHeader(`X${fill(' ', size)}`),
  'endless white space behind the colon': (size) => `${makeRequest().slice(0, 40)}X:${fill(' ', size)}`,
  'white space in the start line': (size) => `INVITE${fill(' ', size)}sip:a@b SIP/2.0\r\n\r\n`,
  'endless folds': (size) => withHeader(`X: y\r\n${fill(' z\r\n', size)}Y: z`),
  'CRLF only, then something': (size) => `${fill('\r\n', size)}x`,
  'parameters without end': (size) => makeRequest({ from: `<sip:bob@example.com>${fill(';a=b', size)};tag=1` }),
  'white space between parameters': (size) => makeRequest({ from: `<sip:bob@example.com>${fill(' ', size)}x;tag=1` }),
  'percent signs': (size) => makeRequest({ from: `<sip:${fill('%', size)}@example.com>;tag=1` }),
  'escapes that do not decode': (size) => makeRequest({ from: `<sip:${fill('%FF', size)}@example.com>;tag=1` }),
  'dots in a host': (size) => makeRequest({ from: `<sip:bob@${fill('a.', size)}com>;tag=1` }),
  'Require without end': (size) => withHeader(`Require: ${fill('a,', size)}b`),
  'a challenge without end': (size) =>
    `SIP/2.0 401 x\r\nVia: SIP/2.0/WS alicehost.invalid;branch=z9hG4bK1\r\nFrom: <sip:a@b.c>;tag=1\r\nTo: <sip:a@b.c>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\nWWW-Authenticate: Digest ${fill('a="b",', size)}\r\n\r\n`,
  'bindings without end': (size) =>
    `SIP/2.0 200 OK\r\nVia: SIP/2.0/WS alicehost.invalid;branch=z9hG4bK1\r\nFrom: <sip:a@b.c>;tag=1\r\nTo: <sip:a@b.c>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n${fill('m: <sip:a@b.c>;expires=1\r\n', size)}X: y\r\n\r\n`,
}

/** CPU time of this process, ms: what a busy machine does meanwhile does not count. */
const cpuNow = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** How long the thread was not given back, ms; the better of two. */
const blocked = async (size: number, attack: (size: number) => string): Promise<number> => {
  const times: number[] = []
  for (let i = 0; i < 2; i++) {
    const alice = await ourAlice()
    const onMessage = alice.peer.server.current!.onmessage!
    const data = attack(size)
    const before = performance.now()
    const cpuBefore = cpuNow()
    onMessage({ data })
    times.push(Math.min(performance.now() - before, cpuNow() - cpuBefore))
    await settle()
    await alice.userAgent.stop()
  }
  return Math.min(...times)
}

describe('slow messages', () => {
  for (const [name, attack] of Object.entries(attacks)) {
    // 8 and 15 KiB: what just passes the limits must be cheap as well.
    for (const size of [4, 7.5, 14, 60])
      it(`${name}, ${size} KiB, blocks for 150 ms at most`, async () => {
        expect(await blocked(size * KiB, attack)).toBeLessThan(150)
      })
    it(`${name}, 1 MiB, is dropped within 5 ms`, async () => {
      expect(await blocked(1_024 * KiB, attack)).toBeLessThan(5)
    })
  }

  it('16 MiB are dropped within 5 ms', async () => {
    expect(await blocked(16_384 * KiB, (size) => fill('-\r\n', size))).toBeLessThan(5)
  })
})

describe('ordinary messages', () => {
  const ordinary = [
    makeRequest({
      extra: [
        'Allow: OPTIONS, REGISTER, SUBSCRIBE, NOTIFY, PUBLISH, INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, INFO, MESSAGE, REFER',
        'Supported: 100rel, timer, replaces, norefersub, histinfo',
        'Session-Expires: 1800',
        'Min-SE: 90',
        'User-Agent: Asterisk PBX 22.10.1',
        'P-Asserted-Identity: "Bob" <sip:bob@example.com>',
      ],
    }),
    makeRequest({ method: 'OPTIONS', body: null }),
    'SIP/2.0 200 OK\r\nVia: SIP/2.0/WSS alicehost.invalid;branch=z9hG4bK3311;received=127.0.0.1;rport=5060\r\nCall-ID: 8d7s6f87s6df\r\nFrom: <sip:alice@example.com>;tag=9d8f7\r\nTo: <sip:alice@example.com>;tag=z9hG4bK3311\r\nCSeq: 2 REGISTER\r\nDate: Sun, 22 Nov 2026 17:00:00 GMT\r\nContact: <sip:p7f3a@alicehost.invalid;transport=ws>;expires=599\r\nExpires: 600\r\nServer: Asterisk PBX 22.10.1\r\nContent-Length:  0\r\n\r\n',
  ]

  it('pass unchanged', () => {
    for (const text of ordinary) {
      const verdict = inspectMessage(text)
      expect(verdict.act).toBe('pass')
      expect(verdict.act === 'pass' && verdict.message.changed).toBe(false)
      expect(readSaid(text).header('call-id')).not.toBe('')
    }
  })

  it('cost a few microseconds', () => {
    const run = (rounds: number): number => {
      const before = cpuNow()
      for (let i = 0; i < rounds; i++) for (const text of ordinary) inspectMessage(text)
      return ((cpuNow() - before) * 1_000) / (rounds * ordinary.length)
    }
    run(3_000)
    const cost = Math.min(...Array.from({ length: 5 }, () => run(1_000)))
    console.log(`guard: ${cost.toFixed(2)} µs a message`)
    // 5 µs on an idle machine; the rest is room for a busy one.
    expect(cost).toBeLessThan(20)
  })
})
