/*
 * What proves that an account can be called, and how soon the phone notices that it is not: the engine against a scripted server.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Reach } from '../../../common/reach'
import { EngineBench } from '../support/engine-bench'

let bench: EngineBench
beforeEach(() => {
  vi.useFakeTimers()
  bench = new EngineBench()
})
afterEach(() => vi.useRealTimers())

const reach = (): Reach | undefined => bench.reports.filter((report) => report.type === 'reach').at(-1)?.reach

describe('the proof that an account can be called', () => {
  it('is our Contact with the registrar and an answer to OPTIONS since', async () => {
    await bench.register()
    expect(bench.peer.pings).toBe(1)
    expect(reach()).toMatchObject({ provenAt: Date.now(), nextAt: Date.now() + 25_000, doubt: null })
  })

  it('is renewed every 25 s, and its age can be read', async () => {
    await bench.register()
    const first = reach()?.provenAt ?? 0
    await bench.settle(60_000)
    expect(bench.peer.pings).toBe(3)
    expect((reach()?.provenAt ?? 0) - first).toBe(50_000)
  })

  it('is doubted as soon as one question stays open', async () => {
    await bench.register()
    bench.peer.server.blackHole = true
    await bench.settle(28_500)
    expect(reach()?.doubt).toBe('no-answer')
    expect(bench.registration?.state).toBe('registered')
    bench.peer.server.blackHole = false
    await bench.settle(3_000)
    expect(bench.registration?.state).not.toBe('registered')
  })

  it('is told to the registrar anew when the server was away for a moment: it may have been started again, and know nobody', async () => {
    await bench.register()
    const told = bench.peer.requests('REGISTER').length
    bench.peer.server.blackHole = true
    await bench.settle(27_900)
    bench.peer.server.blackHole = false
    await bench.settle(1_000)
    expect(bench.peer.requests('REGISTER')).toHaveLength(told + 1)
    expect(reach()).toMatchObject({ provenAt: Date.now() - 900, doubt: null })
    expect(bench.registration?.state).toBe('registered')
  })

  it('is not there when the registrar lists others and not us', async () => {
    bench.peer.on('REGISTER', (request) =>
      bench.peer.reply(request, 200, ['Contact: <sip:other@192.0.2.9>;expires=600, <sip:third@192.0.2.8>;expires=600']),
    )
    await bench.register()
    expect(reach()).toMatchObject({ provenAt: null, doubt: 'contact-missing' })
  })

  it('keeps the time of the last proof when the connection is lost, and promises no next one', async () => {
    await bench.register()
    const at = reach()?.provenAt
    bench.peer.server.mode = 'refuse'
    bench.peer.server.current?.end(1006)
    await bench.settle(100)
    expect(reach()).toMatchObject({ provenAt: at, nextAt: null })
  })
})

describe('another network', () => {
  it('is asked at once whether the connection outlived it; one that did is kept', async () => {
    await bench.register()
    await bench.settle(10_000)
    const asked = bench.peer.pings
    await bench.ask({ type: 'reconnect', because: 'network' })
    await bench.settle(10_000)
    expect(bench.peer.pings).toBe(asked + 3)
    expect(bench.peer.server.sockets).toHaveLength(1)
  })

  it('has us registered again within three seconds when the old connection is dead and looks alive', async () => {
    await bench.register()
    bench.peer.server.blackHole = true
    await bench.ask({ type: 'reconnect', because: 'network' })
    await bench.settle(690)
    bench.peer.server.blackHole = false
    await bench.settle(1_500)
    expect(bench.peer.server.sockets).toHaveLength(2)
    expect(bench.registration?.state).toBe('registered')
  })

  it('is asked again when its routes may have changed too: what lived at first and does not any more is made anew', async () => {
    await bench.register()
    await bench.ask({ type: 'reconnect', because: 'network' })
    await bench.settle(1_000)
    bench.peer.server.blackHole = true
    await bench.settle(1_210)
    bench.peer.server.blackHole = false
    await bench.settle(800)
    expect(bench.peer.server.sockets).toHaveLength(2)
    expect(bench.registration?.state).toBe('registered')
  })

  it('does not wait for a connection that is being made over the old one', async () => {
    bench.peer.server.mode = 'hang'
    await bench.register()
    await bench.settle(2_000)
    bench.peer.server.mode = 'accept'
    await bench.ask({ type: 'reconnect', because: 'network' })
    await bench.settle(500)
    expect(bench.registration?.state).toBe('registered')
  })

  it('that comes and goes a hundred times costs no more REGISTERs than connections', async () => {
    await bench.register()
    for (let change = 0; change < 100; change++) {
      await bench.ask({ type: 'reconnect', because: 'network' })
      await bench.settle(50)
    }
    expect(bench.peer.requests('REGISTER').length).toBeLessThanOrEqual(2)
    expect(bench.registration?.state).toBe('registered')
  })
})
