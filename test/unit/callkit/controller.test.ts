/* Transactions: what is refused, in which order things are done, and what happens when they are not done. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Action } from '../../../main/callkit/action'
import { Transaction } from '../../../main/callkit/transaction'
import { settle } from '../../fakes/manual-clock'
import { ProviderPhone } from '../../support/provider-phone'

let phone: ProviderPhone
beforeEach(() => void (phone = new ProviderPhone()))

describe('a transaction that is refused', () => {
  it('an empty one is refused with CallKit code 3 and the delegate hears nothing', async () => {
    expect(await phone.request()).toMatchObject({ ok: false, error: { name: 'emptyTransaction', code: 3 } })
    expect(phone.delegate.heard).toEqual([])
  })

  it('leaves the calls as they were, to the letter', async () => {
    const callId = await phone.active()
    const before = JSON.stringify([phone.registry.calls, phone.registry.sequence])
    phone.delegate.heard.splice(0)
    const unknown = { kind: 'end', callId: 'nobody', cause: null } as const
    expect(await phone.asked(phone.start(), unknown)).toBe('unknownCallUUID')
    expect(await phone.asked({ kind: 'setHeld', callId, held: true }, unknown)).toBe('unknownCallUUID')
    expect(JSON.stringify([phone.registry.calls, phone.registry.sequence])).toBe(before)
    expect(phone.delegate.heard).toEqual([])
  })

  it('ending an unknown or an ended call is code 4', async () => {
    const callId = await phone.ringing()
    phone.provider.reportEnded(callId, { cause: 'remote-cancelled', sipStatus: 487, reason: null })
    for (const id of [callId, 'nobody']) {
      const result = await phone.request({ kind: 'end', callId: id, cause: null })
      expect(result).toMatchObject({ ok: false, error: { code: 4, callId: id } })
    }
  })

  it('starting with the id of a live call is code 5, also when the same transaction began it', async () => {
    const callId = await phone.ringing()
    expect(await phone.request(phone.start(callId))).toMatchObject({ error: { code: 5 } })
    expect(await phone.asked(phone.start('x'), phone.start('x'))).toBe('callUUIDAlreadyExists')
  })

  it('starting with a provider that is not there is code 2', async () => {
    expect(await phone.request(phone.start('x', 'elsewhere'))).toMatchObject({ error: { code: 2 } })
  })

  it('a handle of a type the provider cannot dial is code 6', async () => {
    const body = { kind: 'start', callId: 'x', providerId: 'work', target: 'sip:a@b', referral: null } as const
    const result = await phone.request({ ...body, handle: { type: 'emailAddress', value: 'a@b' } })
    expect(result).toMatchObject({ error: { name: 'invalidAction', code: 6 } })
  })

  it('with room for one call, two starts are code 7, but two starts that are grouped are accepted', async () => {
    phone = new ProviderPhone({ maximumCallGroups: 1 })
    expect(await phone.request(phone.start('x'), phone.start('y'))).toMatchObject({ error: { code: 7 } })
    const group = { kind: 'setGroup', callId: 'y', groupWith: 'x' } as const
    expect(await phone.asked(phone.start('x'), phone.start('y'), group)).toBe('accepted')
  })

  it('two calls cannot be dialled at once', async () => {
    expect(await phone.asked(phone.start('x'), phone.start('y'))).toBe('invalidAction')
  })

  it('grouping with nobody is code 4, with oneself or another account code 6, leaving no group code 6', async () => {
    const callId = await phone.active()
    const other = phone.add('home')
    await other.reportNewIncomingCall('theirs', {})
    const group = (groupWith: string | null) => phone.asked({ kind: 'setGroup', callId, groupWith })
    expect(await group('nobody')).toBe('unknownCallUUID')
    expect(await group(callId)).toBe('invalidAction')
    expect(await group('theirs')).toBe('invalidAction')
    expect(await group(null)).toBe('invalidAction')
  })

  it('translating is refused where no engine can', async () => {
    const callId = await phone.active()
    const languages = { localLanguage: 'en', remoteLanguage: 'de' }
    expect(await phone.asked({ kind: 'setTranslating', callId, translating: true, ...languages })).toBe('invalidAction')
  })

  it('a delegate that has no method for an action fails it at once', async () => {
    phone = new ProviderPhone({ supportsAudioTranslation: true })
    const callId = await phone.active()
    const languages = { localLanguage: 'en', remoteLanguage: 'de' }
    const result = await phone.request({ kind: 'setTranslating', callId, translating: true, ...languages })
    expect(result.ok && (await result.completed)).toEqual({ ok: false, code: 'invalid-action' })
    expect(phone.state(callId)).toBe('active')
  })

  it('what the call does not allow in its state is code 6', async () => {
    const callId = await phone.ringing()
    expect(await phone.asked({ kind: 'setHeld', callId, held: true })).toBe('invalidAction')
    expect(await phone.asked({ kind: 'setMuted', callId, muted: true })).toBe('invalidAction')
    expect(await phone.asked({ kind: 'playDtmf', callId, digits: '1', type: 'singleTone' })).toBe('invalidAction')
    await phone.asked({ kind: 'answer', callId })
    expect(await phone.asked({ kind: 'answer', callId })).toBe('invalidAction')
  })
})

it('a call whose answer waits for another to be held is not answered a second time', async () => {
  await phone.active()
  const callId = await phone.ringing()
  expect(await phone.asked({ kind: 'answer', callId })).toBe('accepted')
  expect(phone.state(callId)).toBe('incoming')
  expect(await phone.asked({ kind: 'answer', callId })).toBe('invalidAction')
})

describe('a transaction that is accepted', () => {
  it('is answered once, and never before the request returned', async () => {
    let answers = 0
    const counted = phone.request(phone.start()).then(() => answers++)
    const refused = phone.request().then(() => answers++)
    expect(answers).toBe(0)
    await Promise.all([counted, refused])
    expect(answers).toBe(2)
  })

  it('tells that it was accepted before it is done, and how it went by another promise', async () => {
    const result = await phone.request(phone.start('x'))
    let outcome: unknown = 'open'
    if (result.ok) void result.completed.then((how) => (outcome = how))
    await settle()
    expect(outcome).toBe('open')
    phone.delegate.last('start').fulfill()
    await settle()
    expect(outcome).toEqual({ ok: true, value: undefined })
  })

  it('shows an outgoing call as soon as it is accepted', async () => {
    await phone.request(phone.start('x'))
    expect(phone.state('x')).toBe('dialing')
    expect(phone.delegate.last('start').isComplete).toBe(false)
  })

  it('is what it was when it was requested, whatever is added to it later', async () => {
    const transaction = new Transaction([phone.start('x')])
    const requested = phone.controller.request(transaction, 'window')
    transaction.add(phone.action({ kind: 'end', callId: 'x', cause: null }))
    await requested
    phone.delegate.last('start').fulfill()
    await settle()
    expect(phone.delegate.heard).toEqual(['start'])
  })

  it('is what it was when it was requested in the middle of a delivery', async () => {
    const callId = await phone.active()
    const later = new Transaction([phone.action({ kind: 'setHeld', callId, held: true })])
    phone.delegate.heard.splice(0)
    phone.delegate.during = (action) => {
      if (action.is('setMuted')) {
        void phone.controller.request(later, 'window')
        later.add(phone.action({ kind: 'end', callId, cause: null }))
      }
      action.fulfill()
    }
    await phone.asked({ kind: 'setMuted', callId, muted: true })
    expect(phone.delegate.heard).toEqual(['setMuted', 'setHeld'])
  })

  it('is completed by the provider alone, not by whoever asked', async () => {
    const callId = await phone.active()
    const hold = phone.action({ kind: 'setHeld', callId, held: true })
    await phone.request(hold)
    hold.fulfill()
    expect(hold.isComplete).toBe(false)
    expect(phone.state(callId)).toBe('active')
  })

  it('is performed in order, the next action only after the one before is complete', async () => {
    const callId = await phone.active()
    phone.delegate.heard.splice(0)
    const mute = { kind: 'setMuted', callId, muted: true } as const
    const digits = { kind: 'playDtmf', callId, digits: '1', type: 'singleTone' } as const
    await phone.asked(mute, digits, { kind: 'end', callId, cause: null })
    expect(phone.delegate.heard).toEqual(['setMuted'])
    phone.delegate.last('setMuted').fulfill()
    expect(phone.delegate.heard).toEqual(['setMuted', 'playDtmf'])
    phone.delegate.last('playDtmf').fulfill()
    expect(phone.delegate.heard).toEqual(['setMuted', 'playDtmf', 'audio off', 'end'])
  })

  it('fails what is left when an action fails, and undoes nothing that was done', async () => {
    const callId = await phone.active()
    const mute = { kind: 'setMuted', callId, muted: true } as const
    const hold = { kind: 'setHeld', callId, held: true } as const
    const result = await phone.request(mute, hold, { kind: 'end', callId, cause: null })
    phone.delegate.last('setMuted').fulfill()
    phone.delegate.last('setHeld').fail('media-failed')
    expect(result.ok && (await result.completed)).toEqual({ ok: false, code: 'media-failed' })
    expect(phone.registry.find(callId)).toMatchObject({ state: 'active', muted: true })
    expect(phone.delegate.heard).not.toContain('end')
  })

  it('stays among the pending transactions of its provider until all its actions are complete', async () => {
    const callId = await phone.active()
    const mute = { kind: 'setMuted', callId, muted: true } as const
    await phone.request(mute, { kind: 'setHeld', callId, held: true })
    expect(phone.provider.pendingTransactions).toHaveLength(1)
    expect(phone.provider.pendingCallActions('setHeld', callId)).toHaveLength(1)
    phone.delegate.last('setMuted').fulfill()
    expect(phone.provider.pendingCallActions('setMuted', callId)).toEqual([])
    expect(phone.provider.pendingTransactions).toHaveLength(1)
    phone.delegate.last('setHeld').fulfill()
    expect(phone.provider.pendingTransactions).toEqual([])
  })

  it('leaves a line for the audit without numbers and digits', async () => {
    const callId = await phone.active()
    await phone.asked({ kind: 'playDtmf', callId, digits: '98765', type: 'softPause' })
    await phone.asked(phone.start('x'))
    const audit = phone.logged.filter((line) => line.startsWith('transaction'))
    expect(audit).toHaveLength(3)
    expect(audit[1]).toContain(`by window: playDtmf ${callId}: accepted`)
    // Without the ids of calls and transactions, which may hold any digits.
    const lines = phone.logged.join('\n').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
    expect(lines).not.toMatch(/98765|600|4711|pbx\.example/)
  })
})

describe('a delegate that executes whole transactions', () => {
  it('is asked first and then left alone until it has completed everything', async () => {
    const callId = await phone.active()
    phone.delegate.heard.splice(0)
    const seen: Transaction[] = []
    Object.assign(phone.delegate, {
      execute: (_: unknown, transaction: Transaction) => {
        seen.push(transaction)
        return true
      },
    })
    await phone.asked({ kind: 'setMuted', callId, muted: true }, { kind: 'setHeld', callId, held: true })
    expect(phone.delegate.heard).toEqual([])
    expect(phone.provider.pendingTransactions).toEqual(seen)
    const [mute, hold] = seen[0]?.actions ?? []
    hold?.fulfill()
    expect(phone.provider.pendingTransactions).toHaveLength(1)
    mute?.fulfill()
    expect(phone.provider.pendingTransactions).toEqual([])
    expect(phone.registry.find(callId)).toMatchObject({ state: 'held', muted: true })
  })

  it('may be done with an answer before it returns', async () => {
    const callId = await phone.ringing()
    Object.assign(phone.delegate, {
      execute: (_: unknown, transaction: Transaction) => {
        for (const action of transaction.actions) action.fulfill()
        return true
      },
    })
    await phone.asked({ kind: 'answer', callId })
    expect(phone.state(callId)).toBe('active')
  })

  it('that declines to is asked for each action', async () => {
    Object.assign(phone.delegate, { execute: () => false })
    await phone.asked(phone.start('x'))
    expect(phone.delegate.heard).toEqual(['start'])
  })
})

describe('a delegate that asks for more in the middle of a delivery', () => {
  it('is answered afterwards, never in the middle', async () => {
    const callId = await phone.active()
    phone.delegate.heard.splice(0)
    let depth = 0
    let deepest = 0
    phone.delegate.during = (action) => {
      deepest = Math.max(deepest, ++depth)
      if (action.is('setMuted')) void phone.request({ kind: 'setHeld', callId, held: true })
      action.fulfill()
      depth--
    }
    await phone.asked({ kind: 'setMuted', callId, muted: true })
    expect(phone.delegate.heard).toEqual(['setMuted', 'setHeld'])
    expect(deepest).toBe(1)
    expect(phone.registry.find(callId)).toMatchObject({ state: 'held', muted: true })
  })

  it('that throws leaves neither a pending action nor a hanging phone', async () => {
    const callId = await phone.active()
    phone.delegate.during = () => {
      throw new Error('a bug')
    }
    const result = await phone.request({ kind: 'setHeld', callId, held: true })
    expect(result.ok && (await result.completed)).toEqual({ ok: false, code: 'failed' })
    phone.delegate.during = () => {}
    expect(await phone.asked({ kind: 'setMuted', callId, muted: true })).toBe('accepted')
  })
})

describe('an action that is not completed in time', () => {
  it('fails, the delegate is told exactly once, and completing it late does nothing', async () => {
    const callId = await phone.active()
    const result = await phone.request({ kind: 'setHeld', callId, held: true })
    phone.clock.advance(4_999)
    expect(phone.delegate.heard).not.toContain('timed out setHeld')
    phone.clock.advance(1)
    const action = phone.delegate.last('setHeld')
    expect(action.isComplete).toBe(true)
    action.fulfill()
    phone.clock.advance(60_000)
    expect(phone.delegate.heard.filter((what) => what === 'timed out setHeld')).toHaveLength(1)
    expect(phone.delegate.heard.filter((what) => what === 'setHeld')).toHaveLength(1)
    expect(result.ok && (await result.completed)).toEqual({ ok: false, code: 'timed-out' })
    expect(phone.state(callId)).toBe('active')
  })

  it('while it still waited for its turn fails without a word to the delegate', async () => {
    const callId = await phone.ringing()
    await phone.request({ kind: 'answer', callId }, { kind: 'setMuted', callId, muted: true })
    phone.clock.advance(10_000)
    phone.delegate.last('answer').fulfill()
    expect(phone.delegate.heard).toEqual(['answer', 'audio on'])
    expect(phone.registry.find(callId)).toMatchObject({ state: 'active', muted: false })
    expect(phone.provider.pendingTransactions).toEqual([])
  })

  it('has less time when it was made long before it was requested', async () => {
    const callId = await phone.active()
    const hold = new Action({ kind: 'setHeld', callId, held: true } as const, phone.clock)
    phone.clock.advance(4_000)
    await phone.request(hold)
    phone.clock.advance(1_000)
    expect(phone.delegate.heard).toContain('timed out setHeld')
  })

  it('an answer after 60 s ends the call as failed, and observers see its end once', async () => {
    const callId = await phone.ringing()
    let ends = 0
    phone.registry.observe((now, before) => {
      const was = before.find(({ id }) => id === callId)?.state
      if (now.find(({ id }) => id === callId)?.state === 'ended' && was !== 'ended') ends++
    })
    await phone.request({ kind: 'answer', callId })
    phone.clock.advance(60_000)
    expect(phone.state(callId)).toMatch(/^ended/)
    expect(ends).toBe(1)
    expect(phone.history).toHaveLength(1)
  })

  it('a start after 600 s ends the call', async () => {
    await phone.request(phone.start('x'))
    phone.clock.advance(600_000 - 1)
    expect(phone.state('x')).toBe('dialing')
    phone.clock.advance(1)
    expect(phone.state('x')).toBe('ended (unreachable)')
  })

  it('an end after 5 s still rids the user of the call', async () => {
    const callId = await phone.active()
    await phone.request({ kind: 'end', callId, cause: null })
    expect(phone.state(callId)).toBe('ending')
    phone.clock.advance(5_000)
    expect(phone.state(callId)).toBe('ended (hung-up)')
  })

  it('leaves no timer behind once it is complete', async () => {
    const callId = await phone.active()
    const before = phone.clock.pending
    await phone.request({ kind: 'setHeld', callId, held: true })
    phone.delegate.last('setHeld').fulfill()
    expect(phone.clock.pending).toBe(before)
  })
})

describe('digits', () => {
  it('n key presses are n actions, each delivered only after the one before is done', async () => {
    const callId = await phone.active()
    phone.delegate.actions.splice(0)
    for (const digits of '123') await phone.request({ kind: 'playDtmf', callId, digits, type: 'singleTone' })
    const played = () =>
      phone.delegate.actions.map(({ body }) => (body.kind === 'playDtmf' ? body.digits : '?')).join('')
    expect(played()).toBe('1')
    phone.delegate.last('playDtmf').fulfill()
    expect(played()).toBe('12')
    phone.delegate.last('playDtmf').fail()
    expect(played()).toBe('123')
  })

  it('of one call do not wait for those of another, nor does hanging up wait for digits', async () => {
    const callId = await phone.active()
    await phone.request({ kind: 'playDtmf', callId, digits: '1', type: 'singleTone' })
    await phone.request({ kind: 'end', callId, cause: null })
    expect(phone.delegate.heard).toContain('end')
  })
})
