import { beforeEach, describe, expect, test } from 'vitest'
import type { EngineDown, EngineReport } from '../../../common/contract/engine'
import { silentLog } from '../../../common/log'
import type { EngineDelegate } from '../../../main/engine/engine'
import { EngineHost, type EngineHealth, type EnginePage, type EnginePort } from '../../../main/engine/engine-host'
import { ManualClock } from '../../fakes/manual-clock'

/** A page whose process and port the test holds in its hands. */
class HandPage implements EnginePage {
  starts = 0
  kills = 0
  sent: EngineDown[] = []
  private listeners: Parameters<EnginePage['start']>[0] | null = null
  private hear: (message: unknown) => void = () => {}

  start(listeners: Parameters<EnginePage['start']>[0]): void {
    this.starts++
    this.sent = []
    this.listeners = listeners
    const port: EnginePort = {
      send: (message) => this.sent.push(message),
      onMessage: (listener) => {
        this.hear = listener
      },
      close: () => {},
    }
    listeners.onPort(port)
  }

  kill(): void {
    this.kills++
  }

  say(message: unknown): void {
    this.hear(message)
  }

  becomeReady(): void {
    this.say({ kind: 'report', report: { type: 'ready' } })
  }

  die(): void {
    this.listeners?.onGone('crashed')
  }
}

describe('the engine host', () => {
  let clock: ManualClock
  let page: HandPage
  let health: EngineHealth[]
  let told: string[]
  let reports: EngineReport[]
  let host: EngineHost

  beforeEach(() => {
    clock = new ManualClock()
    page = new HandPage()
    health = []
    told = []
    reports = []
    const delegate: EngineDelegate = {
      engineReady: () => told.push('ready'),
      engineLost: () => told.push('lost'),
      engineReported: (report) => reports.push(report),
      engineAsked: (_offer, answer) => answer({ type: 'alert' }),
    }
    host = new EngineHost({ page, clock, log: silentLog, onHealth: (now) => health.push(now) })
    host.start(delegate)
  })

  test('refuses requests until the page says it is ready', async () => {
    expect(await host.request({ type: 'setTone', tone: 'ring' })).toEqual({ ok: false, code: 'engine-unavailable' })
    page.becomeReady()
    const answer = host.request({ type: 'setTone', tone: 'ring' })
    const sent = page.sent[0]
    expect(sent).toMatchObject({ kind: 'command', command: { type: 'setTone', tone: 'ring' } })
    page.say({ kind: 'reply', id: sent?.id, error: null })
    expect(await answer).toMatchObject({ ok: true })
    expect(told).toEqual(['ready'])
  })

  test('tells a refusal of the engine with its code', async () => {
    page.becomeReady()
    const answer = host.request({ type: 'setMeter', on: true })
    page.say({ kind: 'reply', id: page.sent[0]?.id, error: { code: 'microphone-denied', detail: null } })
    expect(await answer).toEqual({ ok: false, code: 'microphone-denied' })
  })

  test('starts a new page at once when the engine dies, and tells its owner once', async () => {
    page.becomeReady()
    const answer = host.request({ type: 'setMeter', on: true })
    page.die()
    expect(await answer).toEqual({ ok: false, code: 'engine-unavailable' })
    clock.advance(0)
    expect(page.starts).toBe(2)
    expect(told).toEqual(['ready', 'lost'])
    page.becomeReady()
    expect(told).toEqual(['ready', 'lost', 'ready'])
    expect(health).toEqual(['starting', 'ready', 'restarting', 'restarting', 'ready'])
  })

  test('waits longer and longer for a page that dies again and again, and says that it failed', () => {
    const starts: number[] = []
    for (let i = 0; i < 6; i++) {
      page.die()
      const before = page.starts
      let waited = 0
      while (page.starts === before) {
        clock.advance(250)
        waited += 250
      }
      starts.push(waited)
    }
    expect(starts).toEqual([250, 250, 1_000, 4_000, 15_000, 60_000])
    expect(health.at(-1)).toBe('failed')
  })

  test('kills a page that stops answering its heartbeat', () => {
    page.becomeReady()
    clock.advance(9_000)
    expect(page.kills).toBe(1)
    expect(told).toEqual(['ready', 'lost'])
  })

  test('does not blame a page for the time in which the phone itself stood still', () => {
    page.becomeReady()
    const passing = clock.now.bind(clock)
    clock.now = () => passing() + 60_000
    clock.advance(4_000)
    expect(page.kills).toBe(0)
    // From there on it has to answer.
    clock.advance(9_000)
    expect(page.kills).toBe(1)
  })

  test('leaves a page alone that answers its heartbeat', () => {
    page.becomeReady()
    for (let i = 0; i < 30; i++) {
      clock.advance(1_000)
      for (const { id } of page.sent.splice(0)) page.say({ kind: 'pong', id })
    }
    expect(page.kills).toBe(0)
  })

  test('kills a page that never becomes ready', () => {
    clock.advance(15_000)
    expect(page.kills).toBe(1)
    expect(told).toEqual([])
  })

  test('drops messages that are not in the contract and hears the next good one', () => {
    page.becomeReady()
    for (const bad of [null, 7, 'x', { kind: 'report' }, { kind: 'report', report: { type: 'ended', callId: 'no' } }]) {
      page.say(bad)
    }
    expect(reports).toEqual([])
    page.say({ kind: 'report', report: { type: 'level', microphone: -30, speaker: -40 } })
    expect(reports).toEqual([{ type: 'level', microphone: -30, speaker: -40 }])
  })

  test('brings an offer to its owner and the verdict back to the page', async () => {
    page.becomeReady()
    const offer = {
      callId: crypto.randomUUID(),
      accountId: 'a',
      handle: { type: 'phoneNumber', value: '+4930' },
      name: null,
    }
    page.say({ kind: 'ask', id: 3, offer })
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
    expect(page.sent).toContainEqual({ kind: 'verdict', id: 3, verdict: { type: 'alert' } })
  })
})
