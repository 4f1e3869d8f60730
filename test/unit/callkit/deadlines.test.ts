/* How long a call may ring, and how long it may hang between two states. */
import { beforeEach, describe, expect, it } from 'vitest'
import { isMissed } from '../../../common/call'
import { settle } from '../../fakes/manual-clock'
import { CallPhone } from '../../support/call-phone'

let phone: CallPhone
beforeEach(() => void (phone = new CallPhone()))

describe('an incoming call', () => {
  it('that nobody answers rings as long as the settings say, then its caller hears 480 and it is a missed call', async () => {
    phone.settings.ringSeconds = 20
    await phone.invited()
    await phone.clock.advanceAsync(19_999)
    expect(phone.states).toEqual(['incoming'])
    await phone.clock.advanceAsync(1)
    expect(phone.engine.heard()).toEqual(['reject 480'])
    expect(phone.states).toEqual(['ended (unanswered)'])
    expect(phone.history).toHaveLength(1)
    expect(phone.logged.some((line) => line.includes('by policy: end'))).toBe(true)
  })

  it('that is answered in its last second is not ended by the ring’s', async () => {
    const { callId } = await phone.invited()
    phone.engine.answerTo('answer', 'silent')
    await phone.clock.advanceAsync(59_999)
    await phone.verbs.answer(callId, 'window')
    await phone.clock.advanceAsync(20_000)
    expect(phone.states).toEqual(['connecting'])
  })

  it('whose answer waits for another call to be held is not ended by the ring’s last second', async () => {
    await phone.answered()
    const { callId } = await phone.invited()
    phone.engine.answerTo('setHeld', 'silent')
    await phone.clock.advanceAsync(58_000)
    await phone.verbs.answer(callId, 'window')
    await phone.clock.advanceAsync(4_000)
    expect(phone.call(callId).state).toBe('incoming')
    phone.engine.reply('setHeld')
    await settle()
    expect(phone.call(callId).state).toBe('active')
  })

  it('whose answer came to nothing rings out after all', async () => {
    await phone.answered()
    const { callId } = await phone.invited()
    phone.engine.answerTo('setHeld', 'silent')
    await phone.clock.advanceAsync(58_000)
    await phone.verbs.answer(callId, 'window')
    await phone.clock.advanceAsync(120_000)
    expect(phone.states).toEqual(['active'])
    expect(phone.history).toMatchObject([{ cause: 'unanswered' }])
  })

  it('that rang when the computer fell asleep for long does not ring on when it wakes, and was missed', async () => {
    await phone.invited()
    phone.ringing.suspended()
    phone.clock.sleep(20_000)
    phone.ringing.resumed()
    await settle()
    expect(phone.engine.heard()).toEqual(['reject 480'])
    expect(phone.states).toEqual(['ended (unanswered)'])
    expect(phone.history.map(isMissed)).toEqual([true])
  })

  it('that rang a moment ago, before a nap, rings on: its caller would still be heard giving up', async () => {
    await phone.invited()
    phone.ringing.suspended()
    phone.clock.sleep(19_999)
    phone.ringing.resumed()
    await settle()
    expect(phone.states).toEqual(['incoming'])
  })

  it('that is being answered, or is up, or came on waking, is left alone by sleep', async () => {
    await phone.answered()
    const { callId } = await phone.invited()
    phone.engine.answerTo('setHeld', 'silent')
    await phone.verbs.answer(callId, 'window')
    phone.ringing.suspended()
    phone.clock.sleep(3_600_000)
    phone.ringing.resumed()
    phone.ringing.resumed()
    await settle()
    expect(phone.states).toEqual(['active', 'incoming'])
    const other = new CallPhone()
    other.ringing.suspended()
    other.clock.sleep(3_600_000)
    await other.invited()
    other.ringing.resumed()
    await settle()
    expect(other.states).toEqual(['incoming'])
  })

  it('that is over leaves no timer', async () => {
    const { callId } = await phone.invited()
    await phone.remoteEnds(callId, 'remote-cancelled')
    await phone.clock.advanceAsync(4_000)
    expect(phone.clock.pending).toBe(0)
  })
})

describe('no call hangs', () => {
  it('one that is being answered and hears nothing from the engine is ended after 35 s', async () => {
    const { callId } = await phone.invited()
    phone.engine.answerTo('answer', 'silent')
    await phone.verbs.answer(callId, 'window')
    await phone.clock.advanceAsync(34_999)
    expect(phone.states).toEqual(['connecting'])
    phone.engine.heard()
    await phone.clock.advanceAsync(1)
    expect(phone.engine.heard()).toEqual(['end'])
    expect(phone.states).toEqual(['ended (media-failed)'])
  })

  it('one that is dialled without an answer of any kind is ended after 35 s', async () => {
    await phone.dialled()
    await phone.clock.advanceAsync(35_000)
    expect(phone.states).toEqual(['ended (unreachable)'])
  })

  it('one that is on its way out and that nobody sees off is removed after 35 s', async () => {
    const callId = await phone.answered()
    phone.registry.apply(callId, { type: 'requestEnd', cause: 'hung-up' })
    await phone.clock.advanceAsync(34_999)
    expect(phone.states).toEqual(['ending'])
    await phone.clock.advanceAsync(1)
    expect(phone.states).toEqual(['ended (hung-up)'])
  })

  it('one that rings at the far end may ring on', async () => {
    const callId = await phone.dialled()
    phone.sip.engineReported({ type: 'progress', callId, stage: 'alerting' })
    await phone.clock.advanceAsync(120_000)
    expect(phone.states).toEqual(['alerting'])
  })

  it('one that was accepted but never connected is ended after 35 s more', async () => {
    const callId = await phone.dialled()
    await phone.clock.advanceAsync(34_000)
    phone.sip.engineReported({ type: 'progress', callId, stage: 'accepted' })
    await phone.clock.advanceAsync(34_999)
    expect(phone.states).toEqual(['connecting'])
    await phone.clock.advanceAsync(1)
    expect(phone.states).toEqual(['ended (media-failed)'])
  })

  it('one that is handed over and never heard of again goes on as if it had not been', async () => {
    const callId = await phone.answered()
    const transfer = {
      kind: 'blind',
      to: { type: 'phoneNumber', value: '602' },
      toCallId: null,
      progress: 'ringing',
    } as const
    phone.registry.apply(callId, { type: 'transfer', transfer })
    await phone.clock.advanceAsync(184_999)
    expect(phone.call(callId)).toMatchObject({ transfer })
    await phone.clock.advanceAsync(1)
    expect(phone.call(callId)).toMatchObject({ state: 'active', transfer: null })
  })
})
