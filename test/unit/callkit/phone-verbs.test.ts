/* The verbs of window, tray, notification and control door. */
import { beforeEach, describe, expect, it } from 'vitest'
import { noFeatures, type Account } from '../../../common/account'
import { settle } from '../../fakes/manual-clock'
import { account, CallPhone } from '../../support/call-phone'

let phone: CallPhone
beforeEach(() => void (phone = new CallPhone()))
const ok = { ok: true, value: undefined }
const refused = (code: string) => ({ ok: false, code })

describe('call', () => {
  it('dials what was typed and names the new call', async () => {
    const result = await phone.verbs.call('+49 30 123', null, 'window')
    const callId = result.ok ? result.value : ''
    expect(phone.call(callId)).toMatchObject({ state: 'dialing', handle: { value: '+4930123' }, accountId: 'work' })
    const [command] = phone.engine.commands
    expect(command).toEqual({
      type: 'dial',
      callId,
      accountId: 'work',
      target: 'sip:+4930123@pbx.example',
      referral: null,
    })
  })

  it('takes the first account that can call', async () => {
    phone = new CallPhone([account('off'), account('lost'), account('good')])
    const [off, lost] = phone.accounts
    if (off && lost) {
      phone.accounts[0] = { ...off, account: { ...off.account, enabled: false } }
      phone.accounts[1] = { ...lost, registration: { state: 'registering' } }
    }
    const result = await phone.verbs.call('600', null, 'window')
    expect(phone.call(result.ok ? result.value : '').accountId).toBe('good')
    expect(await phone.verbs.call('600', 'lost', 'window')).toEqual(refused('not-registered'))
    expect(await phone.verbs.call('600', 'off', 'window')).toEqual(refused('not-registered'))
    expect(await phone.verbs.call('600', 'none', 'window')).toEqual(refused('unknown-account'))
  })

  it('says why it cannot: no account, none registered, not a number', async () => {
    expect(await phone.verbs.call('not a number', null, 'window')).toEqual(refused('invalid-target'))
    phone.accounts = phone.accounts.map((one) => ({ ...one, registration: { state: 'unregistered' } }))
    expect(await phone.verbs.call('600', null, 'window')).toEqual(refused('not-registered'))
    phone.accounts = []
    expect(await phone.verbs.call('600', null, 'window')).toEqual(refused('no-account'))
  })
})

describe('picking up a colleague\u2019s call', () => {
  const withCode = (id: string, pickup: string | null): Account => ({
    ...account(id, '100'),
    features: { ...noFeatures, pickup },
  })
  const dialled = () => phone.engine.commands.map((command) => 'target' in command && command.target)

  it('dials the code of the account, with their number behind it or alone', async () => {
    phone = new CallPhone([withCode('work', '*8')])
    const one = await phone.verbs.pickUp('10 1', null, 'window')
    expect(phone.call(one.ok ? one.value : '')).toMatchObject({ state: 'dialing', handle: { value: '*8101' } })
    await phone.remoteEnds(one.ok ? one.value : '')
    expect(await phone.verbs.pickUp(null, 'work', 'control')).toMatchObject({ ok: true })
    expect(dialled()).toEqual(['sip:*8101@pbx.example', 'sip:*8@pbx.example'])
  })

  it('puts the number into a code that is an address', async () => {
    phone = new CallPhone([withCode('work', 'sip:pick-@feature.example')])
    expect(await phone.verbs.pickUp('anna', null, 'window')).toMatchObject({ ok: true })
    expect(dialled()).toEqual(['sip:pick-anna@feature.example'])
  })

  it('takes the first account that has a code, and only the one that is named', async () => {
    phone = new CallPhone([withCode('plain', null), withCode('work', '*8')])
    const result = await phone.verbs.pickUp('101', null, 'window')
    expect(phone.call(result.ok ? result.value : '').accountId).toBe('work')
    expect(await phone.verbs.pickUp('101', 'plain', 'window')).toEqual(refused('not-set-up'))
    phone = new CallPhone([withCode('plain', null)])
    expect(await phone.verbs.pickUp('101', null, 'window')).toEqual(refused('not-set-up'))
  })

  it('reaches nobody at another server, and sends no digits behind', async () => {
    phone = new CallPhone([withCode('work', '*8')])
    for (const target of ['anna@elsewhere.example', '101,,5', 'not a number']) {
      expect(await phone.verbs.pickUp(target, null, 'window')).toEqual(refused('invalid-target'))
    }
    expect(phone.engine.commands).toEqual([])
  })
})

describe('answer', () => {
  it('twice is answered once, and both are told it worked', async () => {
    const { callId } = await phone.invited()
    const both = await Promise.all([phone.verbs.answer(callId, 'window'), phone.verbs.answer(callId, 'notification')])
    expect(both).toMatchObject([ok, ok])
    await settle()
    expect(await phone.verbs.answer(callId, 'control')).toMatchObject(ok)
    expect(phone.engine.heard()).toEqual(['answer', 'audio on'])
  })

  it('of a call that is gone is unknown, of one we make invalid', async () => {
    const { callId } = await phone.invited()
    await phone.remoteEnds(callId, 'remote-cancelled')
    expect(await phone.verbs.answer(callId, 'notification')).toEqual(refused('unknown-call'))
    expect(await phone.verbs.answer('nobody', 'notification')).toEqual(refused('unknown-call'))
    expect(await phone.verbs.answer(await phone.dialled(), 'control')).toEqual(refused('invalid-action'))
  })
})

describe('decline', () => {
  it('lets the caller hear busy, and is no missed call', async () => {
    const { callId } = await phone.invited()
    expect(await phone.verbs.decline(callId, 'notification')).toMatchObject(ok)
    await settle()
    expect(phone.engine.heard()).toEqual(['reject 486'])
    expect(phone.states).toEqual(['ended (declined)'])
  })

  it('after the caller gave up has nothing left to do', async () => {
    const { callId } = await phone.invited()
    await phone.remoteEnds(callId, 'remote-cancelled')
    expect(await phone.verbs.decline(callId, 'notification')).toMatchObject(ok)
    await phone.clock.advanceAsync(4_000)
    expect(await phone.verbs.decline(callId, 'notification')).toEqual(refused('unknown-call'))
    expect(phone.engine.heard()).toEqual([])
  })

  it('never hangs up a call that was answered a moment before', async () => {
    const callId = await phone.answered()
    expect(await phone.verbs.decline(callId, 'notification')).toEqual(refused('invalid-action'))
    expect(phone.states).toEqual(['active'])
  })
})

describe('end', () => {
  it('of a call that is not there is unknown', async () => {
    expect(await phone.verbs.end('nobody', 'control')).toEqual(refused('unknown-call'))
  })

  it('twice ends once', async () => {
    const callId = await phone.answered()
    phone.engine.heard()
    phone.engine.answerTo('end', 'silent')
    expect(await phone.verbs.end(callId, 'window')).toMatchObject(ok)
    expect(await phone.verbs.end(callId, 'tray')).toMatchObject(ok)
    expect(phone.engine.heard()).toEqual(['audio off', 'end'])
  })

  it('of a call that rings here declines it', async () => {
    const { callId } = await phone.invited()
    await phone.verbs.end(callId, 'control')
    await settle()
    expect(phone.engine.heard()).toEqual(['reject 486'])
  })
})

describe('hold, mute and digits', () => {
  it('what is so already is not asked for again', async () => {
    const callId = await phone.answered()
    phone.engine.heard()
    expect(await phone.verbs.setHeld(callId, false, 'headset')).toMatchObject(ok)
    expect(await phone.verbs.setMuted(callId, false, 'headset')).toMatchObject(ok)
    expect(phone.engine.heard()).toEqual([])
    await phone.verbs.setMuted(callId, true, 'window')
    await phone.verbs.setHeld(callId, true, 'window')
    await settle()
    expect(await phone.verbs.setHeld(callId, true, 'window')).toMatchObject(ok)
    expect(phone.engine.heard()).toEqual(['mute', 'hold'])
    expect(phone.call(callId)).toMatchObject({ state: 'held', muted: true })
  })

  it('a hold and a resume in quick succession are done one after the other', async () => {
    const callId = await phone.answered()
    phone.engine.heard()
    phone.engine.answerTo('setHeld', 'silent')
    await phone.verbs.setHeld(callId, true, 'window')
    await phone.verbs.setHeld(callId, true, 'window')
    expect(phone.engine.heard()).toEqual(['hold'])
    phone.engine.reply('setHeld')
    await settle()
    expect(phone.engine.heard()).toEqual([])
    expect(phone.states).toEqual(['held'])
  })

  it('digits go out in order, in capitals, and not while held or where the far end takes none', async () => {
    const callId = await phone.answered()
    phone.engine.heard()
    expect(await phone.verbs.playDtmf(callId, '1a#', 'window')).toMatchObject(ok)
    expect(phone.engine.heard()).toEqual(['dtmf 1A#'])
    expect(await phone.verbs.playDtmf(callId, '1x', 'window')).toEqual(refused('invalid-argument'))
    expect(await phone.verbs.playDtmf('nobody', '1', 'window')).toEqual(refused('unknown-call'))
    const capabilities = { holding: true, grouping: false, ungrouping: false, dtmf: false }
    phone.sip.engineReported({ type: 'updated', callId, capabilities })
    expect(await phone.verbs.playDtmf(callId, '1', 'window')).toEqual(refused('dtmf-unsupported'))
    await phone.verbs.setHeld(callId, true, 'window')
    await settle()
    expect(await phone.verbs.playDtmf(callId, '1', 'window')).toEqual(refused('invalid-action'))
  })

  it('are refused for calls that are not there', async () => {
    expect(await phone.verbs.setHeld('nobody', true, 'window')).toEqual(refused('unknown-call'))
    expect(await phone.verbs.setMuted('nobody', true, 'window')).toEqual(refused('unknown-call'))
  })
})
