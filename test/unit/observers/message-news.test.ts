import { beforeEach, describe, expect, it } from 'vitest'
import type { Conversation } from '../../../common/colleague'
import { defaultSettings } from '../../../common/settings'
import { MessageNews } from '../../../main/observers/message-news'
import { ManualClock } from '../../fakes/manual-clock'
import { FakeNotificationCenter } from '../../fakes/notification-center'
import { stateOf } from '../../fakes/phone-state'

const key = 'message:work:generic:1815'
let center: FakeNotificationCenter
let clock: ManualClock
let opened: string[]
let news: MessageNews

beforeEach(() => {
  center = new FakeNotificationCenter()
  clock = new ManualClock()
  opened = []
  news = new MessageNews({ center, clock, openConversation: (id, number) => opened.push(`${number} on ${id}`) })
  news.update(stateOf([]))
})

const message = (change: Partial<Conversation> = {}): Conversation => ({
  accountId: 'work',
  with: { type: 'generic', value: '1815' },
  name: 'Ada',
  unread: 1,
  last: 'Are you there?',
  lastState: 'received',
  at: 1_000,
  ...change,
})
const come = (unread: readonly Conversation[], change = {}): void => {
  news.update(stateOf([], { unread, ...change }))
  clock.advance(400)
}

describe('a message', () => {
  it('is notified with its text, and a click opens the conversation', () => {
    come([message()])
    expect(center.shown.get(key)).toMatchObject({ title: 'Message from Ada', body: 'Are you there?', urgent: false })
    center.press(key, 'default')
    expect(opened).toEqual(['1815 on work'])
    expect(center.shown.size).toBe(0)
  })

  it('joins those of the same person in one notification', () => {
    come([message()])
    come([message({ unread: 2, last: 'Hello?', at: 2_000 })])
    expect([...center.shown.values()]).toMatchObject([{ title: '2 messages from Ada', body: 'Hello?' }])
  })

  it('is not notified when it is read at once, and goes when it is read later', () => {
    news.update(stateOf([], { unread: [message()] }))
    news.update(stateOf([]))
    clock.advance(400)
    expect(center.asked).toEqual([])
    come([message()])
    news.update(stateOf([]))
    expect(center.shown.size).toBe(0)
  })

  it('says neither who nor what while callers are hidden, or nobody is to disturb', () => {
    for (const change of [
      { settings: { ...defaultSettings, hideCallers: 'always' } },
      { quiet: { on: true, because: 'switch' } },
    ]) {
      come([message({ unread: 2 })], change)
      expect(center.shown.get(key)).toMatchObject({ title: '2 new messages', body: 'Work' })
      expect(JSON.stringify(center.shown.get(key)?.body)).not.toMatch(/Ada|there/)
    }
    come([message({ unread: 2 })])
    expect(center.shown.get(key)?.body).toBe('Are you there?')
  })

  it('cannot forge lines or directions with what it says', () => {
    come([message({ name: null, last: 'Hi\n\u202emoc.live//:sptth\u0000' })])
    expect(center.shown.get(key)).toMatchObject({ title: 'Message from 1815', body: 'Hi moc.live//:sptth' })
  })

  it('that was there before the start, or was sent away, is left to the badge until another one comes', () => {
    const late = new MessageNews({ center, clock, openConversation: () => {} })
    late.update(stateOf([], { unread: [message()] }))
    clock.advance(400)
    expect(center.shown.size).toBe(0)
    come([message()])
    center.emit({ type: 'dismissed', key })
    come([message()])
    expect(center.shown.size).toBe(0)
    come([message({ unread: 2, at: 3_000 })])
    expect(center.shown.get(key)?.title).toBe('2 messages from Ada')
  })
})
