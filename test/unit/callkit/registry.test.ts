/* The list of calls: one order for everyone, nothing lost and nothing twice, and ended calls that leave in their time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultCapabilities, type Call } from '../../../common/call'
import { type CallEvent } from '../../../common/call-transition'
import { anonymous } from '../../../common/handle'
import { silentLog } from '../../../common/log'
import { CallObserver, type ObservedCall } from '../../../main/callkit/observer'
import { Registry } from '../../../main/callkit/registry'
import { ManualClock } from '../../fakes/manual-clock'

const call = (id: string): Call => ({
  id,
  accountId: 'work',
  direction: 'incoming',
  handle: anonymous,
  name: null,
  startedAt: 0,
  capabilities: defaultCapabilities,
  waiting: false,
  groupId: null,
  state: 'incoming',
})
const ended = { type: 'ended', cause: 'remote-cancelled', sipStatus: null, reason: null, at: 1 } as const

const setUp = (lingerMs?: number) => {
  const clock = new ManualClock()
  const history: Call[] = []
  const options = { clock, log: silentLog, history: (one: Call) => void history.push(one) }
  const registry = new Registry(lingerMs === undefined ? options : { ...options, lingerMs })
  return { clock, history, registry }
}

describe('the registry', () => {
  it('keeps an ended call for four seconds, so that it can be read, and then drops it', () => {
    const { registry, clock, history } = setUp()
    registry.add(call('a'))
    registry.apply('a', ended)
    clock.advance(3_999)
    expect(registry.calls).toMatchObject([{ id: 'a', state: 'ended' }])
    expect(registry.live()).toEqual([])
    clock.advance(1)
    expect(registry.calls).toEqual([])
    expect(history).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('takes a new call under the id of one that has ended, and does not drop it with the old one', () => {
    const { registry, clock } = setUp()
    registry.add(call('a'))
    registry.apply('a', ended)
    expect(registry.add(call('a'))).toBe(true)
    const { sequence } = registry
    clock.advance(10_000)
    expect(registry.calls).toMatchObject([{ id: 'a', state: 'incoming' }])
    expect(registry.sequence).toBe(sequence)
  })

  it('refuses an illegal change without a word to anyone', () => {
    const { registry } = setUp()
    registry.add(call('a'))
    let told = 0
    registry.observe(() => told++)
    expect(registry.apply('a', { type: 'connected', at: 1 })).toMatchObject({ ok: false })
    expect(registry.apply('b', ended)).toMatchObject({ ok: false })
    expect(told).toBe(0)
  })

  it('tells a change that is made while another is being told after it, in the same order to everyone', () => {
    const { registry } = setUp()
    const seen: string[][] = [[], []]
    registry.observe((now, _before, sequence) => {
      if (sequence === 1) registry.apply('a', { type: 'requestAnswer' })
      seen[0]?.push(now[0]?.state ?? '')
    })
    registry.observe((now) => seen[1]?.push(now[0]?.state ?? ''))
    registry.add(call('a'))
    expect(seen).toEqual([
      ['incoming', 'connecting'],
      ['incoming', 'connecting'],
    ])
  })

  it('whoever begins to observe while changes are still being told hears only of later ones', () => {
    const { registry } = setUp()
    registry.observe((_now, _before, sequence) => {
      if (sequence === 1) registry.apply('a', { type: 'requestAnswer' })
    })
    const seen: number[] = []
    let from = -1
    registry.observe((_now, _before, sequence) => {
      if (sequence === 1) from = registry.observe((_a, _b, next) => void seen.push(next)).sequence
    })
    registry.add(call('a'))
    expect(from).toBe(2)
    expect(seen).toEqual([])
    registry.apply('a', ended)
    expect(seen).toEqual([3])
  })

  it('goes on telling the others when one listener throws', () => {
    const { registry } = setUp()
    let told = 0
    registry.observe(() => {
      throw new Error('a bug')
    })
    const { stop } = registry.observe(() => told++)
    registry.add(call('a'))
    expect(told).toBe(1)
    stop()
    registry.apply('a', ended)
    expect(told).toBe(1)
  })

  it('whoever begins to observe at any time loses no change and hears none twice', () => {
    const event = fc.constantFrom<CallEvent>(
      { type: 'requestAnswer' },
      { type: 'connected', at: 1 },
      { type: 'held', held: true },
      { type: 'held', held: false },
      { type: 'requestEnd', cause: 'hung-up' },
      ended,
    )
    const step = fc.record({ id: fc.constantFrom('a', 'b', 'c'), event, nested: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, subscribeAt) => {
        const { registry } = setUp()
        let calls: readonly Call[] = []
        let sequence = -1
        const subscribe = () => {
          if (sequence >= 0) return
          const snapshot = registry.observe((now, before, next) => {
            expect(next).toBe(sequence + 1)
            expect(before).toBe(calls)
            sequence = next
            calls = now
          })
          calls = snapshot.calls
          sequence = snapshot.sequence
        }
        // In the middle of telling is a time like any other.
        let inTheMiddle = false
        registry.observe(() => {
          if (inTheMiddle) subscribe()
        })
        steps.forEach(({ id, event: one, nested }, index) => {
          if (index === subscribeAt) {
            if (nested) inTheMiddle = true
            else subscribe()
          }
          registry.add(call(id))
          registry.apply(id, one)
        })
        subscribe()
        expect(calls).toBe(registry.calls)
        expect(sequence).toBe(registry.sequence)
      }),
    )
  })
})

describe('an observer of calls', () => {
  it('sees states without handles and names, and an ended call once', () => {
    const { registry, clock } = setUp()
    registry.add(call('before'))
    const seen: ObservedCall[] = []
    const observer = new CallObserver(registry, (one) => seen.push(one))
    expect(observer.calls.map(({ id }) => id)).toEqual(['before'])
    registry.add({ ...call('a'), name: 'Ann', handle: { type: 'phoneNumber', value: '4711' } })
    registry.apply('a', { type: 'requestAnswer' })
    registry.apply('a', { type: 'connected', at: 1 })
    registry.apply('a', { type: 'held', held: true })
    registry.apply('a', ended)
    clock.advance(10_000)
    const fresh = { id: 'a', isOutgoing: false, hasConnected: false, isOnHold: false, hasEnded: false }
    expect(seen.map(({ revision: _, ...one }) => one)).toEqual([
      fresh,
      { ...fresh, hasConnected: true },
      { ...fresh, hasConnected: true, isOnHold: true },
      { ...fresh, hasConnected: true, hasEnded: true },
    ])
    expect(observer.calls.map(({ id }) => id)).toEqual(['before'])
  })
})
