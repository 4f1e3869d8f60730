/*
 * The gateway's process is there while an account needs it, and comes back when it dies.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { noFeatures, usualConnection, usualNumbers, type Account } from '../../../common/account'
import type { GatewayCommand, Route } from '../../../common/contract/gateway'
import { silentLog } from '../../../common/log'
import { GatewayHost, type GatewayProcess } from '../../../main/engine/gateway-host'
import { openServers } from '../../../main/engine/open-servers'
import { ManualClock } from '../../fakes/manual-clock'

class HandProcess implements GatewayProcess {
  starts = 0
  joins = 0
  running = false
  sent: GatewayCommand[] = []
  private listeners: Parameters<GatewayProcess['start']>[0] | null = null

  start(listeners: Parameters<GatewayProcess['start']>[0]): void {
    this.starts++
    this.running = true
    this.sent = []
    this.listeners = listeners
  }

  send(command: GatewayCommand): void {
    this.sent.push(command)
  }

  join(): void {
    this.joins++
  }

  kill(): void {
    this.running = false
  }

  say(message: unknown): void {
    this.listeners?.onReport(message)
  }

  die(): void {
    this.running = false
    this.listeners?.onGone('crashed')
  }
}

const account = (id: string, server = 'udp:pbx.example'): Account => ({
  id,
  name: id,
  uri: `sip:${id}@pbx.example`,
  server,
  username: id,
  displayName: null,
  certificate: null,
  enabled: true,
  features: noFeatures,
  connection: usualConnection,
  numbers: usualNumbers,
})
const route: Route = {
  transport: 'udp',
  host: 'pbx.example',
  address: '192.0.2.1',
  port: 5060,
  local: '192.0.2.9:40000',
  why: 'as the account says',
}

let clock: ManualClock
let process: HandProcess
let host: GatewayHost
let routes: [string, Route | null][]
let webSockets: string[]

const allowWebSocket = (url: string) => {
  webSockets.push(url)
  return () => void webSockets.splice(webSockets.indexOf(url), 1)
}

beforeEach(() => {
  clock = new ManualClock()
  process = new HandProcess()
  routes = []
  webSockets = []
  host = new GatewayHost({
    process,
    clock,
    log: silentLog,
    allowWebSocket,
    onRoute: (id, now) => routes.push([id, now]),
  })
})

const accountsSent = (): string[] =>
  process.sent.flatMap((command) => (command.type === 'accounts' ? [command.accounts.map(({ id }) => id).join()] : []))

describe('the process', () => {
  test('is not there for accounts that do without it', () => {
    openServers(account('a', 'wss://pbx.example/ws'), { allow: allowWebSocket }, host)
    clock.advance(60_000)
    expect(process.starts).toBe(0)
    expect(webSockets).toEqual(['wss://pbx.example/ws'])
  })

  test('is told of the accounts when it is ready, and of each change', () => {
    const close = openServers(account('a'), { allow: allowWebSocket }, host)
    expect(process.starts).toBe(1)
    expect(process.sent).toEqual([])
    process.say({ type: 'ready' })
    host.allow(account('b'))
    close()
    expect(accountsSent()).toEqual(['a', 'a,b', 'b'])
    expect(JSON.stringify(process.sent)).not.toContain('password')
  })

  test('tells the way by the first of several servers that an account is registered with at once', () => {
    host.allow(account('a'))
    process.say({ type: 'ready' })
    const second: Route = { ...route, transport: 'wss', host: 'two.example', port: 443 }
    process.say({ type: 'route', accountId: 'a', flow: 1, route: second })
    expect(host.route('a')).toEqual(second)
    expect(webSockets).toEqual(['wss://two.example:443'])
    process.say({ type: 'route', accountId: 'a', route })
    expect(host.route('a')).toEqual(route)
    process.say({ type: 'route', accountId: 'a', route: null })
    expect(host.route('a')).toEqual(second)
    process.say({ type: 'route', accountId: 'a', flow: 1, route: null })
    expect([host.route('a'), webSockets]).toEqual([null, []])
  })

  test('is joined to each engine page, whichever of the two comes first', () => {
    host.allow(account('a'))
    host.engineReady()
    expect(process.joins).toBe(0)
    process.say({ type: 'ready' })
    expect(process.joins).toBe(1)
    host.engineLost()
    host.engineReady()
    expect(process.joins).toBe(2)
  })

  test('goes when no account needs it any more, but not while an engine page is made anew', () => {
    const close = host.allow(account('a'))
    process.say({ type: 'ready' })
    close()
    clock.advance(2_000)
    const again = host.allow(account('a'))
    clock.advance(60_000)
    expect(process.running).toBe(true)
    again()
    clock.advance(6_000)
    expect(process.sent.at(-1)).toEqual({ type: 'shutdown' })
    expect(process.running).toBe(false)
    host.allow(account('b'))
    expect(process.starts).toBe(2)
  })

  test('is started again when it dies: at once, then more and more slowly', () => {
    host.allow(account('a'))
    const starts: number[] = []
    for (let death = 0; death < 7; death++) {
      process.die()
      const before = clock.now()
      while (!process.running) clock.advance(50)
      starts.push(clock.now() - before)
    }
    expect(starts).toEqual([50, 250, 1_000, 4_000, 15_000, 60_000, 60_000])
    process.say({ type: 'ready' })
    clock.advance(31_000)
    process.die()
    clock.advance(0)
    expect(process.running).toBe(true)
  })

  test('that does not say it is ready is ended and started again', () => {
    host.allow(account('a'))
    clock.advance(10_001)
    expect(process.starts).toBe(2)
    process.say({ type: 'ready' })
    clock.advance(60_000)
    expect(process.starts).toBe(2)
  })

  test('is told to say what is left before it is ended for good', async () => {
    host.allow(account('a'))
    process.say({ type: 'ready' })
    const stopped = host.stop()
    expect(process.sent.at(-1)).toEqual({ type: 'shutdown' })
    expect(process.running).toBe(true)
    clock.advance(300)
    await stopped
    expect(process.running).toBe(false)
    process.die()
    host.allow(account('b'))
    clock.advance(60_000)
    expect(process.starts).toBe(1)
  })
})

describe('routes', () => {
  beforeEach(() => {
    host.allow(account('a', 'sip:pbx.example'))
    process.say({ type: 'ready' })
  })

  test('are known while the account is connected', () => {
    process.say({ type: 'route', accountId: 'a', route })
    expect(host.route('a')).toEqual(route)
    process.say({ type: 'route', accountId: 'a', route: null })
    expect(host.route('a')).toBeNull()
    expect(routes).toEqual([
      ['a', route],
      ['a', null],
    ])
  })

  test('are gone with the process', () => {
    process.say({ type: 'route', accountId: 'a', route })
    process.die()
    expect(host.route('a')).toBeNull()
    expect(routes.at(-1)).toEqual(['a', null])
  })

  test('that are WebSockets open the engine page’s own network, for their account alone', () => {
    const web: Route = { ...route, transport: 'wss', host: 'ws.pbx.example', port: 443 }
    process.say({ type: 'route', accountId: 'stranger', route: { ...web, host: 'evil.example' } })
    expect(webSockets).toEqual([])
    process.say({ type: 'route', accountId: 'a', route: web })
    process.say({ type: 'route', accountId: 'a', route: { ...web, port: 8089 } })
    expect(webSockets).toEqual(['wss://ws.pbx.example:8089'])
    expect(host.foundWebSocket('a')).toBe('wss://ws.pbx.example:8089')
    process.die()
    expect(host.foundWebSocket('a')).toBeNull()
    expect(webSockets).toEqual([])
  })

  test('that make no sense are passed over', () => {
    process.say({ type: 'route', accountId: 'a', route: { ...route, port: 'x' } })
    process.say({ type: 'nonsense' })
    process.say(null)
    expect(routes).toEqual([])
  })
})
