/* More than one call: who may ring, who is held, and who gets their voice back. */
import { beforeEach, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { Action } from '../../../main/callkit/action'
import { isForeground } from '../../../main/callkit/foreground'
import { settle } from '../../fakes/manual-clock'
import { account, CallPhone } from '../../support/call-phone'

let phone: CallPhone
beforeEach(() => void (phone = new CallPhone()))

describe('a second caller', () => {
  it('while a call is up alerts softly', async () => {
    const first = await phone.answered()
    const second = await phone.invited('4712')
    expect(second.verdict).toBe('alert')
    expect(phone.call(second.callId)).toMatchObject({ waiting: true })
    expect(phone.call(first)).toMatchObject({ waiting: false })
  })

  it('while another call only rings is no waiting call', async () => {
    await phone.invited()
    const second = await phone.invited('4712')
    expect(phone.call(second.callId)).toMatchObject({ waiting: false })
  })

  it('hears busy when the user wants no waiting calls, and is found among the missed ones', async () => {
    phone.settings.callWaiting = 'busy'
    const first = await phone.answered()
    expect(await phone.invited('4712')).toMatchObject({ verdict: 486 })
    expect(phone.history).toMatchObject([{ cause: 'unanswered', sipStatus: 486, handle: { value: '4712' } }])
    await phone.verbs.end(first, 'window')
    expect(await phone.invited('4712')).toMatchObject({ verdict: 'alert' })
  })

  it('beyond the limit of two hears busy, on whatever account', async () => {
    phone = new CallPhone([account('work'), account('home')])
    await phone.answered('1', 'work')
    expect(await phone.invited('2', 'home')).toMatchObject({ verdict: 'alert' })
    expect(await phone.invited('3', 'work')).toMatchObject({ verdict: 486 })
    expect(await phone.invited('4', 'home')).toMatchObject({ verdict: 486 })
    expect(phone.states).toEqual(['active', 'incoming'])
  })

  it('does not disturb: 480, no ring, a missed call', async () => {
    phone.settings.doNotDisturb = true
    expect(await phone.invited()).toMatchObject({ verdict: 480 })
    expect(phone.registry.calls).toEqual([])
    expect(phone.history).toMatchObject([{ cause: 'unanswered', direction: 'incoming' }])
  })
})

describe('hold and answer', () => {
  it('holds the active call first and answers when that is done', async () => {
    const first = await phone.answered()
    const { callId: second } = await phone.invited('4712')
    phone.engine.heard()
    phone.engine.answerTo('setHeld', 'silent')
    await phone.verbs.answer(second, 'notification')
    await settle()
    expect(phone.engine.heard()).toEqual(['hold'])
    expect(phone.states).toEqual(['active', 'incoming'])
    phone.engine.reply('setHeld')
    await settle()
    expect(phone.engine.heard()).toEqual(['answer', 'audio on'])
    expect(phone.call(first).state).toBe('held')
    expect(phone.call(second).state).toBe('active')
  })

  it('does not answer when the hold fails; the second goes on ringing', async () => {
    await phone.answered()
    const { callId: second } = await phone.invited('4712')
    phone.engine.heard()
    phone.engine.answerTo('setHeld', { ok: false, code: 'failed' })
    await phone.verbs.answer(second, 'notification')
    await settle()
    expect(phone.engine.heard()).toEqual(['hold'])
    expect(phone.states).toEqual(['active', 'incoming'])
    phone.engine.answerTo('setHeld', { ok: true, value: undefined })
    await phone.verbs.answer(second, 'notification')
    await settle()
    expect(phone.states).toEqual(['held', 'active'])
  })

  it('does not answer when the hold takes longer than five seconds', async () => {
    await phone.answered()
    const { callId: second } = await phone.invited('4712')
    phone.engine.answerTo('setHeld', 'silent')
    await phone.verbs.answer(second, 'notification')
    await phone.clock.advanceAsync(5_000)
    expect(phone.states).toEqual(['active', 'incoming'])
  })

  it('answers when the call to be held ends by itself meanwhile', async () => {
    const first = await phone.answered()
    const { callId: second } = await phone.invited('4712')
    phone.engine.answerTo('setHeld', 'silent')
    await phone.verbs.answer(second, 'notification')
    await phone.remoteEnds(first)
    expect(phone.states).toEqual(['ended (remote-hung-up)', 'active'])
  })

  it('leaves the second alone when its caller gives up during the hold', async () => {
    await phone.answered()
    const { callId: second } = await phone.invited('4712')
    phone.engine.answerTo('setHeld', 'silent')
    await phone.verbs.answer(second, 'notification')
    await phone.remoteEnds(second, 'remote-cancelled')
    phone.engine.heard()
    phone.engine.reply('setHeld')
    await settle()
    expect(phone.engine.heard()).toEqual([])
    expect(phone.states).toEqual(['held', 'ended (remote-cancelled)'])
  })

  it('gives up a call of ours that nobody has answered yet', async () => {
    await phone.dialled()
    const { callId } = await phone.invited()
    await phone.verbs.answer(callId, 'notification')
    await settle()
    expect(phone.states).toEqual(['ended (cancelled)', 'active'])
  })

  it('is refused when the active call cannot be held', async () => {
    const first = await phone.answered()
    const capabilities = { holding: false, grouping: false, ungrouping: false, dtmf: true }
    phone.sip.engineReported({ type: 'updated', callId: first, capabilities })
    const { callId } = await phone.invited()
    expect(await phone.verbs.answer(callId, 'window')).toEqual({ ok: false, code: 'invalid-action' })
    expect(phone.states).toEqual(['active', 'incoming'])
  })
})

describe('a second call of ours', () => {
  it('puts the first on hold', async () => {
    await phone.answered()
    phone.engine.heard()
    await phone.dialled('601')
    expect(phone.engine.heard()).toEqual(['hold', 'dial'])
    expect(phone.states).toEqual(['held', 'dialing'])
  })

  it('is not placed when the first cannot be put on hold, and says so', async () => {
    await phone.answered()
    phone.engine.answerTo('setHeld', { ok: false, code: 'failed' })
    phone.engine.heard()
    await phone.dialled('601')
    expect(phone.engine.heard()).toEqual(['hold'])
    expect(phone.states).toEqual(['active', 'ended (failed)'])
  })

  it('is refused while the first is still being dialled, and a third at all', async () => {
    await phone.dialled()
    expect(await phone.verbs.call('601', null, 'window')).toEqual({ ok: false, code: 'invalid-action' })
    phone = new CallPhone()
    await phone.answered()
    await phone.connected()
    expect(await phone.verbs.call('602', null, 'window')).toEqual({ ok: false, code: 'too-many-calls' })
  })
})

describe('swapping', () => {
  it('resuming the held call holds the active one first', async () => {
    const first = await phone.answered()
    const second = await phone.connected()
    phone.engine.heard()
    await phone.verbs.setHeld(first, false, 'window')
    await settle()
    expect(phone.engine.heard()).toEqual(['hold', 'resume'])
    expect([phone.call(first).state, phone.call(second).state]).toEqual(['active', 'held'])
  })
})

describe('when the other call ends', () => {
  it('by us, the held one is resumed', async () => {
    await phone.answered()
    const second = await phone.connected()
    await phone.verbs.end(second, 'window')
    await settle()
    expect(phone.states).toEqual(['active', 'ended (hung-up)'])
  })

  it('by us before anybody answered it, the held one is resumed', async () => {
    await phone.answered()
    const second = await phone.dialled('601')
    await phone.verbs.end(second, 'window')
    await settle()
    expect(phone.states).toEqual(['active', 'ended (cancelled)'])
  })

  it('by the far end, the held one stays held', async () => {
    await phone.answered()
    const second = await phone.connected()
    await phone.remoteEnds(second)
    expect(phone.states).toEqual(['held', 'ended (remote-hung-up)'])
  })

  it('a declined caller does not bring a call back that the user holds', async () => {
    const first = await phone.answered()
    await phone.verbs.setHeld(first, true, 'window')
    await settle()
    const { callId } = await phone.invited()
    await phone.verbs.decline(callId, 'notification')
    await settle()
    expect(phone.states).toEqual(['held', 'ended (declined)'])
  })

  it('for want of any answer, the held one stays held', async () => {
    await phone.answered()
    await phone.dialled('601')
    await phone.clock.advanceAsync(36_000)
    expect(phone.states).toEqual(['held', 'ended (unreachable)'])
  })

  it('with both on hold, ending one leaves the other on hold', async () => {
    const first = await phone.answered()
    const second = await phone.connected()
    await phone.verbs.setHeld(second, true, 'window')
    await settle()
    await phone.verbs.end(first, 'window')
    await settle()
    expect(phone.states).toEqual(['ended (hung-up)', 'held'])
  })

  it('ending the held one leaves the active one alone', async () => {
    const first = await phone.answered()
    await phone.connected()
    phone.engine.heard()
    await phone.verbs.end(first, 'window')
    await settle()
    expect(phone.engine.heard()).toEqual(['audio off', 'end'])
    expect(phone.states).toEqual(['ended (hung-up)', 'active'])
  })
})

describe('two callers at once', () => {
  it('are listed in the order they came, and each can be reached', async () => {
    const first = await phone.invited('4711')
    const second = await phone.invited('4712')
    expect(phone.registry.calls.map(({ id }) => id)).toEqual([first.callId, second.callId])
    await phone.verbs.answer(second.callId, 'window')
    await settle()
    expect(phone.states).toEqual(['incoming', 'active'])
  })

  it('when one is answered the other goes on ringing; answered too, it takes the ear', async () => {
    const first = await phone.invited('4711')
    const second = await phone.invited('4712')
    await phone.verbs.answer(first.callId, 'window')
    await settle()
    expect(phone.states).toEqual(['active', 'incoming'])
    await phone.verbs.answer(second.callId, 'window')
    await settle()
    expect(phone.states).toEqual(['held', 'active'])
  })

  it('when one is declined the other is still there', async () => {
    const first = await phone.invited('4711')
    await phone.invited('4712')
    await phone.verbs.decline(first.callId, 'window')
    await settle()
    expect(phone.states).toEqual(['ended (declined)', 'incoming'])
  })
})

describe('the wish to be given back the held call whoever hung up', () => {
  it('resumes it when the far end ends the other one', async () => {
    phone.settings.resumeAfterRemoteEnd = true
    await phone.answered()
    const second = await phone.connected()
    await phone.remoteEnds(second)
    await settle()
    expect(phone.states).toEqual(['active', 'ended (remote-hung-up)'])
  })

  it('does not bring back a call the user holds when a caller gives up', async () => {
    phone.settings.resumeAfterRemoteEnd = true
    const first = await phone.answered()
    await phone.verbs.setHeld(first, true, 'window')
    await settle()
    const { callId } = await phone.invited()
    await phone.remoteEnds(callId, 'remote-cancelled')
    await settle()
    expect(phone.states).toEqual(['held', 'ended (remote-cancelled)'])
  })
})

describe('a conference on hold', () => {
  it('is one call: hanging up on the other one resumes all of it', async () => {
    const capabilities = { holding: true, grouping: true, ungrouping: true, dtmf: true }
    const [first, second] = [await phone.answered(), await phone.connected()]
    for (const callId of [first, second]) phone.sip.engineReported({ type: 'updated', callId, capabilities })
    await phone.verbs.merge([first, second], 'window')
    await settle()
    const third = await phone.connected('602')
    expect(phone.states).toEqual(['held', 'held', 'active'])
    await phone.verbs.end(third, 'window')
    await settle()
    expect(phone.states).toEqual(['active', 'active', 'ended (hung-up)'])
  })
})

describe('after a transfer', () => {
  it('that failed the call is taken back', async () => {
    const callId = await phone.answered()
    phone.engine.answerTo('transfer', 'silent')
    await phone.verbs.transfer(callId, '602', 'window')
    await settle()
    expect(phone.call(callId)).toMatchObject({ state: 'held', transfer: { progress: 'asked' } })
    phone.engine.reply('transfer', { ok: false, code: 'transfer-failed' })
    await settle()
    expect(phone.call(callId)).toMatchObject({ state: 'active', transfer: null })
  })

  it('that failed the call stays held while the user talks to somebody else', async () => {
    const first = await phone.answered()
    const second = await phone.connected()
    phone.engine.answerTo('transferToCall', { ok: false, code: 'transfer-refused' })
    await phone.verbs.transferToCall(first, second, 'window')
    await settle()
    expect(phone.states).toEqual(['held', 'active'])
  })

  it('that worked a call on hold is given back, as after hanging up', async () => {
    await phone.answered()
    const second = await phone.connected()
    const transfer = { kind: 'transfer', callId: second, to: { kind: 'address', ...somebody } } as const
    await phone.controller.requestActions([new Action(transfer, phone.clock)], 'window')
    await settle()
    expect(phone.states).toEqual(['active', 'ended (transferred)'])
  })
})

const somebody = { handle: { type: 'phoneNumber', value: '602' }, target: 'sip:602@pbx.example' } as const

describe('whatever people do', () => {
  it('at most one call is un-held once everything has settled', async () => {
    const step = fc.constantFrom('invited', 'dial', 'answer', 'end', 'decline', 'hold', 'resume', 'connected', 'gone')
    const plan = fc.array(fc.tuple(step, fc.nat(3)), { maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(plan, fc.boolean(), async (steps, holds) => {
        const one = new CallPhone()
        if (!holds) one.engine.answerTo('setHeld', { ok: false, code: 'failed' })
        for (const [what, which] of steps) {
          const live = one.registry.live()
          const callId = live[which % Math.max(1, live.length)]?.id ?? 'nobody'
          if (what === 'invited') await one.invited()
          else if (what === 'dial') await one.verbs.call('600', null, 'window')
          else if (what === 'answer') await one.verbs.answer(callId, 'window')
          else if (what === 'end') await one.verbs.end(callId, 'window')
          else if (what === 'decline') await one.verbs.decline(callId, 'window')
          else if (what === 'hold') await one.verbs.setHeld(callId, true, 'window')
          else if (what === 'resume') await one.verbs.setHeld(callId, false, 'window')
          else if (what === 'connected') one.sip.engineReported({ type: 'connected', callId })
          else await one.remoteEnds(callId)
          await settle()
          expect(one.registry.calls.filter(isForeground).length).toBeLessThanOrEqual(1)
          expect(one.registry.live().length).toBeLessThanOrEqual(2)
        }
        const ends = one.history.map(({ id }) => id)
        expect(new Set(ends).size).toBe(ends.length)
        expect(one.logged.filter((line) => line.startsWith('ERROR'))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('nor more than one conference, whatever is merged, split, swapped and handed over, and whatever of it fails', async () => {
    const verbs = ['invited', 'dial', 'answer', 'endAndAnswer', 'end', 'endGroup', 'hold', 'resume', 'swap'] as const
    const more = ['merge', 'merge', 'split', 'transfer', 'transferToCall', 'gone', 'fails', 'works'] as const
    const kinds = ['setGroup', 'transfer', 'transferToCall', 'answer', 'dial'] as const
    const plan = fc.array(fc.tuple(fc.constantFrom(...verbs, ...more), fc.nat(3), fc.nat(3)), {
      maxLength: 40,
      size: 'max',
    })
    await fc.assert(
      fc.asyncProperty(plan, async (steps) => {
        const one = new CallPhone([account('work'), account('home')])
        const capabilities = { holding: true, grouping: true, ungrouping: true, dtmf: true }
        for (const [what, which, other] of steps) {
          const live = one.registry.live()
          const [callId, second] = [which, other].map((n) => live[n % Math.max(1, live.length)]?.id ?? 'nobody')
          await happen(one, what, callId ?? '', second ?? '', kinds[(which + other) % kinds.length] ?? 'answer')
          await settle()
          for (const { id, state } of one.registry.live()) {
            if (state === 'dialing') one.sip.engineReported({ type: 'connected', callId: id })
            one.sip.engineReported({ type: 'updated', callId: id, capabilities })
          }
          await settle()
          const ears = new Set(one.registry.calls.filter(isForeground).map(({ id, groupId }) => groupId ?? id))
          expect(ears.size).toBeLessThanOrEqual(1)
        }
        const ends = one.history.map(({ id }) => id)
        expect(new Set(ends).size).toBe(ends.length)
        expect(one.logged.filter((line) => line.startsWith('ERROR'))).toEqual([])
      }),
      { numRuns: 60 },
    )

    type Step = (typeof verbs)[number] | (typeof more)[number]
    async function happen(one: CallPhone, what: Step, callId: string, second: string, kind: (typeof kinds)[number]) {
      switch (what) {
        case 'invited':
          return one.invited('4711', kind === 'answer' ? 'home' : 'work')
        case 'dial':
          return one.verbs.call('600', null, 'window')
        case 'hold':
        case 'resume':
          return one.verbs.setHeld(callId, what === 'hold', 'window')
        case 'swap':
          return one.verbs.swap('window')
        case 'merge':
          return one.verbs.merge([callId, second], 'window')
        case 'transfer':
          return one.verbs.transfer(callId, '602', 'window')
        case 'transferToCall':
          return one.verbs.transferToCall(callId, second, 'window')
        case 'gone':
          return one.remoteEnds(callId)
        case 'fails':
          return one.engine.answerTo(kind, { ok: false, code: 'failed' })
        case 'works':
          return one.engine.answerTo(kind, { ok: true, value: undefined })
        case 'answer':
        case 'endAndAnswer':
        case 'end':
        case 'endGroup':
        case 'split':
          return one.verbs[what](callId, 'window')
      }
    }
  })
})
