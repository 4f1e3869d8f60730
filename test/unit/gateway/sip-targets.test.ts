import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CachedNames } from '../../../gateway/sip/cached-names'
import { isForDomain } from '../../../gateway/sip/certificate-names'
import { findTargets } from '../../../gateway/sip/find-targets'
import { LineMemory } from '../../../gateway/sip/line-memory'
import type { NaptrRecord, Names, SrvRecord } from '../../../gateway/sip/names'
import { orderServers } from '../../../gateway/sip/order-servers'
import { usualConnection } from '../../../common/account'
import { serversOf } from '../../../gateway/sip/servers-of'
import { ManualClock } from '../../fakes/manual-clock'

interface Zone {
  readonly naptr?: readonly NaptrRecord[]
  readonly srv?: Readonly<Record<string, readonly SrvRecord[]>>
  readonly hosts?: Readonly<Record<string, readonly string[]>>
}

const namesOf = ({ naptr = [], srv = {}, hosts = {} }: Zone): Names & { asked: string[] } => {
  const asked: string[] = []
  const answer = <T>(name: string, value: T): Promise<T> => {
    asked.push(name)
    return Promise.resolve(value)
  }
  return {
    asked,
    naptr: (domain) => answer(`naptr ${domain}`, naptr),
    srv: (name) => answer(`srv ${name}`, srv[name] ?? []),
    addresses: (host) => answer(`host ${host}`, hosts[host] ?? []),
  }
}

const srv = (name: string, port: number, priority = 1, weight = 0): SrvRecord => ({ name, port, priority, weight })

const find = async (server: string, zone: Zone): Promise<string[] | string> => {
  const found = await findTargets(server, namesOf(zone), () => 0)
  return found.ok
    ? found.targets.map(({ transport, address, port, domain }) => `${transport} ${address}:${port} as ${domain}`)
    : found.failure
}

const hosts = {
  'example.com': ['192.0.2.1'],
  'a.example.net': ['192.0.2.2', '2001:db8::2'],
  'b.example.net': ['192.0.2.3'],
}

describe('where a server is', () => {
  test('an explicit port is gone to without asking for more than addresses', async () => {
    const names = namesOf({ hosts })
    await findTargets('tls:example.com:5071', names, () => 0)
    expect(names.asked).toEqual(['host example.com'])
    expect(await find('udp:192.0.2.9', {})).toEqual(['udp 192.0.2.9:5060 as 192.0.2.9'])
    expect(await find('tls:[2001:db8::9]:5081', {})).toEqual(['tls 2001:db8::9:5081 as 2001:db8::9'])
  })

  test('a name is looked up for its transport, and its certificate is to be for the name, not for where it led', async () => {
    const zone = {
      hosts,
      srv: { '_sips._tcp.example.com': [srv('b.example.net.', 5071, 20), srv('A.example.net', 5061, 10)] },
    }
    expect(await find('tls:example.com', zone)).toEqual([
      'tls 192.0.2.2:5061 as example.com',
      'tls 2001:db8::2:5061 as example.com',
      'tls 192.0.2.3:5071 as example.com',
    ])
    expect(await find('tcp:example.com', zone)).toEqual(['tcp 192.0.2.1:5060 as example.com'])
  })

  test('a domain is asked what it announces, best first, and tried at the usual ports when that is nothing', async () => {
    const announced = {
      '_sip._udp.example.com': [srv('b.example.net', 5060)],
      '_sips._tcp.example.com': [srv('b.example.net', 5061)],
    }
    expect(await find('sip:example.com', { hosts, srv: announced })).toEqual([
      'tls 192.0.2.3:5061 as example.com',
      'udp 192.0.2.3:5060 as example.com',
    ])
    expect(await find('sip:example.com', { hosts })).toEqual([
      'tls 192.0.2.1:5061 as example.com',
      'tcp 192.0.2.1:5060 as example.com',
      'udp 192.0.2.1:5060 as example.com',
    ])
  })

  test('NAPTR says what a domain prefers; what is no SIP, or nothing a phone speaks, is passed over', async () => {
    const naptr = [
      { order: 50, preference: 50, service: 'SIP+D2U', flags: 's', replacement: '_sip._udp.example.com' },
      { order: 10, preference: 60, service: 'sip+d2t', flags: 'S', replacement: '_sip._tcp.example.com' },
      { order: 10, preference: 50, service: 'SIPS+D2W', flags: 's', replacement: 'web.example.com' },
      { order: 1, preference: 1, service: 'SIP+D2S', flags: 's', replacement: '_sip._sctp.example.com' },
      { order: 1, preference: 1, service: 'E2U+sip', flags: 'u', replacement: '' },
    ]
    const records = {
      '_sip._udp.example.com': [srv('b.example.net', 5060)],
      '_sip._tcp.example.com': [srv('b.example.net', 5070)],
      'web.example.com': [srv('b.example.net', 443)],
    }
    expect(await find('sip:example.com', { naptr, srv: records, hosts })).toEqual([
      'wss 192.0.2.3:443 as example.com',
      'tcp 192.0.2.3:5070 as example.com',
      'udp 192.0.2.3:5060 as example.com',
    ])
  })

  test('a record that says there is no such service is believed', async () => {
    expect(await find('sip:example.com', { hosts, srv: { '_sips._tcp.example.com': [srv('.', 0)] } })).toHaveLength(3)
  })

  test('a name that leads nowhere, and what is no server, are told apart', async () => {
    expect(await find('udp:nowhere.example.com', {})).toBe('unknown-host')
    expect(await find('udp:example.com:0', {})).toBe('invalid-account')
    expect(await find('https://example.com', {})).toBe('invalid-account')
    expect(await find('wss://example.com:7443/ws', { hosts })).toEqual(['wss 192.0.2.1:7443 as example.com'])
  })

  test('a zone full of servers is tried no further than is reasonable', async () => {
    const many = Array.from({ length: 500 }, (_, index) => srv('a.example.net', 1_000 + index))
    expect(await find('udp:example.com', { hosts, srv: { '_sip._udp.example.com': many } })).toHaveLength(16)
  })
})

describe('the order of servers', () => {
  test('is that of their priorities, each once', () => {
    const record = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      port: fc.integer({ min: 1, max: 9 }),
      priority: fc.nat(3),
      weight: fc.nat(100),
    })
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 12 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (records, random) => {
          const ordered = orderServers(records, () => random)
          expect(ordered.map(({ priority }) => priority)).toEqual(
            records.map(({ priority }) => priority).sort((a, b) => a - b),
          )
          expect(new Set(ordered)).toEqual(new Set(records))
        },
      ),
    )
  })

  test('within one priority follows weights, and leaves those without a small chance', () => {
    const records = [srv('heavy', 1, 1, 75), srv('light', 1, 1, 25), srv('none', 1, 1, 0)]
    const firsts = new Map<string, number>()
    for (let step = 0; step < 1_000; step++) {
      const [first] = orderServers(records, () => step / 1_000)
      firsts.set(first?.name ?? '', (firsts.get(first?.name ?? '') ?? 0) + 1)
    }
    expect(firsts.get('heavy')).toBeGreaterThan(700)
    expect(firsts.get('light')).toBeGreaterThan(200)
    expect(firsts.get('none')).toBeGreaterThan(0)
  })
})

test('names are asked for once in a while, and again at once when they are to be forgotten', async () => {
  const clock = new ManualClock()
  const names = namesOf({ hosts })
  const cached = new CachedNames(names, clock)
  for (let index = 0; index < 5; index++) expect(await cached.addresses('example.com')).toEqual(['192.0.2.1'])
  expect(names.asked).toHaveLength(1)
  clock.advance(30_001)
  await cached.addresses('example.com')
  expect(names.asked).toHaveLength(2)
  cached.forget()
  await cached.addresses('example.com')
  expect(names.asked).toHaveLength(3)
})

test('while no name server answers, a name leads to where it led last, for a day', async () => {
  const clock = new ManualClock()
  const none = (): Promise<never[]> => Promise.resolve([])
  let answer: readonly string[] | null = ['192.0.2.1']
  const cached = new CachedNames({ naptr: none, srv: none, addresses: () => Promise.resolve(answer) }, clock)
  const asked = (): Promise<readonly string[]> => (cached.forget(), cached.addresses('example.com'))
  expect(await asked()).toEqual(['192.0.2.1'])
  answer = null
  clock.advance(3_600_000)
  expect(await asked()).toEqual(['192.0.2.1'])
  clock.advance(86_400_000)
  expect(await asked()).toEqual([])
  answer = ['192.0.2.2']
  expect(await asked()).toEqual(['192.0.2.2'])
  // There is no such name any more: that is an answer.
  answer = []
  expect(await asked()).toEqual([])
  answer = null
  expect(await asked()).toEqual([])
})

describe('what is remembered of servers', () => {
  test('one that failed is last for two minutes, or until the network is another', () => {
    const clock = new ManualClock()
    const memory = new LineMemory(clock, 'a')
    memory.failed('x')
    clock.advance(119_000)
    expect(memory.hasFailed('x')).toBe(true)
    clock.advance(2_000)
    expect(memory.hasFailed('x')).toBe(false)
    memory.failed('x')
    memory.forgetFailures()
    expect(memory.hasFailed('x')).toBe(false)
  })

  test('an address that changes all the time is no news any more', () => {
    const clock = new ManualClock()
    const memory = new LineMemory(clock, 'a')
    let news = 0
    for (let minute = 0; minute < 120; minute++) {
      for (let packet = 0; packet < 100; packet++) if (memory.noteRebinding()) news++
      clock.advance(60_000)
    }
    expect(news).toBeLessThanOrEqual(24)
  })

  test('the port of an account is the same after a restart and differs from others', () => {
    const port = (id: string): number => new LineMemory(new ManualClock(), id).udpPort
    expect(port('a')).toBe(port('a'))
    expect(port('a')).not.toBe(port('b'))
    for (const id of ['a', 'b', 'c', 'd']) expect(port(id)).toBeGreaterThanOrEqual(49_152)
  })
})

describe('a certificate is for', () => {
  const named = (subjectaltname: string, CN = 'other.example.org') => ({ subjectaltname, subject: { CN } as never })
  test.each([
    ['its host name', 'DNS:example.com', 'example.com', true],
    ['its host name in other letters', 'DNS:EXAMPLE.com', 'Example.COM.', true],
    ['its SIP domain', 'URI:sip:example.com', 'example.com', true],
    ['one of several', 'DNS:pbx.example.com, URI:sip:example.com, IP Address:192.0.2.1', 'example.com', true],
    ['its numeric address', 'IP Address:192.0.2.1', '192.0.2.1', true],
    ['its IPv6 address', 'IP Address:2001:DB8:0:0:0:0:0:1', '2001:db8::1', true],
    ['not for what a wildcard covers', 'DNS:*.example.com', 'pbx.example.com', false],
    ['not for a user', 'URI:sip:alice@example.com', 'example.com', false],
    ['not for the web', 'URI:https://example.com/', 'example.com', false],
    ['not for a numeric address by its name', 'DNS:192.0.2.1', '192.0.2.1', false],
    ['not for a name hidden in another', 'DNS:"a, DNS:example.com"', 'example.com', false],
    ['not for its common name when it has others', 'DNS:pbx.example.com', 'other.example.org', false],
    ['its common name when it has no other', '', 'other.example.org', true],
  ])('%s', (_what, names, domain, expected) => {
    expect(isForDomain(named(names), domain)).toBe(expected)
  })
})

test.each([
  ['proxy.example.com', 'tcp:proxy.example.com'],
  ['proxy.example.com:5070', 'tcp:proxy.example.com:5070'],
  ['udp:10.0.0.1', 'udp:10.0.0.1'],
  ['sip:proxy.example.com', 'sip:proxy.example.com'],
  ['sip:proxy.example.com:5070;lr', 'sip:proxy.example.com:5070'],
  ['<sip:proxy.example.com;transport=TLS;lr>', 'tls:proxy.example.com'],
  ['sips:proxy.example.com;lr', 'tls:proxy.example.com'],
  ['[2001:db8::1]:5060', 'tcp:[2001:db8::1]:5060'],
  ['wss://proxy.example.com/ws', 'wss://proxy.example.com/ws'],
])('a proxy written as %s is gone to as %s, and before the backups', (outboundProxy, first) => {
  const connection = { ...usualConnection, outboundProxy, backups: ['tls:b.example.com'] }
  expect(serversOf({ server: 'tcp:example.com', connection })).toEqual([first, 'tls:b.example.com'])
})
