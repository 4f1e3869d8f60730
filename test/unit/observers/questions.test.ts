import { beforeEach, describe, expect, it } from 'vitest'
import type { Call, Referral } from '../../../common/call'
import { refused } from '../../../common/errors'
import { silentLog } from '../../../common/log'
import type { Requested } from '../../../main/callkit/verbs'
import { Questions } from '../../../main/observers/questions'
import { FakeNotificationCenter } from '../../fakes/notification-center'
import { ended, stateOf, talking } from '../../fakes/phone-state'
import { requested } from '../../fakes/requested'

let center: FakeNotificationCenter
let acted: string[]
let warned: string[]
let questions: Questions
let answer: Requested<null>

const referral: Referral = {
  handle: { type: 'generic', value: '18\u202e16' },
  target: 'sip:1816@pbx.example',
  by: null,
}
const asking = (change: { referral?: Referral | null; digitsWaiting?: number } = { referral }): Call => {
  const call = talking()
  if (call.state !== 'active') throw new Error()
  return { ...call, ...change }
}

beforeEach(() => {
  center = new FakeNotificationCenter()
  acted = []
  warned = []
  answer = requested(null)
  questions = new Questions({
    center,
    verbs: {
      answerReferral: async (callId, accept, by) => {
        acted.push(`referral ${callId} ${accept} by ${by}`)
        return answer
      },
      continueDigits: async (callId, send, by) => {
        acted.push(`digits ${callId} ${send} by ${by}`)
        return requested()
      },
    },
    openWindow: () => acted.push('open'),
    log: { ...silentLog, warn: (line) => warned.push(line) },
  })
})

describe('a far end that asks us to call somebody', () => {
  it('is told with whom, and nothing is dialled before an answer', () => {
    questions.update(stateOf([asking()]))
    expect(center.shown.get('referral:call-1')).toEqual({
      key: 'referral:call-1',
      kind: 'question',
      title: 'Ada asks you to call 1816',
      body: '1815 · Work',
      actions: [
        { key: 'default', label: 'Open' },
        { key: 'yes', label: 'Call 1816' },
        { key: 'no', label: 'Do not call' },
      ],
      urgent: false,
    })
    expect(acted).toEqual([])
  })

  it('is not spelt out while the screen is shared: it can be read and answered in the window', () => {
    questions.update(stateOf([asking()], { sharing: true }))
    const shown = center.shown.get('referral:call-1')
    expect(shown).toMatchObject({
      title: 'A call waits for your answer',
      body: 'Work',
      actions: [{ key: 'default', label: 'Open' }],
    })
    expect(JSON.stringify(shown)).not.toMatch(/Ada|181/)
    center.press('referral:call-1', 'default')
    expect(acted).toEqual(['open'])
    questions.update(stateOf([asking()]))
    expect(center.shown.get('referral:call-1')?.title).toBe('Ada asks you to call 1816')
  })

  it.each([
    ['yes', ['referral call-1 true by notification'], 0],
    ['no', ['referral call-1 false by notification'], 0],
    ['default', ['open'], 1],
  ])('is answered by %s, once', (action, wanted, shown) => {
    questions.update(stateOf([asking()]))
    center.press('referral:call-1', action)
    questions.update(stateOf([asking()], { revision: 2 }))
    expect(acted).toEqual(wanted)
    expect(center.shown.size).toBe(shown)
    if (action !== 'default') center.press('referral:call-1', action)
    expect(acted).toEqual(wanted)
  })

  it('asks once, not at every change; anew when it names somebody else', () => {
    questions.update(stateOf([asking()]))
    questions.update(stateOf([asking()], { revision: 2 }))
    expect(center.asked).toEqual(['show referral:call-1'])
    const other: Referral = { ...referral, handle: { type: 'generic', value: '1817' }, target: 'sip:1817@pbx.example' }
    questions.update(stateOf([asking({ referral: other })]))
    expect(center.shown.get('referral:call-1')?.title).toBe('Ada asks you to call 1817')
  })

  it('is not asked again after it was sent away, unless it is another question', () => {
    questions.update(stateOf([asking()]))
    center.emit({ type: 'dismissed', key: 'referral:call-1' })
    questions.update(stateOf([asking()], { revision: 2 }))
    expect(center.shown.size).toBe(0)
    questions.update(stateOf([asking({ referral: null })]))
    questions.update(stateOf([asking()]))
    expect(center.shown.size).toBe(1)
  })

  it.each([
    ['takes it back', asking({ referral: null })],
    ['hangs up', ended()],
  ])('asks no longer when it %s', (_, call) => {
    questions.update(stateOf([asking()]))
    questions.update(stateOf([call]))
    expect(center.shown.size).toBe(0)
    center.press('referral:call-1', 'yes')
    expect(acted).toEqual([])
  })

  it('leaves a line in the log when the answer came to nothing', async () => {
    answer = { ok: true, value: null, completed: Promise.resolve(refused('failed')) }
    questions.update(stateOf([asking()]))
    center.press('referral:call-1', 'yes')
    await new Promise(setImmediate)
    expect(warned).toEqual(['answerReferral from the notification: failed'])
  })
})

it('digits that wait are sent or forgotten', () => {
  questions.update(stateOf([asking({ digitsWaiting: 4 })]))
  expect(center.shown.get('digits:call-1')).toMatchObject({ title: 'Send 4 more digits to Ada?' })
  center.press('digits:call-1', 'yes')
  questions.update(stateOf([asking({ digitsWaiting: 2 })]))
  center.press('digits:call-1', 'no')
  expect(acted).toEqual(['digits call-1 true by notification', 'digits call-1 false by notification'])
})
