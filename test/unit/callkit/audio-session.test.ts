/* Sound: never before somebody answered, and never left on. */
import { beforeEach, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { settle } from '../../fakes/manual-clock'
import { CallPhone } from '../../support/call-phone'

let phone: CallPhone
beforeEach(() => void (phone = new CallPhone()))
const sound = () => phone.engine.heard().filter((what) => what.startsWith('audio'))

describe('the sound of a call from outside', () => {
  it('is on when its answer is fulfilled and not before', async () => {
    const { callId } = await phone.invited()
    phone.engine.answerTo('answer', 'silent')
    await phone.verbs.answer(callId, 'window')
    await settle()
    expect(sound()).toEqual([])
    phone.engine.reply('answer')
    await settle()
    expect(sound()).toEqual(['audio on'])
  })

  it('never comes on when the answer fails', async () => {
    const { callId } = await phone.invited()
    phone.engine.answerTo('answer', { ok: false, code: 'microphone-busy' })
    await phone.verbs.answer(callId, 'window')
    await settle()
    expect(sound()).toEqual([])
  })

  it('is off as soon as the user hangs up, however long the far end takes', async () => {
    const callId = await phone.answered()
    phone.engine.heard()
    phone.engine.answerTo('end', 'silent')
    await phone.verbs.end(callId, 'window')
    expect(phone.engine.heard()).toEqual(['audio off', 'end'])
    await phone.clock.advanceAsync(10_000)
    expect(sound()).toEqual([])
  })

  it('stays on through hold and resume', async () => {
    const callId = await phone.answered()
    phone.engine.heard()
    await phone.verbs.setHeld(callId, true, 'window')
    await settle()
    await phone.verbs.setHeld(callId, false, 'window')
    await settle()
    expect(phone.engine.heard()).toEqual(['hold', 'resume'])
  })
})

describe('the sound of a call of ours', () => {
  it('is silent while the far end only rings', async () => {
    const callId = await phone.dialled()
    phone.sip.engineReported({ type: 'progress', callId, stage: 'alerting' })
    expect(sound()).toEqual([])
  })

  it('is on when the far end sends announcements before the answer, once', async () => {
    const callId = await phone.dialled()
    phone.sip.engineReported({ type: 'progress', callId, stage: 'early' })
    phone.sip.engineReported({ type: 'progress', callId, stage: 'accepted' })
    phone.sip.engineReported({ type: 'connected', callId })
    expect(sound()).toEqual(['audio on'])
  })
})

it('every on is followed by one off, whatever happens, also when the engine dies', async () => {
  const step = fc.constantFrom('invited', 'dial', 'answer', 'end', 'hold', 'early', 'connected', 'gone', 'lost')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.nat(3)), { maxLength: 20 }), async (steps) => {
      const one = new CallPhone()
      for (const [what, which] of steps) {
        const live = one.registry.live()
        const callId = live[which % Math.max(1, live.length)]?.id ?? 'nobody'
        if (what === 'invited') await one.invited()
        else if (what === 'dial') await one.verbs.call('600', null, 'window')
        else if (what === 'answer') await one.verbs.answer(callId, 'window')
        else if (what === 'end') await one.verbs.end(callId, 'window')
        else if (what === 'hold') await one.verbs.setHeld(callId, true, 'window')
        else if (what === 'early') one.sip.engineReported({ type: 'progress', callId, stage: 'early' })
        else if (what === 'connected') one.sip.engineReported({ type: 'connected', callId })
        else if (what === 'gone') await one.remoteEnds(callId)
        else one.sip.engineLost()
        await settle()
      }
      one.sip.engineLost()
      await settle()
      const on = new Set<string>()
      for (const command of one.engine.commands) {
        if (command.type !== 'audio') continue
        expect(on.has(command.callId)).toBe(!command.on)
        if (command.on) on.add(command.callId)
        else on.delete(command.callId)
      }
      expect(on.size).toBe(0)
    }),
    { numRuns: 60 },
  )
})
