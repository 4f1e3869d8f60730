/* Why a call is not heard: told from what is measured, when it has lasted, and never of a call that is well. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GatewayCounters } from '../../../common/contract/gateway'
import { SoundJudge, type Finding } from '../../../renderer/engine/media/diagnose'
import type { SoundSample } from '../../../renderer/engine/media/sound-point'
import { isOtherPrivateNetwork } from '../../../renderer/engine/media/private-address'

interface Second {
  readonly sent: number
  readonly received: number
  readonly lost: number
  readonly spoken: number
  readonly heard: number
  readonly farLoss: number
  /** Of the far end: reports it gives, and those that tell of our sound. */
  readonly reports: number
  readonly arrived: number
}
const well: Second = {
  sent: 50,
  received: 50,
  lost: 0,
  spoken: 0.01,
  heard: 0.01,
  farLoss: 0,
  reports: 0.2,
  arrived: 0.2,
}

/** A call, looked at every two seconds, in which this happens each second. */
class Talk {
  readonly judge = new SoundJudge()
  #at = 1_000
  #sum: Second = { sent: 0, received: 0, lost: 0, spoken: 0, heard: 0, farLoss: 0, reports: 0, arrived: 0 }
  /** What was found, at each look. */
  readonly found: (Finding | null)[] = []

  constructor(private readonly facts: Partial<SoundSample> = {}) {}

  pass(seconds: number, change: Partial<Second> = {}, facts: Partial<SoundSample> = {}): Finding | null {
    const each = { ...well, ...change }
    for (let i = 0; i < seconds; i += 2) {
      this.#at += 2_000
      const sum = this.#sum
      this.#sum = {
        sent: sum.sent + 2 * each.sent,
        received: sum.received + 2 * each.received,
        lost: sum.lost + 2 * each.lost,
        spoken: sum.spoken + 2 * each.spoken,
        heard: sum.heard + 2 * each.heard,
        farLoss: each.farLoss,
        reports: sum.reports + 2 * each.reports,
        arrived: sum.arrived + 2 * each.arrived,
      }
      const { gateway = null } = { ...this.facts, ...facts }
      this.found.push(
        this.judge.take({
          at: this.#at,
          sends: true,
          hears: true,
          muted: false,
          own: null,
          ...this.facts,
          ...facts,
          gateway: gateway && {
            ...gateway,
            sent: this.#sum.sent,
            received: this.#sum.received,
            // What is encrypted from end to end it cannot read.
            ...(gateway.encryption !== 'dtls' && {
              reports: Math.floor(this.#sum.reports),
              progress: Math.floor(this.#sum.arrived),
            }),
          },
          stats: rows(this.#sum),
        }),
      )
    }
    return this.found.at(-1) ?? null
  }
}

const rows = (sum: Second): SoundSample['stats'] =>
  new Map<string, unknown>([
    [
      'in',
      {
        type: 'inbound-rtp',
        kind: 'audio',
        packetsReceived: sum.received,
        packetsLost: sum.lost,
        totalAudioEnergy: sum.heard,
      },
    ],
    ['out', { type: 'outbound-rtp', kind: 'audio', packetsSent: sum.sent }],
    ['mic', { type: 'media-source', kind: 'audio', totalAudioEnergy: sum.spoken }],
    [
      'far',
      {
        type: 'remote-inbound-rtp',
        kind: 'audio',
        fractionLost: sum.farLoss,
        ...(sum.arrived >= 1 && { timestamp: 1e12 + Math.floor(sum.arrived) }),
      },
    ],
    ['theirs', { type: 'remote-outbound-rtp', kind: 'audio', reportsSent: Math.floor(sum.reports) }],
  ]) as unknown as SoundSample['stats']

const counters = (change: Partial<GatewayCounters> = {}): GatewayCounters => ({
  sent: 0,
  received: 0,
  strangers: 0,
  refused: 0,
  silentMs: null,
  latched: null,
  signalled: '192.0.2.7:4000',
  encryption: 'none',
  reports: 0,
  progress: 0,
  turnedAway: null,
  ...change,
})
const nothing = { received: 0, heard: 0 }

describe('a call that is well', () => {
  it('is never found to be anything else, whatever is said or not said in it', () => {
    const second = fc.record({
      sent: fc.constantFrom(20, 50, 100),
      // Silence may be saved: a packet now and then is enough.
      received: fc.constantFrom(1, 3, 50),
      lost: fc.constant(0),
      spoken: fc.double({ min: 1e-9, max: 1, noNaN: true }),
      heard: fc.double({ min: 1e-9, max: 1, noNaN: true }),
      farLoss: fc.double({ min: 0, max: 0.05, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(second, fc.integer({ min: 2, max: 20 })), { maxLength: 20 }), (parts) => {
        const talk = new Talk()
        for (const [part, seconds] of parts) talk.pass(seconds, part)
        expect(talk.found.filter((one) => one !== null)).toEqual([])
      }),
    )
  })

  it('may be with somebody whose reports are rare, or never come', () => {
    const talk = new Talk()
    talk.pass(60, { reports: 0, arrived: 0 })
    talk.pass(60, { reports: 0.05, arrived: 0.05 })
    // A report that came too early to tell of anything.
    talk.pass(4, { reports: 0.5, arrived: 0 })
    talk.pass(20)
    expect(talk.found.filter((one) => one !== null)).toEqual([])
  })

  it('may be held, muted and resumed without a word', () => {
    const talk = new Talk()
    talk.pass(10)
    talk.pass(60, { ...nothing, sent: 0, spoken: 0 }, { sends: false, hears: false })
    talk.pass(10)
    talk.pass(60, { spoken: 0 }, { muted: true })
    talk.pass(10)
    // A far end that was heard is listening now, and its phone sends zeros.
    talk.pass(60, { heard: 0 })
    expect(talk.found.filter((one) => one !== null)).toEqual([])
  })

  it('loses a packet now and then, and for a moment many', () => {
    const talk = new Talk()
    talk.pass(30, { lost: 2 })
    talk.pass(2, { received: 40, lost: 10 })
    talk.pass(2, { farLoss: 0.5 })
    talk.pass(30)
    expect(talk.found.filter((one) => one !== null)).toEqual([])
  })
})

describe('a call in which nothing comes', () => {
  it('is said to after six seconds, with what was sent, and no longer when something comes', () => {
    const talk = new Talk({ gateway: counters(), own: '198.51.100.1:5000' })
    expect(talk.pass(6, nothing)).toBeNull()
    expect(talk.pass(4, nothing)).toEqual({
      trouble: 'nothing-received',
      evidence: 'sent 500 packets, received 0, none for 8 s; the far end named 192.0.2.7:4000',
    })
    expect(talk.pass(2)).toBeNull()
  })

  it('and in which something came before is given twice the time', () => {
    const talk = new Talk()
    talk.pass(10)
    expect(talk.pass(10, nothing)).toBeNull()
    expect(talk.pass(4, nothing)?.trouble).toBe('nothing-received')
  })

  it.each([
    ['private-address', {}, '192.168.7.20:4000', '198.51.100.1:5000'],
    ['nothing-received', {}, '192.168.7.20:4000', '192.168.7.3:5000'],
    ['nothing-received', {}, '192.168.7.20:4000', null],
  ] as const)('is %s %o where the far end named %s and we %s', (trouble, more, signalled, own) => {
    const talk = new Talk({ gateway: counters({ ...more, signalled }), own })
    expect(talk.pass(10, nothing)?.trouble).toBe(trouble)
  })

  it('is said to be turned away where a host says so, and to name no address of ours that cannot be reached', () => {
    const refused = new Talk({ gateway: counters({ turnedAway: '192.0.2.7:4000' }), own: '192.168.1.5:5000' })
    expect(refused.pass(10, nothing)?.trouble).toBe('turned-away')
    expect(refused.found.at(-1)?.evidence).toContain('nobody takes packets at 192.0.2.7:4000')
    const own = new Talk({ gateway: counters(), own: '192.168.1.5:5000' })
    expect(own.pass(10, nothing)).toMatchObject({ trouble: 'own-private-address' })
    expect(own.found.at(-1)?.evidence).toMatch(/the far end named 192\.0\.2\.7:4000, we 192\.168\.1\.5:5000$/)
    // It was heard, so it knew the way.
    const heard = new Talk({ gateway: counters(), own: '192.168.1.5:5000' })
    heard.pass(4)
    expect(heard.pass(16, nothing)?.trouble).toBe('nothing-received')
  })

  it.each([
    ['srtp-refused', 'refused', '300 could not be decrypted'],
    ['strangers-only', 'strangers', '300 came from elsewhere'],
  ] as const)('says %s when there is what it could have been', (trouble, counter, words) => {
    const talk = new Talk({ gateway: counters() })
    talk.pass(2, nothing)
    const found = talk.pass(8, nothing, { gateway: counters({ [counter]: 300 }) })
    expect(found).toMatchObject({ trouble })
    expect(found?.evidence).toContain(words)
  })
})

describe('a call that is not heard', () => {
  it.each([
    ['nothing-sent', { sent: 0 }, 10],
    ['microphone-silent', { spoken: 0 }, 12],
    ['far-end-silent', { heard: 0 }, 12],
  ] as const)('from the beginning is said to be %s', (trouble, change, seconds) => {
    expect(new Talk().pass(seconds, change)?.trouble).toBe(trouble)
  })

  it('and gives back the silence it is sent is its microphone’s', () => {
    expect(new Talk().pass(12, { spoken: 0, heard: 0 })?.trouble).toBe('microphone-silent')
  })

  it.each([
    ['over WebRTC', null],
    ['behind the gateway', counters()],
  ])('by the other side is said to be, once its reports tell of no more, %s', (_, gateway) => {
    const talk = new Talk({ gateway })
    talk.pass(20)
    expect(talk.pass(4, { arrived: 0 })).toBeNull()
    const found = talk.pass(10, { arrived: 0 })
    expect(found?.trouble).toBe('not-heard')
    expect(found?.evidence).toMatch(
      /^sent \d{3} packets in \d+ s; of \d reports of theirs since, none tells that more arrived$/,
    )
    expect(talk.pass(10)).toBeNull()
  })

  it.each(['none', 'dtls'] as const)(
    'by the other side (%s) from the beginning is said to be when three reports tell of nothing',
    (encryption) => {
      const talk = new Talk({ gateway: counters({ encryption }) })
      expect(talk.pass(12, { arrived: 0 })).toBeNull()
      expect(talk.pass(8, { arrived: 0 })?.evidence).toContain('none tells that anything arrived')
      expect(talk.pass(2, {}, { sends: false, hears: false })).toBeNull()
      expect(talk.pass(8, { arrived: 0 })).toBeNull()
    },
  )

  it('by the other side, who lost all of it, is not called lossy', () => {
    const talk = new Talk()
    talk.pass(10)
    expect(talk.pass(14, { farLoss: 0.996 })?.trouble).toBe('not-heard')
  })

  it('by us is said to be what it is where their description says so', () => {
    const talk = new Talk({ hears: false, listensOnly: true })
    expect(talk.pass(6, nothing)).toBeNull()
    expect(talk.pass(4, nothing)).toMatchObject({ trouble: 'listens-only' })
    expect(talk.pass(2, {}, { hears: true, listensOnly: false })).toBeNull()
  })

  it('since its microphone stopped giving anything is said to, when that has lasted', () => {
    const talk = new Talk()
    talk.pass(20)
    expect(talk.pass(28, { spoken: 0 })).toBeNull()
    expect(talk.pass(4, { spoken: 0 })?.trouble).toBe('microphone-silent')
    expect(talk.pass(2)).toBeNull()
  })
})

it('heavy loss is said in either direction, and until it is clearly less', () => {
  const talk = new Talk()
  talk.pass(10)
  expect(talk.pass(10, { received: 40, lost: 10 })).toEqual({
    trouble: 'heavy-loss',
    evidence: 'lost 20 % of 400 packets; the far end lost 0 % of ours',
  })
  expect(talk.pass(10, { received: 46, lost: 4 })?.trouble).toBe('heavy-loss')
  expect(talk.pass(10)).toBeNull()
  expect(talk.pass(12, { farLoss: 0.3 })?.evidence).toContain('the far end lost 30 % of ours')
})

it('another connection begins anew, whatever its counters say', () => {
  const talk = new Talk()
  talk.pass(20)
  talk.judge.restart()
  expect(talk.pass(4, nothing)).toBeNull()
})

it('an address is another network’s when it is private and ours is not beside it', () => {
  expect(isOtherPrivateNetwork('10.1.2.3:4', '10.1.200.9:4')).toBe(false)
  expect(isOtherPrivateNetwork('10.1.2.3:4', '10.2.2.3:4')).toBe(true)
  expect(isOtherPrivateNetwork('172.32.0.1:4', '192.0.2.1:4')).toBe(false)
  expect(isOtherPrivateNetwork('172.31.0.1:4', '192.0.2.1:4')).toBe(true)
  expect(isOtherPrivateNetwork('100.64.0.1:4', '192.0.2.1:4')).toBe(true)
  expect(isOtherPrivateNetwork('[fd00:1:2::5]:4', '[2001:db8::1]:4')).toBe(true)
  expect(isOtherPrivateNetwork('[fd00:1:2::5]:4', '[fd00:1:2::9]:4')).toBe(false)
  expect(isOtherPrivateNetwork('[2001:db8::1]:4', '192.168.0.1:4')).toBe(false)
  expect(isOtherPrivateNetwork('no address', '192.168.0.1:4')).toBe(false)
})
