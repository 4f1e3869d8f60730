/*
 * The audit trail: who asked for what, and what came of it, in the log and to listeners, in ids and kinds only.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ActionEvent } from '../../../main/callkit/action-events'
import { originators } from '../../../main/callkit/verbs'
import { Transaction } from '../../../main/callkit/transaction'
import { settle } from '../../fakes/manual-clock'
import { ProviderPhone } from '../../support/provider-phone'

let phone: ProviderPhone
let told: ActionEvent[]

beforeEach(() => {
  phone = new ProviderPhone()
  told = []
  phone.switchboard.actionEvents.observe((event) => told.push(event))
})

const trail = (): string[] => phone.logged.filter((line) => line.startsWith('action '))
const life = (kind: string): string[] => told.filter((event) => event.kind === kind).map(({ type }) => type)

describe('every action', () => {
  it.each(originators)('that the %s asked for is logged with it', async (by) => {
    const callId = await phone.ringing()
    const action = phone.action({ kind: 'end', callId, cause: null })
    const transaction = new Transaction([action])
    await phone.controller.request(transaction, by)
    phone.delegate.last('end').fulfill()
    const about = `action ${action.id} of ${transaction.id} by ${by}: end ${callId}`
    expect(trail()).toEqual([`${about}: requested`, `${about}: performed`])
  })

  it('that fails says why', async () => {
    const callId = await phone.active()
    await phone.asked({ kind: 'setHeld', callId, held: true })
    phone.delegate.last('setHeld').fail('timed-out')
    await phone.asked({ kind: 'setHeld', callId, held: true })
    phone.delegate.last('setHeld').fail('media-failed')
    expect(trail().slice(-1)).toEqual([expect.stringMatching(/setHeld .*: failed \(media-failed\)$/)])
    expect(told.at(-1)).toMatchObject({ type: 'failed', code: 'media-failed', by: 'window' })
  })

  it('that fails in the network says what was said there, which the log does not repeat', async () => {
    const callId = await phone.active()
    const handle = { type: 'phoneNumber', value: '47110815' } as const
    const to = { kind: 'address', handle, target: 'sip:47110815@pbx.example' } as const
    const asked = await phone.request({ kind: 'transfer', callId, to })
    await settle()
    phone.delegate.last('transfer').fail('transfer-failed', null, 'SIP 404 47110815 is unknown')
    expect(told.at(-1)).toMatchObject({
      type: 'failed',
      code: 'transfer-failed',
      detail: 'SIP 404 47110815 is unknown',
    })
    expect(asked.ok && (await asked.completed)).toEqual({
      ok: false,
      code: 'transfer-failed',
      detail: 'SIP 404 47110815 is unknown',
    })
    expect(phone.logged.join('\n')).not.toContain('47110815')
  })

  it('that passes its deadline is told as timed out, once', async () => {
    const callId = await phone.active()
    await phone.asked({ kind: 'setHeld', callId, held: true })
    phone.clock.advance(5_000)
    phone.delegate.last('setHeld').fulfill()
    expect(life('setHeld')).toEqual(['requested', 'timed-out'])
    expect(trail().filter((line) => line.includes('timed-out'))).toHaveLength(1)
  })

  it('that was put in front by the phone is told with whoever asked for the rest', async () => {
    const first = await phone.active()
    const second = await phone.ringing()
    const answer = new Transaction([phone.action({ kind: 'answer', callId: second })])
    await phone.controller.request(answer, 'notification')
    await settle()
    const hold = told.find(({ kind }) => kind === 'setHeld')
    expect(hold).toMatchObject({ callId: first, by: 'notification', transactionId: answer.id })
  })

  it('is told to the end also when its provider is reset or its call ends', async () => {
    const held = await phone.active()
    await phone.asked({ kind: 'setHeld', callId: held, held: true })
    phone.provider.reportEnded(held, { cause: 'remote-hung-up', sipStatus: null, reason: null })
    expect(life('setHeld')).toEqual(['requested', 'failed'])
    const muted = await phone.active()
    await phone.asked({ kind: 'setMuted', callId: muted, muted: true })
    phone.provider.reset('engine-lost')
    expect(life('setMuted')).toEqual(['requested', 'failed'])
    expect(told.at(-1)).toMatchObject({ code: 'engine-unavailable' })
  })

  it('that was refused with its transaction was never requested; the log says who tried', async () => {
    await phone.asked({ kind: 'answer', callId: 'nobody' })
    expect(told).toEqual([])
    expect(phone.logged.join('\n')).toMatch(/by window: answer nobody: unknownCallUUID/)
  })

  it('names no number and no digit in the log', async () => {
    const callId = await phone.active()
    await phone.asked({ kind: 'playDtmf', callId, digits: '973164', type: 'singleTone' })
    phone.delegate.last('playDtmf').fulfill()
    await phone.asked(phone.start('second'))
    phone.delegate.last('setHeld').fulfill()
    phone.delegate.last('start').fulfill()
    const to = { kind: 'address', handle: { type: 'phoneNumber', value: '550123' }, target: 'sip:550123@pbx' } as const
    await phone.asked({ kind: 'transfer', callId, to })
    phone.delegate.last('transfer').fulfill()
    const log = phone.logged.join('\n')
    expect(trail().length).toBeGreaterThanOrEqual(8)
    for (const secret of ['973164', 'sip:600', '550123', '4711']) expect(log).not.toContain(secret)
  })
})

it('a listener that fails keeps nobody from hearing, and the action goes on', async () => {
  const callId = await phone.ringing()
  const events = phone.switchboard.actionEvents
  const heard: string[] = []
  events.observe(() => {
    throw new Error('my fault')
  })
  events.observe(({ type }) => heard.push(type))
  await phone.asked({ kind: 'end', callId, cause: null })
  phone.delegate.last('end').fulfill()
  expect(heard).toEqual(['requested', 'performed'])
  expect(phone.state(callId)).toBe('ended (declined)')
  expect(phone.logged.filter((line) => line.startsWith('ERROR action listener'))).toHaveLength(2)
})

it('who stopped listening hears no more, even of what is just being told', async () => {
  const callId = await phone.ringing()
  const events = phone.switchboard.actionEvents
  const heard: string[] = []
  let stop: () => void = () => {}
  events.observe(() => stop())
  stop = events.observe(({ type }) => heard.push(type))
  await phone.asked({ kind: 'end', callId, cause: null })
  expect(heard).toEqual([])
})
