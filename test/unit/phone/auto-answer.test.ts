/* Calls that are answered by themselves: for whom, when, and how one knows. */
import { beforeEach, describe, expect, it, test } from 'vitest'
import { usualNumbers, type Account } from '../../../common/account'
import type { CallId } from '../../../common/call'
import type { IncomingOffer, Verdict } from '../../../common/contract/engine'
import type { Handle } from '../../../common/handle'
import { settle } from '../../fakes/manual-clock'
import { account, CallPhone } from '../../support/call-phone'

const berlin = (id = 'work'): Account => ({
  ...account(id, '100'),
  numbers: { ...usualNumbers, country: 'DE', areaCode: '30', extensionLength: 3 },
})

let phone: CallPhone
beforeEach(() => {
  phone = new CallPhone([berlin(), berlin('home')])
  phone.settings.autoAnswer = ['101', '030 1234567', 'door@gate.example', 'not a number at all']
})

const invited = async (value: string, more: Partial<IncomingOffer> = {}): Promise<CallId> => {
  const handle: Handle = { type: /^\+?\d+$/.test(value) ? 'phoneNumber' : 'generic', value }
  const callId = crypto.randomUUID()
  await new Promise<Verdict>((answer) => {
    phone.sip.engineAsked({ callId, accountId: 'work', handle, name: null, answerAfter: 0, ...more }, answer)
  })
  await settle()
  return callId
}
const after = async (ms: number): Promise<void> => {
  phone.clock.advance(ms)
  await settle()
}
/** As the phone is when a call that comes now has had its time. */
const outcome = async (value: string, more?: Partial<IncomingOffer>): Promise<string> => {
  const callId = await invited(value, more)
  await after(5_000)
  const state = phone.registry.find(callId)?.state
  return state === undefined ? 'refused' : `${state}${phone.autoAnswer.has(callId) ? ' by itself' : ''}`
}

describe('a call that asks to be answered', () => {
  it.each(['101', '+49301234567', '0301234567', '00493012345 67'.replace(' ', ''), 'door@gate.example'])(
    'from %s, who is allowed, is',
    async (who) => {
      const callId = await invited(who)
      expect(phone.call(callId).state).toBe('incoming')
      // The tone is heard before anybody is.
      expect(phone.autoAnswer.has(callId)).toBe(true)
      await after(999)
      expect(phone.engine.heard()).toEqual([])
      await after(1)
      expect(phone.engine.heard()).toContain('answer')
      expect(phone.call(callId).state).toBe('active')
      expect(phone.autoAnswer.has(callId)).toBe(true)
    },
  )

  it('and insists on it is answered so, or refused and found among the missed ones', async () => {
    const insists = { answerOrRefuse: true } as const
    expect(await outcome('101', insists)).toBe('active by itself')
    // Somebody is listened to already.
    const verdict = (value: string, more: Partial<IncomingOffer> = {}): Promise<Verdict> =>
      new Promise((answer) => {
        const handle: Handle = { type: 'phoneNumber', value }
        const offer = { callId: crypto.randomUUID(), accountId: 'work', handle, name: null, answerAfter: 0 }
        phone.sip.engineAsked({ ...offer, ...insists, ...more }, answer)
      })
    expect(await verdict('101')).toEqual({ type: 'reject', status: 403 })
    await phone.verbs.end(phone.registry.live()[0]!.id, 'window')
    await after(100)
    expect(await verdict('102')).toEqual({ type: 'reject', status: 403 })
    expect(await verdict('101', { attestation: 'failed' })).toEqual({ type: 'reject', status: 403 })
    expect(phone.history.at(-1)).toMatchObject({ handle: { value: '101' }, direction: 'incoming' })
    expect(await verdict('101')).toEqual({ type: 'alert' })
  })

  it('is answered by an action of its own, like any other', async () => {
    await invited('101')
    await after(1_000)
    expect(phone.logged.some((line) => /transaction .* by auto-answer: answer .*: accepted/.test(line))).toBe(true)
  })

  it('rings as long as its caller wishes before', async () => {
    const callId = await invited('101', { answerAfter: 3 })
    await after(2_999)
    expect(phone.autoAnswer.has(callId)).toBe(false)
    await after(1)
    expect(phone.autoAnswer.has(callId)).toBe(true)
    await after(1_000)
    expect(phone.call(callId).state).toBe('active')
  })

  it.each<[string, string, Partial<IncomingOffer>]>([
    ['of somebody who is not allowed', '102', {}],
    ['of a number that only ends the same', '+49309101', {}],
    ['of somebody who hides', '', {}],
    ['whose number is known not to be theirs', '101', { attestation: 'failed' }],
  ])('%s rings', async (_, who, more) => expect(await outcome(who, more)).toBe('incoming'))

  it('of an allowed caller who did not ask for it rings', async () => {
    const { callId } = await phone.invited('101')
    await after(5_000)
    expect(phone.call(callId).state).toBe('incoming')
  })

  it('of a blocked caller is refused', async () => {
    phone.policy.blockList.add({ match: 'exact', value: '101', note: null, schedule: null })
    expect(await outcome('101')).toBe('refused')
    expect(phone.engine.heard()).toEqual([])
  })
})

describe('do not disturb', () => {
  it('lets nobody in, whatever callers then meet', async () => {
    phone.settings.doNotDisturb = true
    expect(await outcome('101')).toBe('refused')
    phone.settings.doNotDisturbAnswer = 'silent'
    expect(await outcome('101')).toBe('incoming')
  })

  it('lets a VIP ring', async () => {
    phone.settings.doNotDisturb = true
    const ada = { id: 'ada', name: 'Ada', avatar: null, ringtone: null, vip: true, favourite: false }
    phone.sources.contact = () => ada
    expect(await outcome('101')).toBe('incoming')
  })

  it('of another account changes nothing', async () => {
    phone.settings.doNotDisturb = true
    phone.settings.doNotDisturbAccounts = ['home']
    expect(await outcome('101')).toBe('active by itself')
  })
})

describe('while another call', () => {
  it('is up, it rings', async () => {
    await phone.answered('7')
    expect(await outcome('101')).toBe('incoming')
  })

  it('is on hold, it rings', async () => {
    await phone.verbs.setHeld(await phone.answered('7'), true, 'window')
    await settle()
    expect(await outcome('101')).toBe('incoming')
  })

  it('rings or is dialled, it rings', async () => {
    await phone.invited('7')
    expect(await outcome('101')).toBe('incoming')
  })

  it('begins in the time it has to ring, it goes on ringing', async () => {
    const callId = await invited('101', { answerAfter: 2 })
    await phone.dialled()
    await after(10_000)
    expect(phone.call(callId).state).toBe('incoming')
    expect(phone.autoAnswer.has(callId)).toBe(false)
  })

  it('begins between tone and answer, it is not answered after all', async () => {
    const callId = await invited('101')
    await phone.invited('7')
    await after(1_000)
    expect(phone.call(callId).state).toBe('incoming')
    expect(phone.autoAnswer.has(callId)).toBe(false)
  })
})

test('who answers by hand before it does was not answered by itself', async () => {
  const callId = await invited('101', { answerAfter: 3 })
  await phone.verbs.answer(callId, 'window')
  await after(5_000)
  expect(phone.call(callId).state).toBe('active')
  expect(phone.autoAnswer.has(callId)).toBe(false)
  expect(phone.engine.heard().filter((one) => one === 'answer')).toHaveLength(1)
})

test('who declines while the tone is heard is not heard', async () => {
  const callId = await invited('101')
  await phone.verbs.decline(callId, 'tray')
  await after(5_000)
  expect(phone.engine.heard()).not.toContain('answer')
  expect(phone.autoAnswer.has(callId)).toBe(false)
})

test('a caller who hangs up while the tone is heard leaves a missed call', async () => {
  const callId = await invited('101')
  await phone.remoteEnds(callId, 'remote-cancelled')
  await after(10_000)
  expect(phone.engine.heard()).toEqual([])
  expect(phone.history).toMatchObject([{ id: callId, cause: 'remote-cancelled' }])
})

test('who takes a number off the list meanwhile is asked', async () => {
  const callId = await invited('101', { answerAfter: 1 })
  phone.settings.autoAnswer = []
  await after(5_000)
  expect(phone.call(callId).state).toBe('incoming')
})

test('what was said of a call is forgotten with it', async () => {
  const station = {
    handle: { type: 'phoneNumber', value: '0301234567' },
    name: 'Sup\u202eport',
    reason: 'no-answer',
  } as const
  const callId = await invited('7', { diverted: [station] })
  expect(phone.policy.offers.divertedOf(callId)).toEqual([
    { handle: { type: 'phoneNumber', value: '+49301234567' }, name: 'Support', reason: 'no-answer' },
  ])
  await phone.remoteEnds(callId)
  await after(10_000)
  expect(phone.policy.offers.divertedOf(callId)).toEqual([])
  expect(phone.autoAnswer.has(callId)).toBe(false)
})
