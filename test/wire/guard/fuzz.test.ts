/*
 * Ten thousand mutated messages, the same ones every time, against a phone that is idle, registering, ringing, calling and talking. None
 * may throw or leave a rejection unhandled, and the phone must still answer an OPTIONS and ring for an INVITE.
 */
import { Inviter, Registerer, UserAgent, type Invitation, type Referral } from 'sip.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { tameAckTimeout } from '../../../renderer/engine/sip/ack-timeout'
import { notifyGate } from '../../../renderer/engine/sip/notify-gate'
import { fresh, makeRequest, SDP, type Said } from '../support/scripted-peer'
import { ourAlice, settle } from '../support/user-agents'
import { tortures } from './torture-messages'

const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 10_000)

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
})

/** mulberry32: small, seeded, good enough to choose with. */
const randomFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const words = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  '"',
  '\\',
  '<',
  '>',
  ';',
  ':',
  ',',
  '%',
  '%00',
  '%FF',
  '%zz',
  '@',
  '[::1]',
  '\0',
  '😀',
  '\ud800',
  '\u202e',
  'é',
  'tel:+1',
  'sips:',
  'sip:',
  ';tag=',
  ';branch=',
  ';expires=',
  '2147483648',
  '-1',
  '99999999999999999999',
  '__proto__',
  'constructor',
  'Content-Length: 0\r\n',
  'Require: x\r\n',
  'Expires: 0\r\n',
  'Replaces=',
  'SIP/2.0',
  '*',
  'INVITE',
  'ACK',
]

const mutate = (text: string, random: () => number, other: string): string => {
  const at = Math.floor(random() * text.length)
  const length = Math.floor(random() * random() * 60)
  const word = words[Math.floor(random() * words.length)] ?? ''
  const lines = text.split('\r\n')
  const line = Math.floor(random() * lines.length)
  switch (Math.floor(random() * 12)) {
    case 0:
      return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 256)) + text.slice(at + 1)
    case 1:
      return text.slice(0, at) + text.slice(at + length)
    case 2:
      return text.slice(0, at) + text.slice(at, at + length).repeat(3) + text.slice(at + length)
    case 3:
      return text.slice(0, at) + word + text.slice(at)
    case 4:
      return [...lines.slice(0, line), lines[line], ...lines.slice(line)].join('\r\n')
    case 5:
      return lines.filter((_, i) => i !== line).join('\r\n')
    case 6:
      return [...lines.slice(line), ...lines.slice(0, line)].join('\r\n')
    case 7:
      return text.slice(0, at)
    case 8:
      return text.replace(/\d+/g, (digits) =>
        random() < 0.2 ? ['0', '-1', '4294967296', '1e30', ''][Math.floor(random() * 5)]! : digits,
      )
    case 9:
      return text.replace(/[A-Za-z]+/g, (letters) => (random() < 0.1 ? letters.toUpperCase() : letters))
    case 10:
      return text.slice(0, at) + other.slice(Math.floor(random() * other.length))
    default:
      return lines.map((l, i) => (i === line ? l.replace(/:.*/, `: ${word.repeat(1 + length)}`) : l)).join('\r\n')
  }
}

const refuseReferral = (referral: Referral): void => void referral.reject({ statusCode: 603 }).catch(() => {})

describe('mutated messages', () => {
  it(`${ROUNDS} of them harm nothing`, { timeout: 600_000 }, async () => {
    // sip.js draws its tags and branches from here: the same run every time.
    vi.spyOn(Math, 'random').mockImplementation(randomFrom(7))
    const rang: Invitation[] = []
    const notes = new Map<string, number>()
    const alice = await ourAlice({
      userAgent: {
        delegate: {
          onInvite: (invitation) => {
            rang.push(invitation)
            invitation.delegate = { onRefer: refuseReferral }
            tameAckTimeout(invitation)
            const caller = invitation.request.fromTag
            if (caller === 'probe') return
            // Some ring, some are taken, some refused.
            if (rang.length % 3 === 0) void invitation.accept().catch(() => {})
            else if (rang.length % 3 === 1) void invitation.progress().catch(() => {})
            else void invitation.reject().catch(() => {})
          },
          onNotify: notifyGate(),
        },
      },
      events: { onNote: (note) => notes.set(note, (notes.get(note) ?? 0) + 1) },
    })
    const { peer, transport } = alice
    const caught = new Set<string>()
    const onMessage = transport.onMessage
    transport.onMessage = (message) => {
      try {
        onMessage?.(message)
      } catch (error) {
        caught.add((error as Error).stack?.split('\n').slice(0, 3).join(' ') ?? String(error))
        throw error
      }
    }
    // Whatever it says for itself is answered by mutated answers only.
    const pending: Said[] = []
    const keep = (said: Said) => {
      pending.push(said)
      if (pending.length > 4) pending.shift()
    }
    for (const method of ['REGISTER', 'INVITE', 'BYE', 'OPTIONS']) peer.on(method, keep)
    const random = randomFrom(Number(process.env['FUZZ_SEED'] ?? 20_261_122))
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const methods = [
      'INVITE',
      'ACK',
      'BYE',
      'CANCEL',
      'OPTIONS',
      'INFO',
      'MESSAGE',
      'NOTIFY',
      'REFER',
      'UPDATE',
      'PRACK',
      'SUBSCRIBE',
      'REGISTER',
      'PUBLISH',
    ]
    let dialog = { callId: 'none', to: '<sip:alice@example.com>;tag=none' }

    const request = (): string => {
      const method = pick(methods)
      const inside = random() < 0.4
      const refer = method === 'REFER' ? ['Refer-To: <sip:900@premium.example?Replaces=a%3Bto-tag%3Db>'] : []
      const caller = `caller${Math.floor(random() * 40)}`
      return makeRequest({
        method,
        sequence: 1 + Math.floor(random() * 20),
        from: inside ? '"Bob" <sip:bob@example.com>;tag=bobtag' : `"Bob" <sip:${caller}@example.com>;tag=bobtag`,
        body: method === 'INVITE' || random() < 0.2 ? SDP : null,
        extra: refer,
        ...(inside ? dialog : {}),
      })
    }
    const response = (): string => {
      const said = pending.length > 0 ? pick(pending) : null
      if (!said) return request()
      const copied = said.message.headers.filter(({ name }) => ['via', 'from', 'call-id', 'cseq'].includes(name))
      const status = pick([
        100, 180, 183, 200, 200, 202, 300, 302, 401, 407, 404, 423, 480, 487, 491, 500, 503, 603, 699, 999,
      ])
      return [
        `SIP/2.0 ${status} Said`,
        ...copied.map(({ label, value }) => `${label}: ${value}`),
        `To: ${said.header('to').replace(/;tag=.*/, '')};tag=peertag`,
        `Contact: ${said.word === 'REGISTER' ? said.header('contact') : '<sip:bob@pbx.example.com>'}`,
        'WWW-Authenticate: Digest realm="example.com", nonce="n", qop="auth", algorithm=SHA-256',
        'Min-Expires: 60',
        'Retry-After: 3',
        'Content-Type: application/sdp',
        `Content-Length: ${SDP.length}`,
        '',
        SDP,
      ].join('\r\n')
    }

    const registerer = new Registerer(alice.userAgent, { logConfiguration: false })
    for (let i = 0; i < ROUNDS; i++) {
      if (i % 200 === 0) await registerer.register().catch(() => {})
      if (i % 250 === 0) {
        const inviter = new Inviter(alice.userAgent, UserAgent.makeURI('sip:bob@example.com')!)
        inviter.delegate = { onRefer: refuseReferral }
        await inviter.invite().catch(() => {})
      }
      if (i % 100 === 0) {
        const callId = fresh('live-')
        peer.server.send(makeRequest({ callId, from: `<sip:bob${i}@example.com>;tag=bobtag` }))
        await settle(20)
        const answer = peer.said.findLast((said) => said.header('call-id') === callId && said.status > 100)
        dialog = { callId, to: answer?.header('to') ?? dialog.to }
        peer.said.length = Math.min(peer.said.length, 50)
      }
      const roll = random()
      const seed = roll < 0.45 ? request() : roll < 0.8 ? response() : pick(tortures).text
      let text = seed
      for (let n = 0; n < 1 + Math.floor(random() * 3); n++) text = mutate(text, random, pick(tortures).text)
      try {
        peer.server.send(random() < 0.9 ? text : new TextEncoder().encode(text))
      } catch (error) {
        uncaught.push(error)
      }
      await settle(random() < 0.01 ? 5_000 : 1)
    }
    expect(uncaught).toEqual([])
    // Caught at the last line of defence: harmless, but each kind should be known.
    console.log(
      `fuzz: ${ROUNDS} messages, ${notes.size} kinds of notes, caught: ${JSON.stringify([...caught], null, 1)}`,
    )

    await settle(200_000)
    peer.said.length = 0
    peer.server.send(makeRequest({ method: 'OPTIONS', body: null }))
    peer.server.send(makeRequest({ from: '<sip:goodcaller@example.com>;tag=probe' }))
    await settle(100)
    expect(peer.said.filter((said) => said.method === 'OPTIONS').map((said) => said.status)).toEqual([200])
    expect(rang.at(-1)?.request.fromTag).toBe('probe')
    await rang.at(-1)?.progress()
    await settle(10)
    expect(peer.said.filter((said) => said.method === 'INVITE').map((said) => said.status)).toContain(180)
    expect(uncaught).toEqual([])
  })
})
