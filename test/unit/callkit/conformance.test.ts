/*
 * CallKit's conformance list, one test for each line of it that is about calls, in its order. What is said here once in
 * short is told at length in the tests of each part.
 */
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { isMissed, type Call, type CallId } from '../../../common/call'
import { endedReason } from '../../../main/callkit/call-kit-view'
import { Action, type ActionKind } from '../../../main/callkit/action'
import { isForeground } from '../../../main/callkit/foreground'
import { CallObserver, type ObservedCall } from '../../../main/callkit/observer'
import { Transaction } from '../../../main/callkit/transaction'
import { settle } from '../../fakes/manual-clock'
import { CallPhone } from '../../support/call-phone'
import { ProviderPhone } from '../../support/provider-phone'

let phone: ProviderPhone
beforeEach(() => void (phone = new ProviderPhone()))

const gone = { cause: 'remote-hung-up', sipStatus: null, reason: null } as const
const state = () => JSON.stringify([phone.registry.calls, phone.registry.sequence])
const deliveries = (kind: ActionKind) => phone.delegate.actions.filter((action) => action.is(kind)).length
/** Two connected calls that allow to be one. */
const two = async (): Promise<[CallId, CallId]> => {
  const first = await phone.active()
  const second = await phone.ringing()
  await phone.asked({ kind: 'answer', callId: second })
  phone.delegate.last('setHeld').fulfill()
  phone.delegate.last('answer').fulfill()
  for (const callId of [first, second]) {
    phone.provider.reportUpdated(callId, { supportsGrouping: true, supportsUngrouping: true })
  }
  return [first, second]
}
const conference = async (): Promise<[CallId, CallId]> => {
  const [first, second] = await two()
  await phone.asked({ kind: 'setGroup', callId: first, groupWith: second })
  phone.delegate.last('setHeld').fulfill()
  phone.delegate.last('setGroup').fulfill()
  return [first, second]
}
const ends = (callId: CallId) => {
  const seen: ObservedCall[] = []
  new CallObserver(phone.registry, (call) => call.id === callId && call.hasEnded && seen.push(call))
  return seen
}

describe('transactions', () => {
  it('an empty one is complete, is refused with code 3, and no delegate hears of it', async () => {
    expect(new Transaction().isComplete).toBe(true)
    expect(await phone.request()).toMatchObject({ error: { name: 'emptyTransaction', code: 3 } })
    expect(phone.delegate.heard).toEqual([])
  })

  it('one that is refused leaves the registry byte-identical', async () => {
    const callId = await phone.active()
    const before = state()
    expect(await phone.asked(phone.start(), { kind: 'end', callId: 'nobody', cause: null })).toBe('unknownCallUUID')
    expect(await phone.asked({ kind: 'setHeld', callId, held: true }, phone.start(callId))).toBe(
      'callUUIDAlreadyExists',
    )
    expect(state()).toBe(before)
  })

  it('actions have 600, 60 and 5 seconds from construction', () => {
    const bodies = {
      start: phone.start().body,
      answer: { kind: 'answer', callId: 'a' },
      end: { kind: 'end', callId: 'a', cause: null },
      setHeld: { kind: 'setHeld', callId: 'a', held: true },
      setMuted: { kind: 'setMuted', callId: 'a', muted: true },
      setGroup: { kind: 'setGroup', callId: 'a', groupWith: null },
      playDtmf: { kind: 'playDtmf', callId: 'a', digits: '1', type: 'singleTone' },
    } as const
    phone.clock.advance(1_234)
    const time = (kind: keyof typeof bodies) => {
      const action = phone.action(bodies[kind])
      return (action.deadline - action.createdAt) / 1_000
    }
    expect([time('start'), time('answer')]).toEqual([600, 60])
    for (const kind of ['end', 'setHeld', 'setMuted', 'setGroup', 'playDtmf'] as const) expect(time(kind), kind).toBe(5)
  })

  it('what completes an action first wins: twice, failed after, or after its time', async () => {
    const callId = await phone.active()
    const told: string[] = []
    phone.switchboard.actionEvents.observe(({ type }) => told.push(type))
    await phone.asked({ kind: 'setMuted', callId, muted: true })
    const mute = phone.delegate.last('setMuted')
    mute.fulfill()
    mute.fulfill()
    mute.fail()
    await phone.asked({ kind: 'setHeld', callId, held: true })
    phone.clock.advance(5_000)
    phone.delegate.last('setHeld').fulfill()
    expect(mute.outcome).toMatchObject({ ok: true })
    expect(told).toEqual(['requested', 'performed', 'requested', 'timed-out'])
    expect(phone.registry.find(callId)).toMatchObject({ state: 'active', muted: true })
  })

  it('fulfilling an action that was never requested leaves it incomplete, and warns', () => {
    const warnings: string[] = []
    const body = { kind: 'end', callId: 'a', cause: null } as const
    const action = new Action(body, phone.clock, 'x', 0, (message) => warnings.push(message))
    action.fulfill()
    expect(action.isComplete).toBe(false)
    expect(warnings).toEqual(['end x completed, but no provider holds it'])
  })

  it('an action that times out is complete, and its delegate is told exactly once', async () => {
    const callId = await phone.active()
    await phone.asked({ kind: 'setMuted', callId, muted: true })
    phone.clock.advance(60_000)
    expect(phone.delegate.last('setMuted').isComplete).toBe(true)
    expect(phone.delegate.heard.filter((what) => what.includes('setMuted'))).toEqual(['setMuted', 'timed out setMuted'])
  })

  it('a delegate that executes hears no perform, and the transaction is pending until it completed everything', async () => {
    const callId = await phone.active()
    const taken: Transaction[] = []
    Object.assign(phone.delegate, { execute: (_: unknown, one: Transaction) => taken.push(one) > 0 })
    phone.delegate.heard.splice(0)
    await phone.asked({ kind: 'setMuted', callId, muted: true }, { kind: 'setHeld', callId, held: true })
    taken[0]?.actions[0]?.fulfill()
    expect(phone.provider.pendingTransactions).toEqual(taken)
    taken[0]?.actions[1]?.fulfill()
    expect(phone.provider.pendingTransactions).toEqual([])
    expect(phone.delegate.heard).toEqual([])
  })

  it('actions are performed in the order of the array, and no delegate is re-entered', async () => {
    const callId = await phone.active()
    phone.delegate.heard.splice(0)
    let depth = 0
    phone.delegate.during = (action) => {
      expect(++depth).toBe(1)
      if (action.is('setMuted')) void phone.request({ kind: 'playDtmf', callId, digits: '1', type: 'singleTone' })
      action.fulfill()
      depth--
    }
    await phone.asked({ kind: 'setMuted', callId, muted: true }, { kind: 'setHeld', callId, held: true })
    expect(phone.delegate.heard.slice(0, 2)).toEqual(['setMuted', 'setHeld'])
  })

  it('a request is answered once and asynchronously, also when it is refused', async () => {
    const answers: boolean[] = []
    const both = [phone.request(phone.start()), phone.request()].map((one) => one.then(({ ok }) => answers.push(ok)))
    expect(answers).toEqual([])
    await Promise.all(both)
    await settle()
    expect(answers).toEqual([true, false])
  })
})

describe('updates and incoming calls', () => {
  it('an update is sparse: what it leaves out stays, null clears', async () => {
    await phone.provider.reportNewIncomingCall('a', { localizedCallerName: 'Ann' })
    phone.provider.reportUpdated('a', { hasVideo: true })
    expect(phone.registry.find('a')).toMatchObject({ name: 'Ann', hasVideo: true })
    phone.provider.reportUpdated('a', { localizedCallerName: null })
    expect(phone.registry.find('a')).toMatchObject({ name: null, hasVideo: true })
  })

  it('a second call of the same id is code 2, and the first is untouched', async () => {
    const callId = await phone.active()
    const before = state()
    expect(await phone.provider.reportNewIncomingCall(callId, {})).toMatchObject({ error: { code: 2 } })
    expect(state()).toBe(before)
  })

  it('do not disturb is code 3: the caller is refused before any 180, and nothing shows or rings', async () => {
    const one = new CallPhone()
    one.settings.doNotDisturb = true
    expect(await one.invited()).toMatchObject({ verdict: 480 })
    expect(one.registry.sequence).toBe(0)
    phone.settings.doNotDisturb = true
    expect(await phone.provider.reportNewIncomingCall('a', {})).toMatchObject({ error: { code: 3 } })
  })

  it('a call that is filtered never appears to an observer', async () => {
    phone = new ProviderPhone({}, { screen: ({ value }) => (value === '666' ? 'filteredByBlockList' : null) })
    const seen: ObservedCall[] = []
    const observer = new CallObserver(phone.registry, (call) => seen.push(call))
    const remoteHandle = { type: 'phoneNumber', value: '6-66' } as const
    expect(await phone.provider.reportNewIncomingCall('a', { remoteHandle })).toMatchObject({ error: { code: 4 } })
    expect([seen, observer.calls]).toEqual([[], []])
  })

  it('the end of an unknown or an ended call: asked for it is code 4, reported it is silent', async () => {
    const callId = await phone.active()
    phone.provider.reportEnded(callId, gone)
    const before = state()
    for (const id of [callId, 'nobody']) {
      phone.provider.reportEnded(id, gone)
      expect(await phone.request({ kind: 'end', callId: id, cause: null })).toMatchObject({ error: { code: 4 } })
    }
    expect(state()).toBe(before)
  })
})

describe('limits', () => {
  it('starting with a live id is code 5; with room for one, two calls are code 7, but not when they are one group', async () => {
    const callId = await phone.active()
    expect(await phone.request(phone.start(callId))).toMatchObject({ error: { code: 5 } })
    phone = new ProviderPhone({ maximumCallGroups: 1 })
    expect(await phone.request(phone.start('x'), phone.start('y'))).toMatchObject({ error: { code: 7 } })
    expect(phone.registry.calls).toEqual([])
    const group = { kind: 'setGroup', callId: 'y', groupWith: 'x' } as const
    expect(await phone.asked(phone.start('x'), phone.start('y'), group)).toBe('accepted')
    for (const kind of ['start', 'start', 'setGroup'] as const) phone.delegate.last(kind).fulfill()
    const [x, y] = phone.registry.calls
    expect(x?.groupId).not.toBeNull()
    expect(y?.groupId).toBe(x?.groupId)
  })
})

describe('the life of a call', () => {
  it('a failed answer ends it as failed, and observers see that once', async () => {
    const callId = await phone.ringing()
    const seen = ends(callId)
    await phone.asked({ kind: 'answer', callId })
    phone.delegate.last('answer').fail()
    phone.clock.advance(60_000)
    expect(phone.history).toMatchObject([{ id: callId, cause: 'failed' }])
    expect(seen).toMatchObject([{ hasConnected: false, hasEnded: true }])
  })

  it('has-connected and has-ended never revert', async () => {
    const callId = await phone.active()
    const seen: ObservedCall[] = []
    new CallObserver(phone.registry, (call) => seen.push(call))
    await phone.asked({ kind: 'setHeld', callId, held: true })
    phone.delegate.last('setHeld').fulfill()
    phone.provider.reportOutgoingProgress(callId, 'alerting')
    phone.provider.reportEnded(callId, gone)
    phone.provider.reportConnected(callId)
    expect(seen.map(({ hasConnected, hasEnded }) => [hasConnected, hasEnded])).toEqual([
      [true, false],
      [true, true],
    ])
  })

  it('at most one group is un-held when everything has settled, also when a merge came to half', async () => {
    const [first, second] = await two()
    await phone.asked({ kind: 'setGroup', callId: first, groupWith: second })
    phone.delegate.last('setHeld').fulfill()
    expect(phone.registry.live().filter(isForeground)).toHaveLength(2)
    phone.delegate.last('setGroup').fail()
    phone.delegate.last('setHeld').fulfill()
    expect([phone.state(first), phone.state(second)]).toEqual(['held', 'active'])
  })

  it('hanging up resumes the held call; the far end hanging up does not', async () => {
    for (const [byUs, expected] of [
      [true, 'active'],
      [false, 'held'],
    ] as const) {
      const one = new CallPhone()
      const held = await one.answered()
      const active = await one.connected()
      if (byUs) await one.verbs.end(active, 'window')
      else await one.remoteEnds(active)
      await settle()
      expect(one.call(held).state).toBe(expected)
    }
  })

  it('sound is never on before the answer is fulfilled, and always goes off again, also by a reset', async () => {
    const callId = await phone.ringing()
    await phone.asked({ kind: 'answer', callId })
    expect(phone.delegate.heard).toEqual(['answer'])
    phone.delegate.last('answer').fulfill()
    expect(phone.delegate.heard).toEqual(['answer', 'audio on'])
    phone.provider.reset('engine-lost')
    expect(phone.delegate.heard).toEqual(['answer', 'audio on', 'audio off', 'reset'])
  })

  it('when the engine is lost there is one reset, every call has ended, and the next one works', async () => {
    const calls = [await phone.active(), await phone.ringing()]
    phone.provider.reset('engine-lost')
    expect(phone.delegate.heard.filter((what) => what === 'reset')).toHaveLength(1)
    for (const callId of calls) {
      const call = phone.registry.find(callId)
      expect(call?.state === 'ended' && endedReason(call.cause)).toBe('failed')
    }
    expect(await phone.asked(phone.start('x'))).toBe('accepted')
  })

  it('n key presses are n actions, and each waits for the one before', async () => {
    const callId = await phone.active()
    for (const digits of '123') await phone.asked({ kind: 'playDtmf', callId, digits, type: 'singleTone' })
    for (const so_far of [1, 2, 3]) {
      expect(deliveries('playDtmf')).toBe(so_far)
      phone.delegate.last('playDtmf').fulfill()
    }
    expect(deliveries('playDtmf')).toBe(3)
  })

  it('leaving a group one is not in is an invalid action', async () => {
    const callId = await phone.active()
    phone.provider.reportUpdated(callId, { supportsUngrouping: true })
    expect(await phone.asked({ kind: 'setGroup', callId, groupWith: null })).toBe('invalidAction')
  })
})

describe('races', () => {
  it('answered elsewhere, declined elsewhere and given up are told apart, and only the last is missed', async () => {
    const outcome = async (cause: 'answered-elsewhere' | 'declined-elsewhere' | 'remote-cancelled') => {
      const callId = await phone.ringing()
      phone.provider.reportEnded(callId, { cause, sipStatus: 487, reason: null })
      const call = phone.history.at(-1) as Call
      return [call.state === 'ended' && endedReason(call.cause), isMissed(call)]
    }
    expect(await outcome('answered-elsewhere')).toEqual(['answeredElsewhere', false])
    expect(await outcome('declined-elsewhere')).toEqual(['declinedElsewhere', false])
    expect(await outcome('remote-cancelled')).toEqual(['remoteEnded', true])
  })

  it('a caller who gives up while we answer, and a hold that succeeds late, leave the model as it was told', async () => {
    const callId = await phone.ringing()
    await phone.asked({ kind: 'answer', callId })
    phone.provider.reportEnded(callId, { ...gone, cause: 'remote-cancelled' })
    phone.delegate.last('answer').fulfill()
    expect(phone.state(callId)).toBe('ended (remote-cancelled)')
    const other = await phone.active()
    await phone.asked({ kind: 'setHeld', callId: other, held: true })
    phone.clock.advance(5_000)
    phone.delegate.last('setHeld').fulfill()
    expect(phone.state(other)).toBe('active')
  })

  it('hold and accept with a hold that fails does not answer the second call', async () => {
    const first = await phone.active()
    const second = await phone.ringing()
    await phone.asked({ kind: 'setHeld', callId: first, held: true }, { kind: 'answer', callId: second })
    phone.delegate.last('setHeld').fail()
    expect(deliveries('answer')).toBe(1)
    expect([phone.state(first), phone.state(second)]).toEqual(['active', 'incoming'])
  })

  it('a snapshot and what is told after it lose and repeat nothing, whenever one subscribes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(11), async (when) => {
        phone = new ProviderPhone()
        const steps: (() => unknown)[] = [
          () => phone.provider.reportNewIncomingCall('a', {}),
          () => phone.asked({ kind: 'answer', callId: 'a' }),
          () => phone.delegate.last('answer').fulfill(),
          () => phone.asked({ kind: 'setHeld', callId: 'a', held: true }),
          () => phone.delegate.last('setHeld').fulfill(),
          () => phone.provider.reportNewIncomingCall('b', {}),
          () => phone.provider.reportEnded('a', gone),
          () => phone.asked({ kind: 'answer', callId: 'b' }),
          () => phone.delegate.last('answer').fulfill(),
          () => phone.provider.reportEnded('b', gone),
          () => phone.clock.advance(10_000),
        ]
        const look = ({ revision: _, ...rest }: ObservedCall) => JSON.stringify(rest)
        const all: string[] = []
        new CallObserver(phone.registry, (call) => all.push(look(call)))
        let known = 0
        const late: string[] = []
        for (const [index, step] of steps.entries()) {
          if (index === when) {
            known = all.length
            const { calls } = new CallObserver(phone.registry, (call) => late.push(look(call))).snapshot
            // The snapshot is where the story told so far has come to.
            for (const call of calls) expect(all.findLast((one) => one.includes(`"${call.id}"`))).toBe(look(call))
          }
          await step()
        }
        expect(late).toEqual(when < steps.length ? all.slice(known) : [])
      }),
    )
  })

  it('no digits and no handles are in the log', async () => {
    const callId = await phone.active()
    await phone.asked({ kind: 'playDtmf', callId, digits: '90210', type: 'hardPause' })
    await phone.asked({
      kind: 'transfer',
      callId,
      to: { kind: 'address', handle: phone.start().body.handle, target: 'sip:7@x' },
    })
    const lines = phone.logged.join('\n').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
    expect(lines).not.toMatch(/90210|4711|600|sip:/)
  })
})

describe('conferences', () => {
  it('end when all but one have left, and whoever leaves by hanging up is out at once', async () => {
    const [first, second] = await conference()
    expect(phone.registry.find(first)?.groupId).toBe(phone.registry.find(second)?.groupId)
    await phone.asked({ kind: 'end', callId: first, cause: null })
    expect([first, second].map((id) => phone.registry.find(id)?.groupId)).toEqual([null, null])
    expect(phone.state(first)).toBe('ending')
  })
})
