/* Between the calls and the engine: commands down, reports up, and an engine that is slow, silent or dead. */
import { beforeEach, describe, expect, it } from 'vitest'
import { isMissed } from '../../../common/call'
import { endedReason } from '../../../main/callkit/call-kit-view'
import type { DialogRecord } from '../../../common/contract/engine'
import type { EndCause } from '../../../common/errors'
import { settle } from '../../fakes/manual-clock'
import { account, CallPhone } from '../../support/call-phone'

let phone: CallPhone
beforeEach(() => void (phone = new CallPhone()))

const dialog: DialogRecord = {
  callIdHeader: 'c@h',
  localTag: 'l',
  remoteTag: 'r',
  localUri: 'sip:100@pbx.example',
  remoteUri: 'sip:4711@pbx.example',
  remoteTarget: 'sip:4711@10.0.0.1',
  localSequence: 2,
  routeSet: [],
}

describe('a call of ours', () => {
  it('goes from dialling to talking as the engine reports it', async () => {
    const callId = await phone.dialled()
    const seen: string[] = []
    phone.registry.observe((now) => seen.push(now[0]?.state ?? ''))
    phone.sip.engineReported({ type: 'progress', callId, stage: 'alerting' })
    phone.sip.engineReported({ type: 'progress', callId, stage: 'accepted' })
    phone.sip.engineReported({ type: 'connected', callId })
    expect(seen).toEqual(['alerting', 'connecting', 'active'])
    expect(phone.engine.heard()).toEqual(['dial', 'audio on'])
  })

  it.each([
    ['microphone-denied', 'microphone-denied'],
    ['microphone-missing', 'microphone-missing'],
    ['microphone-busy', 'microphone-busy'],
    ['engine-unavailable', 'engine-lost'],
    ['not-registered', 'unreachable'],
    ['failed', 'failed'],
  ] as const)('that the engine cannot place (%s) ends as %s', async (code, cause) => {
    phone.engine.answerTo('dial', { ok: false, code })
    await phone.dialled()
    expect(phone.states).toEqual([`ended (${cause})`])
  })

  it.each<EndCause>(['busy', 'rejected', 'not-found', 'unanswered', 'unreachable', 'no-webrtc'])(
    'that ends as %s keeps the cause, the status and the words of the wire',
    async (cause) => {
      const callId = await phone.dialled()
      phone.sip.engineReported({ type: 'ended', callId, cause, sipStatus: 499, reason: 'Because' })
      expect(phone.call(callId)).toMatchObject({ state: 'ended', cause, sipStatus: 499, reason: 'Because' })
      expect(phone.history).toHaveLength(1)
    },
  )

  it('that the user gives up while the engine is still opening the microphone is ended again when it went out', async () => {
    phone.engine.answerTo('dial', 'silent')
    const callId = await phone.dialled()
    await phone.verbs.end(callId, 'window')
    await settle()
    expect(phone.engine.heard()).toEqual(['dial', 'end'])
    expect(phone.states).toEqual(['ended (cancelled)'])
    phone.engine.reply('dial')
    await settle()
    expect(phone.engine.heard()).toEqual(['end'])
    expect(phone.states).toEqual(['ended (cancelled)'])
  })
})

describe('a call from outside', () => {
  it('rings only after the verdict, and its second offer is refused', async () => {
    const { callId, verdict } = await phone.invited()
    expect(verdict).toBe('alert')
    const offer = { callId, accountId: 'work', handle: { type: 'generic', value: 'eve' }, name: 'Eve' } as const
    const again = await new Promise((answer) => phone.sip.engineAsked(offer, answer))
    expect(again).toEqual({ type: 'reject', status: 482 })
    expect(phone.registry.calls).toMatchObject([{ handle: { value: '4711' }, name: null }])
  })

  it('gets its verdict before anybody in the house hears of it', async () => {
    const told: string[] = []
    phone.registry.observe((calls) => told.push(`observers see ${calls.length}`))
    const offer = {
      callId: crypto.randomUUID(),
      accountId: 'work',
      handle: { type: 'generic', value: 'eve' },
      name: null,
    } as const
    phone.sip.engineAsked(offer, ({ type }) => told.push(type))
    expect(told).toEqual(['alert', 'observers see 1'])
  })

  it('for an account that is not there or switched off does not ring', async () => {
    expect((await phone.invited('1', 'nobody')).verdict).toBe(480)
    phone.accounts = phone.accounts.map((one) => ({ ...one, account: { ...one.account, enabled: false } }))
    phone.sip.sync()
    expect((await phone.invited()).verdict).toBe(480)
    expect(phone.registry.calls).toEqual([])
  })

  it.each([
    ['remote-cancelled', 'remoteEnded', true],
    ['answered-elsewhere', 'answeredElsewhere', false],
    ['declined-elsewhere', 'declinedElsewhere', false],
  ] as const)('whose caller stops it as %s is %s; missed: %s', async (cause, reason, missed) => {
    const { callId } = await phone.invited()
    await phone.remoteEnds(callId, cause)
    const call = phone.call(callId)
    expect(call).toMatchObject({ state: 'ended', cause })
    expect(endedReason(cause)).toBe(reason)
    expect(isMissed(call)).toBe(missed)
    expect(phone.history).toEqual([call])
  })

  it('that cannot be answered ends for the reason, and its caller does not ring on', async () => {
    const { callId } = await phone.invited()
    phone.engine.answerTo('answer', { ok: false, code: 'microphone-denied' })
    await phone.verbs.answer(callId, 'notification')
    await settle()
    expect(phone.states).toEqual(['ended (microphone-denied)'])
    expect(phone.engine.heard()).toEqual(['answer', 'reject 480'])
  })

  it('that the engine reports connected before it answers the command is up then', async () => {
    const { callId } = await phone.invited()
    phone.engine.answerTo('answer', 'silent')
    await phone.verbs.answer(callId, 'window')
    phone.sip.engineReported({ type: 'connected', callId })
    expect(phone.states).toEqual(['active'])
    phone.engine.reply('answer')
    await settle()
    expect(phone.engine.heard()).toEqual(['answer', 'audio on'])
  })

  it('that was answered on the wire after the user gave up is ended there too', async () => {
    const { callId } = await phone.invited()
    phone.engine.answerTo('answer', 'silent')
    await phone.verbs.answer(callId, 'window')
    await phone.verbs.end(callId, 'window')
    await settle()
    expect(phone.engine.heard()).toEqual(['answer', 'end'])
    phone.engine.reply('answer')
    await settle()
    expect(phone.engine.heard()).toEqual(['end'])
    expect(phone.states).toEqual(['ended (hung-up)'])
  })

  it('whose caller gives up while it is answered is a missed call, and nothing is sent after it', async () => {
    const { callId } = await phone.invited()
    phone.engine.answerTo('answer', 'silent')
    await phone.verbs.answer(callId, 'window')
    await phone.remoteEnds(callId, 'remote-cancelled')
    phone.engine.reply('answer', { ok: false, code: 'unknown-call' })
    await settle()
    expect(phone.engine.heard()).toEqual(['answer'])
    expect(phone.states).toEqual(['ended (remote-cancelled)'])
  })
})

describe('hanging up', () => {
  it('is ending at once and ended when the engine has sent it', async () => {
    const callId = await phone.answered()
    phone.engine.answerTo('end', 'silent')
    await phone.verbs.end(callId, 'window')
    expect(phone.states).toEqual(['ending'])
    phone.engine.reply('end')
    await settle()
    expect(phone.states).toEqual(['ended (hung-up)'])
  })

  it('is over within 200 ms with an engine that says nothing, which is told again after two seconds', async () => {
    const callId = await phone.answered()
    phone.engine.heard()
    phone.engine.answerTo('end', 'silent')
    await phone.verbs.end(callId, 'window')
    await phone.clock.advanceAsync(200)
    expect(phone.states).toEqual(['ended (hung-up)'])
    expect(phone.engine.heard()).toEqual(['audio off', 'end'])
    await phone.clock.advanceAsync(1_800)
    expect(phone.engine.heard()).toEqual(['end'])
  })

  it('is over even when the engine refuses', async () => {
    const callId = await phone.answered()
    phone.engine.answerTo('end', { ok: false, code: 'failed' })
    await phone.verbs.end(callId, 'window')
    await settle()
    expect(phone.states).toEqual(['ended (hung-up)'])
  })
})

describe('hold', () => {
  it('by the far end is shown, and is not ours', async () => {
    const callId = await phone.answered()
    phone.sip.engineReported({ type: 'updated', callId, remoteHeld: true, name: 'Ann' })
    expect(phone.call(callId)).toMatchObject({ state: 'active', remoteHeld: true, name: 'Ann' })
    phone.sip.engineReported({ type: 'updated', callId, remoteHeld: false })
    expect(phone.call(callId)).toMatchObject({ remoteHeld: false, name: 'Ann' })
  })

  it('that succeeds after we gave up is taken back on the wire', async () => {
    const callId = await phone.answered()
    phone.engine.answerTo('setHeld', 'silent')
    await phone.verbs.setHeld(callId, true, 'window')
    await phone.clock.advanceAsync(5_000)
    expect(phone.states).toEqual(['active'])
    phone.engine.heard()
    phone.engine.reply('setHeld')
    await settle()
    expect(phone.engine.heard()).toEqual(['resume'])
    expect(phone.states).toEqual(['active'])
  })

  it('that fails leaves the call as it was', async () => {
    const callId = await phone.answered()
    phone.engine.answerTo('setHeld', { ok: false, code: 'failed' })
    await phone.verbs.setHeld(callId, true, 'window')
    await settle()
    expect(phone.states).toEqual(['active'])
    await phone.remoteEnds(callId)
    expect(phone.states).toEqual(['ended (remote-hung-up)'])
  })
})

describe('when the engine dies', () => {
  it('every call ends as engine-lost, pending wishes come to nothing, and the next call works', async () => {
    await phone.answered()
    await phone.connected()
    phone.engine.answerTo('setMuted', 'silent')
    const [, active] = phone.registry.calls
    await phone.verbs.setMuted(active?.id ?? '', true, 'window')
    phone.sip.engineLost()
    expect(phone.states).toEqual(['ended (engine-lost)', 'ended (engine-lost)'])
    phone.engine.reply('setMuted', { ok: false, code: 'engine-unavailable' })
    await settle()
    expect(phone.history).toHaveLength(2)
    await phone.connected()
    expect(phone.registry.live()).toMatchObject([{ state: 'active' }])
  })

  it('the dialogs it left open are closed when their account is back', async () => {
    phone = new CallPhone([account('work'), account('home')])
    const first = await phone.answered('1', 'work')
    phone.sip.engineReported({ type: 'dialog', callId: first, dialog })
    const second = await phone.answered('2', 'home')
    phone.sip.engineReported({ type: 'dialog', callId: second, dialog: { ...dialog, localSequence: 9 } })
    await phone.remoteEnds(second)
    phone.sip.engineLost()
    expect(phone.sip.lostDialogs()).toEqual([{ accountId: 'work', dialog }])
    phone.engine.heard()
    await phone.sip.sayFarewell('home')
    expect(phone.engine.heard()).toEqual([])
    phone.engine.answerTo('farewell', { ok: false, code: 'engine-unavailable' })
    await phone.sip.sayFarewell('work')
    expect(phone.sip.lostDialogs()).toHaveLength(1)
    phone.engine.answerTo('farewell', { ok: true, value: undefined })
    await phone.sip.sayFarewell('work')
    expect(phone.sip.lostDialogs()).toEqual([])
    expect(phone.engine.commands.at(-1)).toEqual({ type: 'farewell', accountId: 'work', dialog })
  })

  it('a dialog that the engine says is closed is not among them', async () => {
    const callId = await phone.answered()
    phone.sip.engineReported({ type: 'dialog', callId, dialog })
    phone.sip.engineReported({ type: 'dialog', callId, dialog: null })
    phone.sip.engineLost()
    expect(phone.sip.lostDialogs()).toEqual([])
  })

  it('a call that was hung up but not yet confirmed is among them', async () => {
    const callId = await phone.answered()
    phone.sip.engineReported({ type: 'dialog', callId, dialog })
    phone.engine.answerTo('end', 'silent')
    await phone.verbs.end(callId, 'window')
    await phone.clock.advanceAsync(200)
    phone.sip.engineLost()
    expect(phone.sip.lostDialogs()).toHaveLength(1)
  })
})

describe('when accounts change', () => {
  it('removing one ends its calls and takes no more of them; the others go on', async () => {
    phone = new CallPhone([account('work'), account('home')])
    const work = await phone.answered('1', 'work')
    phone.engine.heard()
    phone.accounts = phone.accounts.filter((one) => one.account.id !== 'work')
    phone.sip.sync()
    expect(phone.engine.heard()).toEqual(['end', 'audio off'])
    expect(phone.call(work)).toMatchObject({ state: 'ended', cause: 'failed' })
    expect((await phone.invited('2', 'work')).verdict).toBe(480)
    expect((await phone.invited('2', 'home')).verdict).toBe('alert')
  })

  it('adding one lets it be called at once; changing one keeps its calls', async () => {
    const callId = await phone.answered()
    phone.accounts = [...phone.accounts, ...new CallPhone([account('home')]).accounts]
    phone.sip.sync()
    expect((await phone.invited('2', 'home')).verdict).toBe('alert')
    expect(phone.call(callId).state).toBe('active')
  })
})

it('no handle and no digit reaches the log', async () => {
  const callId = await phone.answered('491234567')
  await phone.verbs.playDtmf(callId, '778899', 'window')
  await phone.remoteEnds(callId)
  phone.engine.answerTo('dial', { ok: false, code: 'failed', detail: 'sip:600@pbx.example' })
  await phone.dialled('+4930987654')
  expect(phone.logged.length).toBeGreaterThan(3)
  // Without the ids of calls and transactions, which may hold any digits.
  const lines = phone.logged.join('\n').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
  expect(lines).not.toMatch(/491234567|778899|4930987654|600|pbx\.example/)
})
