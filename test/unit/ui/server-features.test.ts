/* What servers offer besides calls: in which words it is told, how colleagues are listed, and how conversations follow main. */
import { describe, expect, it } from 'vitest'
import type { Colleague, Message, Watched } from '../../../common/colleague'
import { mediaTroubles } from '../../../common/diagnosis'
import { lineStates } from '../../../common/colleague'
import type { Away } from '../../../common/reach'
import { announce } from '../../../renderer/ui/announce'
import { moveColleague, withColleague, withoutColleague } from '../../../renderer/ui/colleagues'
import { Conversations, Thread } from '../../../renderer/ui/conversations.svelte'
import { Desk } from '../../../renderer/ui/desk.svelte'
import { active, address, call, history, number } from '../../../renderer/ui/gallery/people'
import { playKey } from '../../../renderer/ui/keys'
import {
  mailboxCount,
  sayAwayTime,
  sayLine,
  sayMailbox,
  sayMeant,
  sayMissedMeanwhile,
  sayPresence,
} from '../../../renderer/ui/server-words'
import { explainPastTrouble, explainTrouble } from '../../../renderer/ui/trouble-words'
import { WatchForm } from '../../../renderer/ui/watch-form.svelte'
import { askedPhone } from './asked-phone'

const anna: Watched = { accountId: 'work', number: '101', name: 'Anna' }
const kenji: Watched = { accountId: 'work', number: '102', name: 'Kenji' }
const carla: Watched = { accountId: 'home', number: '101', name: 'Carla' }
const colleague = (over: Partial<Colleague>): Colleague => ({
  ...anna,
  line: 'idle',
  withWhom: null,
  canPickUp: false,
  presence: null,
  ...over,
})

describe('a line', () => {
  it('is told in another word for each state', () => {
    expect(new Set(lineStates.map((line) => sayLine({ line, withWhom: null }))).size).toBe(lineStates.length)
  })

  it('says with whom, by name where that is a colleague, and nobody where that makes no sense', () => {
    const others = [colleague({})]
    expect(sayLine({ line: 'busy', withWhom: address('101') }, others)).toBe('In a call with Anna')
    expect(sayLine({ line: 'ringing', withWhom: number('+4989555012') })).toBe('Ringing: +49 895 550 12')
    expect(sayLine({ line: 'idle', withWhom: address('101') }, others)).toBe('Free')
    expect(sayLine({ line: 'busy', withWhom: address('') })).toBe('In a call')
  })

  it('comes with what they say of themselves', () => {
    expect(sayPresence(colleague({ presence: { open: false, note: 'Back at four' } }))).toBe('Back at four')
    expect(sayPresence(colleague({ presence: { open: false, note: null } }))).toBe('Away')
    expect(sayPresence(colleague({ presence: { open: true, note: null } }))).toBe('')
  })
})

describe('a mailbox', () => {
  const box = { waiting: true, fresh: 2, old: 5, urgent: 1 }
  it('says how much is new, urgent and old', () => {
    expect(sayMailbox(box)).toBe('2 new, 1 urgent, 5 old')
    expect(sayMailbox({ waiting: true, fresh: null, old: null, urgent: null })).toBe('New messages')
    expect(sayMailbox({ waiting: false, fresh: 0, old: 5, urgent: 0 })).toBe('No new messages, 5 old')
    expect(sayMailbox({ waiting: false, fresh: null, old: null, urgent: null })).toBe('No messages')
  })

  it('is counted with the others, and one that does not count is not forgotten', () => {
    const uncounted = { accountId: 'home', waiting: true, fresh: null, old: null, urgent: null }
    expect(mailboxCount([{ accountId: 'work', ...box }, uncounted])).toEqual({ fresh: 2, uncounted: true })
    expect(mailboxCount([])).toEqual({ fresh: 0, uncounted: false })
  })
})

describe('an absence', () => {
  const [missed] = history
  const away = (over: Partial<Away> = {}): Away => ({
    id: 'a',
    accountId: 'work',
    from: (missed?.startedAt ?? 0) - 60_000,
    to: (missed?.startedAt ?? 0) + 60_000,
    because: 'sleep',
    newMessages: null,
    ...over,
  })

  it('tells the calls and voice messages that came meanwhile, and admits what nobody tells', () => {
    expect(sayMissedMeanwhile(away({ newMessages: 3 }), history)).toBe('1 missed call and 3 new voice messages.')
    expect(sayMissedMeanwhile(away({ newMessages: 0 }), [])).toBe('No new voice message.')
    expect(sayMissedMeanwhile(away(), [])).toContain('does not tell')
    expect(sayMissedMeanwhile(away({ accountId: 'home' }), history)).toContain('does not tell')
  })

  it('names a day once', () => {
    const now = new Date(2026, 4, 12, 12).getTime()
    const at = (day: number, hour: number): number => new Date(2026, 4, day, hour).getTime()
    expect(sayAwayTime({ from: at(12, 8), to: at(12, 9) }, now)).toMatch(/^Today, [^T]* – [^T]* \(1 h\)$/)
    expect(sayAwayTime({ from: at(11, 20), to: at(12, 9) }, now)).toMatch(/^Yesterday, .* – Today, .* \(13 h\)$/)
  })
})

describe('a call that was meant for somebody else', () => {
  const support = { handle: address('200'), name: 'Support', reason: 'user-busy' }
  it('says for whom and why, and a reason without a word only that it was forwarded', () => {
    expect(sayMeant([support])).toEqual({ whom: 'Support', why: 'forwarded: busy' })
    expect(sayMeant([{ ...support, name: null, reason: 'x-odd' }])).toEqual({ whom: '200', why: 'forwarded' })
    expect(sayMeant([])).toBeNull()
  })

  it('is announced with that', () => {
    const rings = { ...call({ state: 'incoming' }, { direction: 'incoming' }), diverted: [support] }
    expect(announce([], [rings])).toBe('Incoming call: Anna Lindqvist, for Support, forwarded, busy.')
  })
})

describe('what is said aloud', () => {
  it('tells once that a call was answered by itself', () => {
    const before = call({ state: 'incoming' }, { direction: 'incoming' })
    const rings = { ...before, autoAnswered: true }
    expect(announce([before], [rings])).toBe('Answered by itself: Anna Lindqvist.')
    expect(announce([rings], [rings])).toBeNull()
  })

  it('tells once what is wrong with the sound, for each trouble in a sentence of its own kind', () => {
    const fine = call(active())
    for (const trouble of mediaTroubles) {
      const bad = { ...fine, diagnosis: { trouble, since: 0, evidence: 'received 0' } }
      const { title, remedy } = explainTrouble(trouble)
      expect(announce([fine], [bad])).toBe(`${title} ${remedy}`)
      expect(announce([bad], [{ ...bad, diagnosis: { ...bad.diagnosis, evidence: 'received 1' } }])).toBeNull()
      expect(explainPastTrouble(trouble).title).not.toBe(title)
    }
  })

  it('names whom the far end wants us to call', () => {
    const talk = call(active())
    const referral = { handle: address('4711'), name: 'Carol', target: 'sip:4711@pbx.example', by: null }
    const asks = { ...talk, call: { ...talk.call, ...active({ referral }) } } as typeof talk
    expect(announce([talk], [asks])).toBe('Anna Lindqvist wants to connect you to Carol (4711).')
  })
})

describe('the list of colleagues', () => {
  const list = [anna, kenji, carla]
  it('takes in somebody at its end, or anew in their place', () => {
    expect(withColleague([anna], kenji)).toEqual([anna, kenji])
    expect(withColleague(list, { ...anna, name: 'Anna Lind' })[0]?.name).toBe('Anna Lind')
    expect(withoutColleague(list, anna)).toEqual([kenji, carla])
  })

  it('is put into another order, as far as there is room', () => {
    expect(moveColleague(list, kenji, -1)).toEqual([kenji, anna, carla])
    expect(moveColleague(list, kenji, 1)).toEqual([anna, carla, kenji])
    expect(moveColleague(list, anna, -1)).toEqual(list)
  })

  it('holds nothing of what the server tells of them', () => {
    expect(withColleague([colleague({})], kenji)[0]).toEqual(anna)
  })

  it('is what the form makes of it: somebody new, another number in the same place, never without a number', () => {
    const form = new WatchForm(null)
    expect(form.listed(list, 'work')).toBeNull()
    form.number = ' 104 '
    expect(form.listed([anna], 'work')).toEqual([anna, { accountId: 'work', number: '104', name: '104' }])
    const change = new WatchForm(kenji)
    change.number = '105'
    expect(change.listed(list, 'work')?.map((one) => one.number)).toEqual(['101', '105', '101'])
  })
})

describe('messages', () => {
  const talk = {
    accountId: 'home',
    with: address('101'),
    name: null,
    unread: 0,
    last: 'Hi',
    lastState: 'received' as const,
    at: 1,
  }
  it('with somebody are found on any account, or on the one that is meant', async () => {
    const { phone, answer } = askedPhone()
    const talks = new Conversations(phone)
    void talks.refresh()
    await answer(0, { type: 'conversations', conversations: [talk] })
    expect(talks.find({ accountId: null, number: '101' })).toBe(talk)
    expect(talks.find({ accountId: 'work', number: '101' })).toBeNull()
  })

  it('of a late answer do not take the place of newer ones', async () => {
    const { phone, answer } = askedPhone()
    const thread = new Thread(phone, { accountId: null, number: '101' })
    const message = { id: 'm', accountId: 'home' } as Message
    void thread.refresh()
    void thread.refresh()
    await answer(1, { type: 'messages', messages: [message] })
    await answer(0, { type: 'messages', messages: [] })
    expect(thread.messages).toEqual([message])
    expect(thread.accountId).toBe('home')
  })

  it('are one step in: back leads to all of them, and what was typed stays', () => {
    const desk = new Desk()
    desk.openConversation('work', '101')
    expect([desk.tab, desk.conversation]).toEqual(['messages', { accountId: 'work', number: '101' }])
    desk.drafts = { 'work 101': 'On my' }
    expect([desk.stepBack(), desk.conversation, desk.stepBack()]).toEqual([true, null, false])
    desk.openConversation('work', '101')
    expect(desk.drafts['work 101']).toBe('On my')
  })
})

it('the keypad of a conference plays into all calls of it', () => {
  const calls = [call(active(), { groupId: 'g' }), call(active(), { groupId: 'g' })]
  const { phone, asked } = askedPhone()
  const desk = new Desk()
  const scene = { phone, desk, calls, front: calls[0]?.call ?? null }
  expect(playKey(scene, '5')).toBe(false)
  desk.callKeypad = true
  expect(playKey(scene, '5')).toBe(true)
  expect(asked).toMatchObject(calls.map(({ call: { id } }) => ({ type: 'playDtmf', callId: id, digits: '5' })))
})
