import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { usualConnection, type AccountConnection } from '../../../common/account'
import { silentLog } from '../../../common/log'
import { CachedNames } from '../../../gateway/sip/cached-names'
import type { Channel, ChannelEvents, ChannelNeeds } from '../../../gateway/sip/channel'
import type { Endpoint } from '../../../gateway/sip/endpoint'
import { KeepAlive } from '../../../gateway/sip/keep-alive'
import { LineMemory } from '../../../gateway/sip/line-memory'
import { SipLine } from '../../../gateway/sip/sip-line'
import { ManualClock, settle } from '../../fakes/manual-clock'

const server: Endpoint = { address: '192.0.2.1', port: 5060 }

/** A line in virtual time; the server answers nothing but what a test says. */
class Bench {
  readonly clock = new ManualClock()
  readonly memory = new LineMemory(this.clock, 'a')
  /** On the wire, and when. */
  readonly sent: { at: number; text: string; to: Endpoint | undefined }[] = []
  /** To the page. */
  readonly heard: string[] = []
  readonly ends: string[] = []
  readonly opened: string[] = []
  greets = true
  /** What STUN servers say, and which were asked. */
  stun: Endpoint | null = null
  readonly asked: Endpoint[] = []
  /** When a better server was told of. */
  readonly better: number[] = []
  /** Servers connected to, in order. */
  readonly opens: string[] = []
  /** Servers that are not there. */
  readonly dead = new Set<string>()
  private channels: { events: ChannelEvents; target: ChannelNeeds['target'] }[] = []
  readonly line: SipLine

  constructor(url = 'udp:192.0.2.1', connection: Partial<AccountConnection> = {}) {
    this.line = new SipLine(
      {
        id: 'a',
        uri: 'sip:alice@example.com',
        server: url,
        certificate: null,
        connection: { ...usualConnection, ...connection },
      },
      {
        clock: this.clock,
        log: silentLog,
        memory: this.memory,
        names: new CachedNames(
          { naptr: () => Promise.resolve([]), srv: () => Promise.resolve([]), addresses: () => Promise.resolve([]) },
          this.clock,
        ),
        openChannel: (needs, events) => {
          const { address } = needs.target
          this.opens.push(address)
          const failure = { reason: 'unreachable', detail: `${address} is dead`, certificate: null } as const
          return Promise.resolve(
            this.dead.has(address) ? { ok: false, failure } : { ok: true, channel: this.channel(needs, events) },
          )
        },
        probeWebSocket: () => Promise.resolve(null),
        random: () => 0,
        addressTowards: () => Promise.resolve('10.0.0.7'),
      },
      {
        onOpened: ({ transport, local }) => this.opened.push(`${transport} ${local}`),
        onMessage: (text) => this.heard.push(text),
        onClosed: (reason) => this.ends.push(reason),
        onBetter: () => this.better.push(this.clock.now()),
        onElsewhere: () => {},
      },
    )
  }

  static async opened(url?: string, connection?: Partial<AccountConnection>): Promise<Bench> {
    const bench = new Bench(url, connection)
    await settle()
    bench.sent.length = 0
    return bench
  }

  /** From the network. */
  arrive(text: string, from: Endpoint = server): void {
    this.channels.at(-1)?.events.onMessage(text, from)
  }

  words(): string[] {
    return this.sent.map(({ text }) => text.split(' ')[text.startsWith('SIP') ? 1 : 0] ?? '')
  }

  private channel(needs: ChannelNeeds, events: ChannelEvents): Channel {
    this.channels.push({ events, target: needs.target })
    const send = (text: string, to?: Endpoint): void => {
      this.sent.push({ at: this.clock.now(), text, to })
      if (this.greets && text.includes('greeting-')) events.onMessage(answer(text, 200), needs.target)
    }
    const reliable = needs.target.transport !== 'udp'
    const ask = (to: Endpoint): Promise<Endpoint | null> => {
      this.asked.push(to)
      return Promise.resolve(this.stun)
    }
    const local = { address: '10.0.0.7', port: 40_000 }
    return { target: needs.target, reliable, local, send, close: () => {}, ...(reliable ? {} : { ask }) }
  }
}

/** A response with the request's own headers. */
const answer = (request: string, status: number, ...extra: string[]): string => {
  const kept = request.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq):/i.test(line))
  const tagged = kept.map((line) => (/^to:/i.test(line) && !/tag=/.test(line) ? `${line};tag=srv` : line))
  return [`SIP/2.0 ${status} Said`, ...tagged, ...extra, 'Content-Length: 0', '', ''].join('\r\n')
}

const request = (method: string, branch: string, ...extra: string[]): string =>
  [
    `${method} sip:example.com SIP/2.0`,
    `Via: SIP/2.0/WS page.invalid;branch=${branch}`,
    'From: <sip:alice@example.com>;tag=1',
    'To: <sip:example.com>',
    'Call-ID: c1',
    `CSeq: 1 ${method}`,
    'Contact: <sip:f00@page.invalid;transport=ws>',
    ...extra,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')

const call = (branch: string, uri = 'sip:f00@10.0.0.7:40000'): string =>
  [
    `INVITE ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.1;branch=${branch};rport`,
    'From: <sip:bob@example.com>;tag=2',
    'To: <sip:alice@example.com>',
    'Call-ID: c2',
    'CSeq: 1 INVITE',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')

describe('a request of the page', () => {
  test('goes out under our name and comes back under its own', async () => {
    const bench = await Bench.opened()
    bench.line.send(request('OPTIONS', 'z9hG4bKp1'))
    const [sent] = bench.sent
    expect(sent?.text).toMatch(/\r\nVia: SIP\/2\.0\/UDP 10\.0\.0\.7:40000;rport;branch=z9hG4bKp1\.[0-9a-f]{16}\r\n/)
    bench.arrive(answer(sent?.text ?? '', 200))
    bench.arrive(answer(sent?.text ?? '', 200))
    expect(bench.heard).toHaveLength(1)
    expect(bench.heard[0]).toContain('Via: SIP/2.0/WS page.invalid;branch=z9hG4bKp1\r\n')
  })

  test('is answered by nobody who was not asked', async () => {
    const bench = await Bench.opened()
    bench.line.send(request('OPTIONS', 'z9hG4bKp1'))
    const text = answer(bench.sent[0]?.text ?? '', 200)
    bench.arrive(text.replace(/branch=\S+/, 'branch=z9hG4bKp1'))
    bench.arrive(text.replace(/Via: /, 'Via: SIP/2.0/UDP 1.2.3.4, '))
    bench.arrive(text.replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE'))
    expect(bench.heard).toEqual([])
  })

  test('that nobody answers ends in silence, and the server is tried last next time', async () => {
    const bench = await Bench.opened()
    bench.line.send(request('REGISTER', 'z9hG4bKp1'))
    bench.clock.advance(8_000)
    bench.line.close()
    bench.clock.advance(60_000)
    expect(bench.words()).toEqual(['REGISTER', 'REGISTER', 'REGISTER', 'REGISTER', 'REGISTER'])
    expect(bench.memory.hasFailed('udp 192.0.2.1 5060')).toBe(true)
    expect(bench.clock.pending).toBe(0)
  })

  test('is acknowledged and cancelled on the branch it went out with', async () => {
    const bench = await Bench.opened()
    bench.line.send(request('INVITE', 'z9hG4bKp1'))
    const branch = /branch=([^;\s]*)/.exec(bench.sent[0]?.text ?? '')?.[1]
    bench.arrive(answer(bench.sent[0]?.text ?? '', 180))
    bench.line.send(request('CANCEL', 'z9hG4bKp1'))
    bench.arrive(answer(bench.sent[0]?.text ?? '', 487))
    bench.line.send(request('ACK', 'z9hG4bKp1'))
    expect(bench.words()).toEqual(['INVITE', 'CANCEL', 'ACK'])
    for (const { text } of bench.sent) expect(text).toContain(`;branch=${branch}\r\n`)
  })
})

describe('a request to us', () => {
  test('is answered where it came from, once for each time it comes', async () => {
    const bench = await Bench.opened()
    bench.line.send(request('REGISTER', 'z9hG4bKp0'))
    bench.sent.length = 0
    const from = { address: '192.0.2.1', port: 5099 }
    bench.arrive(call('z9hG4bKs1'), from)
    bench.arrive(call('z9hG4bKs1'), from)
    expect(bench.heard).toHaveLength(1)
    expect(bench.heard[0]).toMatch(/^INVITE sip:f00@page\.invalid;transport=ws SIP/)
    bench.line.send(answer(bench.heard[0] ?? '', 486))
    bench.arrive(call('z9hG4bKs1'), from)
    expect(bench.words()).toEqual(['486', '486'])
    for (const { text, to } of bench.sent) {
      expect(to).toEqual(from)
      expect(text).toContain('Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKs1;rport=5099;received=192.0.2.1\r\n')
    }
  })

  test('that a stranger sends is not there, however often', async () => {
    const bench = await Bench.opened()
    for (let index = 0; index < 1_000; index++)
      bench.arrive(call(`z9hG4bK${index}`), { address: '203.0.113.66', port: 5060 })
    expect(bench.heard).toEqual([])
    expect(bench.sent).toEqual([])
  })
})

describe('a way that carries nothing any more', () => {
  test('is noticed when a server that promised to answer keep-alives does not', async () => {
    const bench = await Bench.opened('tcp:192.0.2.1')
    bench.line.send(request('REGISTER', 'z9hG4bKp1'))
    bench.arrive(answer(bench.sent[0]?.text ?? '', 200, 'Flow-Timer: 20'))
    for (let round = 0; round < 10; round++) {
      bench.clock.advance(18_000)
      expect(bench.sent.at(-1)?.text).toBe('\r\n\r\n')
      bench.arrive('\r\n')
    }
    expect(bench.ends).toEqual([])
    bench.clock.advance(30_000)
    expect(bench.ends).toEqual(['connection-lost'])
    expect(bench.clock.pending).toBe(0)
  })

  test('is asked over UDP by STUN where the server has a flow timer, believed to answer when it has, and left when it sees another address', async () => {
    const bench = await Bench.opened()
    bench.line.send(request('REGISTER', 'z9hG4bKp1'))
    bench.arrive(answer(bench.sent[0]?.text ?? '', 200, 'Flow-Timer: 120'))
    await bench.clock.advanceAsync(60_000)
    // It knows none: three questions each time, and no harm.
    expect(bench.asked.length).toBe(6)
    expect(bench.asked[0]).toMatchObject(server)
    expect(bench.ends).toEqual([])
    bench.stun = { address: '10.0.0.7', port: 40_000 }
    await bench.clock.advanceAsync(60_000)
    expect(bench.sent.map(({ text }) => text)).not.toContain('\r\n\r\n')
    const silent = new Bench()
    silent.stun = bench.stun
    bench.stun = { address: '198.51.100.7', port: 61_000 }
    await bench.clock.advanceAsync(30_000)
    expect(bench.ends).toEqual(['connection-lost'])
    expect(bench.clock.pending).toBe(0)

    await settle()
    silent.line.send(request('REGISTER', 'z9hG4bKp1'))
    silent.arrive(answer(silent.sent.at(-1)?.text ?? '', 200, 'Flow-Timer: 120'))
    await silent.clock.advanceAsync(60_000)
    silent.stun = null
    await silent.clock.advanceAsync(60_000)
    expect(silent.ends).toEqual(['connection-lost'])
  })

  test('is kept open by a word every 25 s when nothing else is said', async () => {
    const bench = await Bench.opened()
    bench.clock.advance(100_000)
    expect(bench.sent.map(({ at, text }) => [at, text])).toEqual(
      [25_000, 50_000, 75_000, 100_000].map((at) => [at, '\r\n\r\n']),
    )
    const clock = new ManualClock()
    let pings = 0
    const keepAlive = new KeepAlive({ clock, ping: () => pings++, isSure: true, onSilent: () => {} })
    for (let second = 0; second < 600; second += 20) {
      clock.advance(20_000)
      keepAlive.said()
    }
    expect(pings).toBe(0)
    keepAlive.stop()
    expect(clock.pending).toBe(0)
  })
})

test('a server that answers no question of ours is asked for a registration all the same', async () => {
  const bench = new Bench()
  bench.greets = false
  await bench.clock.advanceAsync(3_000)
  expect(bench.opened).toEqual(['udp 10.0.0.7:40000'])
  expect(bench.words().filter((word) => word === 'OPTIONS').length).toBeLessThanOrEqual(4)
})

test('a change of the network while a server is looked for begins the search anew', async () => {
  const bench = new Bench()
  bench.greets = false
  await bench.clock.advanceAsync(1_000)
  bench.greets = true
  bench.line.networkChanged()
  await bench.clock.advanceAsync(0)
  expect(bench.opened).toHaveLength(1)
  await bench.clock.advanceAsync(30_000)
  expect(bench.opened).toHaveLength(1)
  expect(bench.ends).toEqual([])
})

describe('a server to fall back on', () => {
  const backups = ['udp:192.0.2.2']

  test('is kept while the first is away, which is asked every few minutes, and told of when it is back', async () => {
    const bench = new Bench('udp:192.0.2.1', { backups })
    bench.dead.add('192.0.2.1')
    await settle()
    expect(bench.opened).toEqual(['udp 10.0.0.7:40000'])
    const wait = async (minutes: number): Promise<void> => {
      for (let second = 0; second < minutes * 60; second++) {
        bench.clock.advance(1_000)
        await settle()
      }
    }
    await wait(10)
    expect(bench.better).toEqual([])
    expect(bench.opens.filter((address) => address === '192.0.2.1')).toHaveLength(6)
    bench.dead.clear()
    await wait(5)
    expect(bench.better).toHaveLength(2)
    expect(bench.ends).toEqual([])
    bench.line.close()
    await wait(5)
    expect(bench.better).toHaveLength(2)
  })

  test('is left more seldom for a first that answers and registers nobody, until that does', async () => {
    const busy = await Bench.opened('udp:192.0.2.1', { backups })
    busy.line.send(request('REGISTER', 'z9hG4bKp1'))
    busy.arrive(answer(busy.sent[0]?.text ?? '', 503))
    expect(busy.ends).toEqual(['server-error'])
    expect(busy.memory.reserve).toBe(2)
    const dying = await Bench.opened('udp:192.0.2.1', { backups })
    dying.memory.reserve = 8
    dying.line.send(request('REGISTER', 'z9hG4bKp1'))
    dying.arrive(answer(dying.sent[0]?.text ?? '', 200))
    dying.line.send(request('OPTIONS', 'z9hG4bKp2'))
    dying.clock.advance(4_000)
    dying.line.close()
    expect(dying.memory.reserve).toBe(1)
    expect(dying.memory.hasFailed('udp 192.0.2.1 5060')).toBe(true)
  })

  test('is looked past only by whoever is on one: of the first nothing is asked', async () => {
    const bench = await Bench.opened('udp:192.0.2.1', { backups })
    for (let minute = 0; minute < 10; minute++) {
      bench.clock.advance(60_000)
      await settle()
    }
    expect(bench.opens).toEqual(['192.0.2.1'])
  })
})

describe('whatever comes', () => {
  const odd = [
    call('z9hG4bKt1').replace('INVITE sip:f00@10.0.0.7:40000 SIP/2.0', 'INVITE  sip:f00@10.0.0.7  SIP/2.0'),
    call('z9hG4bKt2').replace(/\r\n/g, '\n'),
    call('z9hG4bKt3').replace('Via: SIP/2.0/UDP 192.0.2.1', 'v:  SIP  / 2.0 \r\n /UDP\r\n\t192.0.2.1'),
    call('z9hG4bKt4').replace('CSeq: 1 INVITE', 'CSeq: 99999999999999999999 INVITE'),
    call('z9hG4bKt5').replace('Content-Length: 0', 'Content-Length: -1'),
    call('').replace(';rport', ''),
    call('z9hG4bK'),
    call('z9hG4bKt6').replace(/Via:.*\r\n/, ''),
    call('z9hG4bKt7').replace('To: <sip:alice@example.com>', 'To: "unfinished <sip:alice@example.com'),
    call(`z9hG4bK${'x'.repeat(9_000)}`),
    `${call('z9hG4bKt8')}${'y'.repeat(70_000)}`,
    'SIP/2.0 200',
    'SIP/2.0 999 ☎\r\nVia: SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKp1\r\n\r\n',
    '\r\n\r\n\r\n',
    '\u0000\u0001',
    `INVITE ${'sip:a@'.repeat(2_000)} SIP/2.0\r\n\r\n`,
    `SIP/2.0 200 OK\r\n${'Via: SIP/2.0/UDP a;branch=1\r\n'.repeat(190)}\r\n`,
  ]

  test.each(odd.map((text, index) => [index, text] as const))(
    'torture %i passes or is dropped, and breaks nothing',
    async (_index, text) => {
      const bench = await Bench.opened()
      bench.line.send(request('REGISTER', 'z9hG4bKp1'))
      bench.arrive(text)
      for (const heard of bench.heard.splice(0)) bench.line.send(answer(heard, 400))
      bench.line.send(text)
      bench.arrive(call('z9hG4bKafter'))
      expect(bench.heard.filter((heard) => heard.includes('z9hG4bKafter'))).toHaveLength(1)
    },
  )

  test('mangled bytes never throw and are never answered more often than they come', async () => {
    const bench = await Bench.opened()
    bench.line.send(request('REGISTER', 'z9hG4bKp1'))
    bench.sent.length = 0
    const whole = [call('z9hG4bKm1'), answer(request('INVITE', 'z9hG4bKp1'), 200), ...odd]
    const mangled = fc.tuple(fc.constantFrom(...whole), fc.nat(400), fc.nat(20), fc.string({ maxLength: 12 }))
    let count = 0
    fc.assert(
      fc.property(mangled, ([text, at, cut, put]) => {
        count++
        bench.arrive(text.slice(0, at) + put + text.slice(at + cut))
      }),
      { numRuns: 400 },
    )
    expect(bench.heard.length).toBeLessThanOrEqual(count)
    expect(bench.sent.length).toBeLessThanOrEqual(count)
    bench.line.close()
    expect(bench.clock.pending).toBe(0)
  })

  test('a thousand seconds of silence cost forty words', async () => {
    const bench = await Bench.opened()
    bench.clock.advance(1_000_000)
    expect(bench.sent.length).toBe(40)
  })
})
