/*
 * The demo line over the same engine, transport and verbs as any other account; here without sound.
 */
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../../common/clock'
import { engineUpSchema, type EngineCommand, type EngineDown, type EngineReport } from '../../../common/contract/engine'
import { DemoLine } from '../../../renderer/engine/demo/demo-line'
import { PhoneEngine } from '../../../renderer/engine/phone-engine'
import { reportLog } from '../../../renderer/engine/report-log'
import { aliceAccount } from '../support/engine-bench'
import { FakeMediaEngine } from '../support/fake-engine-media'

let reports: EngineReport[]
let offered: string[]
let replies: Record<number, unknown>
let toPage: (message: EngineDown) => void
let nextId: number
let media: FakeMediaEngine

const settle = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms)
  for (let i = 0; i < 100; i++) await Promise.resolve()
}
const ask = async (command: EngineCommand, ms = 0): Promise<unknown> => {
  const id = nextId++
  toPage({ kind: 'command', id, command })
  await settle(ms)
  return replies[id]
}
const types = (): string[] => reports.map((report) => (report.type === 'progress' ? report.stage : report.type))

beforeEach(async () => {
  vi.useFakeTimers()
  reports = []
  offered = []
  replies = {}
  nextId = 1
  const port = {
    send: (up: unknown) => {
      const message = v.parse(engineUpSchema, up)
      if (message.kind === 'report') reports.push(message.report)
      if (message.kind === 'reply') replies[message.id] = message.error
      if (message.kind === 'ask') {
        offered.push(message.offer.name ?? '')
        lastOffer = message.offer.callId
        toPage({ kind: 'verdict', id: message.id, verdict: { type: 'alert' } })
      }
    },
    onMessage: (listener: (message: EngineDown) => void) => (toPage = listener),
    onClose: () => {},
  }
  const far = new FakeMediaEngine()
  media = new FakeMediaEngine()
  const engine = new PhoneEngine({
    port,
    log: reportLog(port),
    clock: systemClock,
    random: () => 0.5,
    newCallId: () => crypto.randomUUID(),
    openSocket: () => {
      throw new Error('the demo line needs no network')
    },
    media,
    gateway: null,
    demo: new DemoLine(systemClock, () => far.createCallMedia()),
  })
  engine.start()
  await ask({ type: 'register', account: { ...aliceAccount, uri: 'sip:you@demo.invalid', server: 'demo:' } })
})
afterEach(() => vi.useRealTimers())

let lastOffer = ''

describe('the demo line', () => {
  it('registers', () => {
    expect(reports.at(-1)).toMatchObject({ type: 'registration', registration: { state: 'registered' } })
  })

  it.each(['echo', '600'])('answers a call to %s after a moment of ringing', async (user) => {
    const callId = crypto.randomUUID()
    expect(
      await ask({ type: 'dial', callId, accountId: 'work', target: `sip:${user}@demo.invalid`, referral: null }),
    ).toBeNull()
    await settle(1_000)
    expect(types().slice(types().indexOf('alerting'))).toEqual([
      'alerting',
      'accepted',
      'dialog',
      'connected',
      'updated',
    ])
    expect(await ask({ type: 'setHeld', callId, held: true }, 100)).toBeNull()
    expect(await ask({ type: 'setHeld', callId, held: false }, 100)).toBeNull()
    expect(await ask({ type: 'end', callId })).toBeNull()
    expect(reports.at(-1)).toMatchObject({ type: 'ended', cause: 'hung-up' })
  })

  it('keeps a call that is held for as long as its user likes', async () => {
    const callId = crypto.randomUUID()
    await ask({ type: 'dial', callId, accountId: 'work', target: 'sip:echo@demo.invalid', referral: null }, 1_000)
    await ask({ type: 'setHeld', callId, held: true }, 100)
    media.last.flowing = false
    await settle(1_000_000)
    expect(types()).not.toContain('ended')
    expect(await ask({ type: 'end', callId })).toBeNull()
  })

  it('knows nobody else', async () => {
    await ask({
      type: 'dial',
      callId: crypto.randomUUID(),
      accountId: 'work',
      target: 'sip:bob@demo.invalid',
      referral: null,
    })
    expect(reports.at(-1)).toMatchObject({ type: 'ended', cause: 'not-found' })
  })

  it('calls back as Echo when it is asked to', async () => {
    expect(await ask({ type: 'demoCall', delayMs: 3_000 })).toBeNull()
    await settle(2_900)
    expect(offered).toEqual([])
    await settle(200)
    expect(offered).toEqual(['Echo'])
    expect(await ask({ type: 'answer', callId: lastOffer }, 100)).toBeNull()
    expect(types()).toContain('connected')
  })

  it('passes the test of its account, and gives back what it hears', async () => {
    const echo = 'sip:echo@demo.invalid'
    expect(await ask({ type: 'testAccount', accountId: 'work', echo }, 10_000)).toBeNull()
    const found = reports.flatMap((report) =>
      report.type === 'testLine' && report.state !== 'running' ? [`${report.step} ${report.state}`] : [],
    )
    expect(found).toEqual(['options passed', 'register passed', 'codecs passed', 'echo passed'])
    expect(types()).not.toContain('dialog')
    expect(media.last.closed).toBe(true)
  })

  it('gives up calling when nobody answers', async () => {
    await ask({ type: 'demoCall', delayMs: 0 }, 100)
    await settle(45_000)
    expect(reports.at(-1)).toMatchObject({ type: 'ended', cause: 'remote-cancelled' })
  })
})
