/* The numbers of a call's quality, from the browser's statistics. */
import { describe, expect, it } from 'vitest'
import { noMedia } from '../../../common/media'
import { QualityWatch } from '../../../renderer/engine/media/quality'
import type { StatsRows } from '../../../renderer/engine/media/stats-rows'
import { ManualClock } from '../../fakes/manual-clock'

const report = (received: number, lost: number, sent = received): StatsRows =>
  new Map<string, unknown>([
    ['c', { id: 'c', type: 'codec', mimeType: 'audio/PCMU' }],
    [
      'i',
      {
        id: 'i',
        type: 'inbound-rtp',
        kind: 'audio',
        packetsReceived: received,
        packetsLost: lost,
        jitter: 0.004,
        jitterBufferDelay: received * 960 * 0.06,
        jitterBufferEmittedCount: received * 960,
      },
    ],
    ['o', { id: 'o', type: 'outbound-rtp', kind: 'audio', packetsSent: sent, codecId: 'c' }],
    ['r', { id: 'r', type: 'remote-inbound-rtp', kind: 'audio', roundTripTime: 0.08 }],
  ]) as unknown as StatsRows

describe('quality', () => {
  it('is nothing before media flows', () => {
    expect(new QualityWatch(new ManualClock()).read(report(0, 0))).toEqual(noMedia)
    expect(new QualityWatch(new ManualClock()).read(new Map() as unknown as StatsRows)).toEqual(noMedia)
  })

  it('tells codec, packets, jitter and round trip in the units of the contract', () => {
    expect(new QualityWatch(new ManualClock()).read(report(500, 0, 510))).toMatchObject({
      codec: 'PCMU',
      packetsSent: 510,
      packetsReceived: 500,
      packetsLost: 0,
      jitterMs: 4,
      roundTripMs: 80,
      lossRatio: 0,
    })
  })

  it('takes the gap that a hold leaves for no loss, and what is lost after it for one', () => {
    const clock = new ManualClock()
    const watch = new QualityWatch(clock)
    watch.read(report(200, 0))
    clock.advance(500)
    watch.restart()
    clock.advance(500)
    expect(watch.read(report(200, 0)).lossRatio).toBe(0)
    clock.advance(1_000)
    expect(watch.read(report(240, 40)).lossRatio).toBe(0)
    clock.advance(1_000)
    expect(watch.read(report(280, 50)).lossRatio).toBeCloseTo(0.2)
  })

  it('takes what the first second lost for no loss: a server drops packets until its DTLS is ready', () => {
    const clock = new ManualClock()
    const watch = new QualityWatch(clock)
    expect(watch.read(report(0, 0, 5)).mos).toBeNull()
    clock.advance(1_000)
    const first = watch.read(report(40, 10))
    expect(first.lossRatio).toBe(0)
    expect(first.packetsLost).toBe(10)
    expect(first.mos).toBeGreaterThan(4.03)
    clock.advance(1_000)
    expect(watch.read(report(90, 10)).mos).toBeGreaterThan(4.03)
    clock.advance(1_000)
    expect(watch.read(report(130, 20)).lossRatio).toBeCloseTo(0.1)
  })

  it('tells the loss of the last seconds, not of the whole call', () => {
    const clock = new ManualClock()
    const watch = new QualityWatch(clock)
    let received = 0
    for (let second = 0; second < 10; second++) {
      received += 25
      watch.read(report(received, received))
      clock.advance(1000)
    }
    expect(watch.read(report(received, received)).lossRatio).toBeCloseTo(0.5, 1)
    for (let second = 0; second < 7; second++) {
      clock.advance(1000)
      received += 50
      watch.read(report(received, 250))
    }
    const healed = watch.read(report(received, 250))
    expect(healed.lossRatio).toBe(0)
    expect(healed.packetsLost).toBe(250)
    expect(healed.mos).toBeGreaterThan(4)
  })

  it('without anything received has no loss and no score', () => {
    expect(new QualityWatch(new ManualClock()).read(report(0, 0, 50))).toMatchObject({
      packetsSent: 50,
      lossRatio: null,
      jitterMs: null,
      mos: null,
    })
  })

  it('has no score when nothing arrives any more', () => {
    const clock = new ManualClock()
    const watch = new QualityWatch(clock)
    expect(watch.read(report(500, 0)).mos).toBeGreaterThan(4)
    clock.advance(2000)
    expect(watch.read(report(500, 0)).mos).toBeGreaterThan(4)
    clock.advance(2000)
    expect(watch.read(report(500, 0)).mos).toBeNull()
  })

  it('begins anew with a new peer connection', () => {
    const clock = new ManualClock()
    const watch = new QualityWatch(clock)
    watch.read(report(1000, 400))
    clock.advance(1000)
    expect(watch.read(report(50, 0)).lossRatio).toBe(0)
  })
})
