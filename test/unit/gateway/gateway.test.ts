/*
 * What the gateway's process lets the engine page do, and what outlives whom.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { usualConnection } from '../../../common/account'
import type { GatewayAccount, GatewayReport, GatewayToEngine, Route } from '../../../common/contract/gateway'
import { silentLog } from '../../../common/log'
import { Gateway, type EngineEnd, type LineEvents } from '../../../gateway/gateway'
import type { MediaAccount, RelaySession } from '../../../gateway/media/relay-session'
import { RelaySessions } from '../../../gateway/media/relay-sessions'
import { ManualClock } from '../../fakes/manual-clock'

const account = (id: string): GatewayAccount => ({
  id,
  uri: `sip:${id}@pbx.example`,
  server: 'tls:pbx.example',
  certificate: null,
  connection: usualConnection,
})
const route: Route = {
  transport: 'tls',
  host: 'pbx.example',
  address: '192.0.2.1',
  port: 5061,
  local: '192.0.2.9:40000',
  why: 'as the account says',
}
const session = '5d1c8a9e-1b7c-4f6e-9a52-0123456789ab'

class HandLine {
  sent: string[] = []
  closed = false
  changes = 0

  constructor(
    readonly account: GatewayAccount,
    readonly events: LineEvents,
  ) {}

  send(text: string): void {
    this.sent.push(text)
  }

  close(): void {
    this.closed = true
  }

  networkChanged(): void {
    this.changes++
  }
}

class HandEnd implements EngineEnd {
  got: GatewayToEngine[] = []
  closed = false
  say: (message: unknown) => void = () => {}
  leave: () => void = () => {}

  send(message: GatewayToEngine): void {
    this.got.push(message)
  }

  onMessage(listener: (message: unknown) => void): void {
    this.say = listener
  }

  onClose(listener: () => void): void {
    this.leave = listener
  }

  close(): void {
    this.closed = true
  }
}

let clock: ManualClock
let lines: HandLine[]
let reports: GatewayReport[]
let gateway: Gateway
let end: HandEnd
let relays: RelaySessions
let mediaAccount: (accountId: string) => MediaAccount | null

const relay: RelaySession = {
  describe: (step, sdp) =>
    Promise.resolve(sdp === 'bad' ? { ok: false, error: 'not-acceptable' } : { ok: true, sdp: `${step} of ${sdp}` }),
  rollback: () => {},
  count: () => {
    throw new Error('not counted here')
  },
  release: () => {},
}

beforeEach(() => {
  clock = new ManualClock()
  lines = []
  reports = []
  gateway = new Gateway({
    clock,
    log: silentLog,
    report: (report) => reports.push(report),
    openLine: (of, events) => {
      const line = new HandLine(of, events)
      lines.push(line)
      return line
    },
    createRelays: (find, onRenegotiate) => {
      mediaAccount = find
      relays = new RelaySessions({ clock, log: silentLog, account: find, onRenegotiate, create: () => relay })
      return relays
    },
  })
  end = new HandEnd()
  gateway.command({ type: 'accounts', accounts: [account('a')] }, null)
  gateway.command({ type: 'engine' }, end)
})

const open = (number = 1, accountId = 'a'): HandLine => {
  end.say({ kind: 'open', line: number, accountId })
  const line = lines.at(-1)
  if (!line) throw new Error('no line was opened')
  return line
}

describe('an account that is registered with several servers at once', () => {
  const backups = ['udp:two.example', 'tcp:three.example', 'udp:four.example']
  const several: GatewayAccount = {
    ...account('a'),
    connection: { ...usualConnection, registration: 'all', outboundProxy: 'proxy.example', backups },
  }

  test('has a line to each, and calls sound by the way they go', () => {
    gateway.command({ type: 'accounts', accounts: [several] }, null)
    for (const flow of [0, 1, 2, 3])
      end.say({ kind: 'open', line: flow + 1, accountId: 'a', ...(flow === 0 ? {} : { flow }) })
    // There is no fourth, and no such message.
    expect(lines.map((line) => [line.account.server, line.account.connection.outboundProxy])).toEqual([
      ['tls:pbx.example', 'proxy.example'],
      ['udp:two.example', null],
      ['tcp:three.example', null],
    ])
    expect(lines.map((line) => line.account.connection.backups)).toEqual([[], [], ['udp:four.example']])
    lines[0]?.events.onOpened(route)
    lines[1]?.events.onOpened({ ...route, transport: 'udp', address: '192.0.2.2' })
    expect(reports.filter(({ type }) => type === 'route')).toEqual([
      { type: 'route', accountId: 'a', route },
      { type: 'route', accountId: 'a', flow: 1, route: { ...route, transport: 'udp', address: '192.0.2.2' } },
    ])
    expect(mediaAccount('a')).toMatchObject({ server: '192.0.2.1', secure: true })
    expect(mediaAccount('a 1')).toMatchObject({ server: '192.0.2.2', secure: false })
    lines[0]?.events.onClosed('connection-lost', null, null)
    expect(mediaAccount('a')).toBeNull()
    expect(mediaAccount('a 1')).not.toBeNull()
  })

  test('has no line for a server that it has not', () => {
    end.say({ kind: 'open', line: 1, accountId: 'a', flow: 1 })
    expect(lines).toEqual([])
    expect(end.got).toMatchObject([{ kind: 'closed', line: 1, reason: 'invalid-account' }])
  })
})

describe('a line', () => {
  test('goes to the server main named, and carries messages both ways', () => {
    const line = open()
    expect(line.account.server).toBe('tls:pbx.example')
    line.events.onOpened(route)
    end.say({ kind: 'send', line: 1, text: 'OPTIONS' })
    line.events.onMessage('SIP/2.0 200 OK')
    expect(line.sent).toEqual(['OPTIONS'])
    expect(end.got).toEqual([
      { kind: 'opened', line: 1, route },
      { kind: 'message', line: 1, text: 'SIP/2.0 200 OK' },
    ])
    expect(reports).toEqual([{ type: 'route', accountId: 'a', route }])
  })

  test('of an account nobody knows waits a moment for main, and is then refused', () => {
    end.say({ kind: 'open', line: 1, accountId: 'b' })
    gateway.command({ type: 'accounts', accounts: [account('a'), account('b')] }, null)
    expect(lines.map((line) => line.account.id)).toEqual(['b'])
    end.say({ kind: 'open', line: 2, accountId: 'c' })
    clock.advance(3_000)
    expect(lines).toHaveLength(1)
    expect(end.got).toEqual([{ kind: 'closed', line: 2, reason: 'invalid-account', detail: null, certificate: null }])
  })

  test('that is closed by its page says nothing more', () => {
    const line = open()
    line.events.onOpened(route)
    end.say({ kind: 'close', line: 1 })
    expect(line.closed).toBe(true)
    end.say({ kind: 'send', line: 1, text: 'OPTIONS' })
    expect(line.sent).toEqual([])
    expect(reports.at(-1)).toEqual({ type: 'route', accountId: 'a', route: null })
  })

  test('that fails says why', () => {
    const certificate = { host: 'pbx.example', fingerprint: 'ab', subject: 's', issuer: 'i', error: 'self-signed' }
    open().events.onClosed('certificate', 'x'.repeat(600), certificate)
    expect(end.got).toMatchObject([{ kind: 'closed', reason: 'certificate', detail: 'x'.repeat(512), certificate }])
  })

  test('whose server speaks WebSocket best is left to the page; main hears of it first', () => {
    const web: Route = { ...route, transport: 'wss', why: 'announced' }
    open().events.onElsewhere('wss://pbx.example:443/ws', web)
    expect(reports).toEqual([{ type: 'route', accountId: 'a', route: web }])
    expect(end.got).toEqual([{ kind: 'elsewhere', line: 1, url: 'wss://pbx.example:443/ws', why: 'announced' }])
    end.say({ kind: 'close', line: 1 })
    expect(reports).toHaveLength(1)
  })

  test('goes with its account', () => {
    const line = open()
    line.events.onOpened(route)
    gateway.command({ type: 'accounts', accounts: [] }, null)
    expect(line.closed).toBe(true)
    expect(reports.at(-1)).toEqual({ type: 'route', accountId: 'a', route: null })
  })

  test('goes with its page, and hears nothing of the next', () => {
    const line = open()
    const next = new HandEnd()
    gateway.command({ type: 'engine' }, next)
    expect(line.closed).toBe(true)
    expect(end.closed).toBe(true)
    line.events.onMessage('late')
    expect(next.got.filter(({ kind }) => kind === 'message')).toEqual([])
    end.say({ kind: 'open', line: 9, accountId: 'a' })
    expect(lines).toHaveLength(1)
    next.leave()
    expect(next.closed).toBe(true)
  })

  test('is told of another network', () => {
    const line = open()
    gateway.command({ type: 'networkChanged' }, null)
    expect(line.changes).toBe(1)
  })
})

describe('descriptions', () => {
  test('are answered by number, also when there is none', async () => {
    open().events.onOpened(route)
    const ask = { kind: 'describe', session, accountId: 'a', step: 'localOffer' }
    end.say({ ...ask, id: 7, sdp: 'good' })
    end.say({ ...ask, id: 8, sdp: 'bad' })
    await new Promise(setImmediate)
    expect(end.got.slice(1)).toEqual([
      { kind: 'described', id: 7, sdp: 'localOffer of good', error: null },
      { kind: 'described', id: 8, sdp: null, error: 'not-acceptable' },
    ])
  })

  test('know the server that is really spoken to', () => {
    expect(mediaAccount('a')).toBeNull()
    open().events.onOpened(route)
    expect(mediaAccount('a')).toEqual({ srtp: 'optional', stun: null, secure: true, server: '192.0.2.1', ports: null })
    expect(mediaAccount('b')).toBeNull()
  })

  test('end with the page', () => {
    open().events.onOpened(route)
    end.say({ kind: 'describe', id: 1, session, accountId: 'a', step: 'localOffer', sdp: 'good' })
    expect(relays.size).toBe(1)
    end.leave()
    expect(relays.size).toBe(0)
  })
})

test('what the page says out of turn or shape changes nothing', () => {
  for (const message of [null, 7, {}, { kind: 'open', line: -1, accountId: 'a' }, { kind: 'send', line: 5, text: 'x' }])
    end.say(message)
  end.say({ kind: 'open', line: 1, accountId: 'a', host: 'evil.example' })
  end.say({ kind: 'count', id: 1, session: 'not a uuid' })
  expect(lines).toEqual([])
  expect(end.got).toEqual([])
})
