/* Whoever is answered by itself is seen. */
import { beforeEach, expect, test } from 'vitest'
import { silentLog } from '../../../common/log'
import type { Call } from '../../../common/call'
import { LetIn } from '../../../main/observers/let-in'
import { FakeNotificationCenter } from '../../fakes/notification-center'
import { callOf, ended, incoming, stateOf, talking, withView } from '../../fakes/phone-state'
import { requested } from '../../fakes/requested'

const key = 'let-in:call-1'
let center: FakeNotificationCenter
let acted: string[]
let observer: LetIn

beforeEach(() => {
  center = new FakeNotificationCenter()
  acted = []
  const end = async (callId: string, by: string) => {
    acted.push(`end ${callId} by ${by}`)
    return requested()
  }
  observer = new LetIn({ center, verbs: { end }, openWindow: () => acted.push('open'), log: silentLog })
})

const letIn = (call: Call, sharing = false) => withView(stateOf([call], { sharing }), { autoAnswered: true })

test('from the tone to the end a notification says who was let in, and how to get rid of them', () => {
  for (const call of [incoming(), callOf({ state: 'connecting', muted: false }), talking(), talking({}, 'held')])
    observer.update(letIn(call))
  expect(center.asked).toEqual([`show ${key}`])
  expect(center.shown.get(key)).toMatchObject({
    kind: 'question',
    title: 'Answered by itself: Ada',
    body: '1815 · Work',
    urgent: true,
    actions: [{ key: 'default' }, { key: 'end', label: 'Hang up' }],
  })
  observer.update(letIn(ended()))
  expect(center.shown.size).toBe(0)
})

test('its button hangs up, it opens the window, and once sent away it stays away', () => {
  observer.update(letIn(talking()))
  center.press(key, 'default')
  center.press(key, 'end')
  expect(acted).toEqual(['open', 'end call-1 by notification'])
  center.emit({ type: 'dismissed', key })
  observer.update(letIn(talking({ name: 'Another' })))
  expect(center.shown.size).toBe(0)
})

test('while callers are hidden it is seen that somebody was let in, not who', () => {
  observer.update(letIn(talking(), true))
  expect(center.shown.get(key)).toMatchObject({ title: 'A call was answered by itself', body: 'Work' })
})

test('a call that somebody answered is nothing to tell of, nor is one that rings after all', () => {
  observer.update(stateOf([talking()]))
  observer.update(letIn(incoming()))
  observer.update(stateOf([incoming()]))
  expect(center.asked).toEqual([`show ${key}`, `close ${key}`])
})
