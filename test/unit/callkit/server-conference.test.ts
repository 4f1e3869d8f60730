/* Conferences on a server: everybody is sent there, and what happens when one of them cannot go. */
import { beforeEach, describe, expect, it } from 'vitest'
import { noFeatures } from '../../../common/account'
import type { CallId } from '../../../common/call'
import { refused } from '../../../common/errors'
import { outcomeOf } from '../../../main/callkit/requests'
import type { Requested } from '../../../main/callkit/verbs'
import { settle } from '../../fakes/manual-clock'
import { account, CallPhone } from '../../support/call-phone'

let phone: CallPhone
let parties: [CallId, CallId]
beforeEach(async () => {
  phone = new CallPhone([{ ...account('work', '100'), features: { ...noFeatures, conference: '800' } }])
  parties = [await phone.answered('1'), await phone.connected('601')]
  phone.engine.heard()
})

/** The merge is asked for and the conference server rings. */
async function dialling(): Promise<{ asked: Requested; room: CallId }> {
  const asked = await phone.verbs.merge(parties, 'window')
  await settle()
  const room = phone.registry.live().at(-1)?.id ?? ''
  return { asked, room }
}
const transfers = () => phone.engine.commands.filter(({ type }) => type === 'transfer')
const live = () => phone.registry.live().map(({ id, state }) => [id, state])

describe('merging on an account that names a conference server', () => {
  it('holds both, dials the server, sends each there and leaves the call to the conference', async () => {
    const { asked, room } = await dialling()
    expect(phone.engine.commands).toContainEqual({
      type: 'dial',
      callId: room,
      accountId: 'work',
      target: 'sip:800@pbx.example',
      referral: null,
    })
    expect(phone.registry.live().map(({ state }) => state)).toEqual(['held', 'held', 'dialing'])
    expect(transfers()).toEqual([])
    await phone.remoteAnswers(room)
    expect(await outcomeOf(asked)).toMatchObject({ ok: true })
    expect(transfers()).toEqual(parties.map((callId) => ({ type: 'transfer', callId, target: 'sip:800@pbx.example' })))
    expect(live()).toEqual([[room, 'active']])
    expect(phone.history.map((call) => call.state === 'ended' && call.cause)).toEqual(['transferred', 'transferred'])
  })

  it('sends them to the address the conference gives itself', async () => {
    const { asked, room } = await dialling()
    phone.sip.engineReported({ type: 'updated', callId: room, focus: 'sip:room7@conf.example' })
    await phone.remoteAnswers(room)
    await outcomeOf(asked)
    expect(transfers()).toMatchObject([{ target: 'sip:room7@conf.example' }, { target: 'sip:room7@conf.example' }])
  })

  it('clicked twice makes one conference', async () => {
    const [one, two] = await Promise.all([
      phone.verbs.merge(parties, 'window'),
      phone.verbs.merge([...parties].reverse(), 'tray'),
    ])
    expect(two).toBe(one)
    await settle()
    expect(phone.engine.commands.filter(({ type }) => type === 'dial')).toHaveLength(1)
  })

  it('a party more goes to the conference that is there', async () => {
    const { asked, room } = await dialling()
    await phone.remoteAnswers(room)
    await outcomeOf(asked)
    const third = await phone.answered('3')
    phone.engine.heard()
    expect(await outcomeOf(phone.verbs.merge([room, third], 'window'))).toMatchObject({ ok: true })
    expect(phone.engine.commands.filter(({ type }) => type === 'dial')).toEqual([])
    expect(live().map(([id]) => id)).toEqual([room])
  })
})

describe('what goes wrong is undone', () => {
  const asBefore = () =>
    expect(live()).toEqual([
      [parties[0], 'held'],
      [parties[1], 'active'],
    ])

  it('when the server does not answer', async () => {
    const { asked, room } = await dialling()
    await phone.remoteEnds(room, 'busy')
    expect(await outcomeOf(asked)).toEqual(refused('transfer-failed'))
    asBefore()
    expect(phone.registry.live().every(({ groupId }) => groupId === null)).toBe(true)
  })

  it('when the server rings for ever', async () => {
    const { asked, room } = await dialling()
    phone.sip.engineReported({ type: 'progress', callId: room, stage: 'alerting' })
    await phone.clock.advanceAsync(60_000)
    expect(await outcomeOf(asked)).toEqual(refused('timed-out'))
    asBefore()
  })

  it('when the first party does not let itself be transferred', async () => {
    const { asked, room } = await dialling()
    phone.engine.answerTo('transfer', refused('transfer-refused'))
    await phone.remoteAnswers(room)
    expect(await outcomeOf(asked)).toEqual(refused('transfer-refused'))
    expect(transfers()).toHaveLength(1)
    asBefore()
  })

  it('but whoever is there already stays there, and the other is still held', async () => {
    const { asked, room } = await dialling()
    phone.engine.answerTo('transfer', 'silent')
    await phone.remoteAnswers(room)
    phone.engine.reply('transfer')
    await settle()
    phone.engine.reply('transfer', refused('transfer-failed'))
    expect(await outcomeOf(asked)).toEqual(refused('transfer-failed'))
    expect(live()).toEqual([
      [parties[1], 'held'],
      [room, 'active'],
    ])
  })

  it('when the user hangs up on the conference before anybody is there', async () => {
    const { asked, room } = await dialling()
    await phone.verbs.end(room, 'window')
    await settle()
    expect((await outcomeOf(asked)).ok).toBe(false)
    expect(transfers()).toEqual([])
    asBefore()
  })
})

it('whoever hangs up meanwhile is not missed', async () => {
  const { asked, room } = await dialling()
  await phone.remoteEnds(parties[0])
  await phone.remoteAnswers(room)
  expect(await outcomeOf(asked)).toMatchObject({ ok: true })
  expect(live()).toEqual([[room, 'active']])
})

it('calls of two accounts are mixed here', async () => {
  phone = new CallPhone([
    { ...account('work', '100'), features: { ...noFeatures, conference: '800' } },
    account('home', '200'),
  ])
  const calls = [await phone.answered('1', 'work'), await phone.answered('2', 'home')]
  expect(await outcomeOf(phone.verbs.merge(calls, 'window'))).toMatchObject({ ok: true })
  expect(phone.engine.heard()).toContain('setGroup')
  expect(phone.engine.heard()).not.toContain('dial')
})
