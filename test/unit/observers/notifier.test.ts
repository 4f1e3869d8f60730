import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../common/log'
import type { Call } from '../../../common/call'
import { noFeatures } from '../../../common/account'
import { Notifier } from '../../../main/observers/notifier'
import { FakeNotificationCenter } from '../../fakes/notification-center'
import { AlertNotifications } from '../../../main/os/notifications/alert-notifications'
import { accountState, callOf, ended, incoming, stateOf, talking, withCaller, withView } from '../../fakes/phone-state'
import { requested } from '../../fakes/requested'

let center: FakeNotificationCenter
let acted: string[]
let notifier: Notifier

beforeEach(() => {
  center = new FakeNotificationCenter()
  acted = []
  const verb = (name: string) => async (callId: string, by: string) => {
    acted.push(`${name} ${callId} by ${by}`)
    return requested()
  }
  notifier = new Notifier({
    center,
    verbs: {
      answer: verb('answer'),
      endAndAnswer: verb('endAndAnswer'),
      decline: verb('decline'),
      sendToVoicemail: verb('sendToVoicemail'),
    },
    openWindow: () => acted.push('open'),
    log: silentLog,
  })
})

describe('an incoming call', () => {
  it('is shown with who calls, the number, the account and its buttons', () => {
    notifier.update(stateOf([incoming()]))
    expect(center.shown.get('call-1')).toEqual({
      key: 'call-1',
      kind: 'incoming',
      title: 'Ada',
      body: '1815 · Work',
      actions: [
        { key: 'default', label: 'Open' },
        { key: 'answer', label: 'Answer' },
        { key: 'decline', label: 'Decline' },
      ],
      urgent: true,
    })
  })

  it('is shown by the name the phone knows, and never by one that pretends to be somebody else', () => {
    notifier.update(withCaller(stateOf([incoming()]), { name: 'Ada Lovelace', source: 'contact' }))
    expect(center.shown.get('call-1')).toMatchObject({ title: 'Ada Lovelace', body: '1815 · Work' })
    const posing = incoming({ id: 'call-2', name: 'Your Bank +49 30 901820' })
    notifier.update(withCaller(stateOf([posing]), { lookalike: true }))
    expect(center.shown.get('call-2')).toMatchObject({ title: '1815', body: 'Work' })
  })

  it('says for whom it was meant, in words nobody can play with', () => {
    const support = { handle: { type: 'generic', value: '500' } as const, name: 'Sup\u202eport\n', reason: 'no-answer' }
    const sales = { handle: { type: 'generic', value: '501' } as const, name: null, reason: null }
    notifier.update(withView(stateOf([incoming()]), { diverted: [support, sales] }))
    expect(center.shown.get('call-1')?.body).toBe('1815 · for Support · Work')
    notifier.update(withView(stateOf([incoming()]), { diverted: [sales] }))
    expect(center.shown.get('call-1')?.body).toBe('1815 · for 501 · Work')
    notifier.update(withView(stateOf([incoming()], { sharing: true }), { diverted: [support] }))
    expect(center.shown.get('call-1')?.body).toBe('Work')
  })

  it('that is about to be answered by itself asks for nothing here', () => {
    notifier.update(withView(stateOf([incoming()]), { autoAnswered: true }))
    expect(center.shown.size).toBe(0)
    notifier.update(stateOf([incoming()]))
    expect(center.shown.size).toBe(1)
  })

  it('is no more told of in the window that stands in for notifications than in one', () => {
    const seen: unknown[] = []
    const alert = new AlertNotifications({ surface: { show: (cards) => void seen.push(cards), onMessage: () => {} } })
    const verb = () => Promise.resolve(requested())
    const verbs = { answer: verb, endAndAnswer: verb, decline: verb, sendToVoicemail: verb }
    new Notifier({ center: alert, verbs, openWindow: () => {}, log: silentLog }).update(
      withView(stateOf([incoming()], { sharing: true }), {
        diverted: [{ handle: { type: 'generic', value: '500' }, name: 'Support', reason: null }],
      }),
    )
    expect(seen.at(-1)).toMatchObject([{ title: 'Incoming call', body: 'Work' }])
    expect(JSON.stringify(seen)).not.toMatch(/Ada|1815|500|Support/)
  })

  it.each([
    ['always', {}],
    ['while-sharing', { sharing: true }],
  ] as const)('does not say who calls when callers are hidden %s', (hideCallers, more) => {
    const state = stateOf([incoming()], more)
    notifier.update({ ...state, settings: { ...state.settings, hideCallers } })
    const shown = center.shown.get('call-1')
    expect(shown).toMatchObject({ title: 'Incoming call', body: 'Work' })
    expect(JSON.stringify(shown)).not.toMatch(/Ada|1815/)
    expect(shown?.actions.map(({ key }) => key)).toEqual(['default', 'answer', 'decline'])
  })

  it('says who calls as long as nobody shares the screen', () => {
    notifier.update(stateOf([incoming()], { sharing: false }))
    expect(center.shown.get('call-1')?.title).toBe('Ada')
  })

  it('that was silenced, or may not disturb, is not urgent', () => {
    notifier.update(stateOf([incoming()], { silenced: ['call-1'] }))
    expect(center.shown.get('call-1')?.urgent).toBe(false)
  })

  it('without a name is shown by its number, once', () => {
    notifier.update(stateOf([incoming({ name: null })]))
    expect(center.shown.get('call-1')).toMatchObject({ title: '1815', body: 'Work' })
  })

  it('with a name that cleans to nothing is shown by its number', () => {
    notifier.update(stateOf([incoming({ name: '\u202e\u200b ' })]))
    expect(center.shown.get('call-1')).toMatchObject({ title: '1815' })
  })

  it('that hides its number says so, also when it gives a name', () => {
    const handle = { type: 'generic', value: '' } as const
    notifier.update(stateOf([incoming({ handle, name: null }), incoming({ id: 'call-2', handle, name: 'Mum' })]))
    expect(center.shown.get('call-1')).toMatchObject({ title: 'Unknown caller', body: 'hidden number · Work' })
    expect(center.shown.get('call-2')).toMatchObject({ title: 'Mum', body: 'hidden number · Work' })
  })

  it('cannot reorder or break the text around its name', () => {
    notifier.update(
      stateOf([incoming({ name: 'Bank\u202e\n\u0007<b>', handle: { type: 'generic', value: '1\u202e2' } })]),
    )
    expect(center.shown.get('call-1')).toMatchObject({ title: 'Bank <b>', body: '12 · Work' })
  })

  it.each([
    ['is answered', callOf({ state: 'connecting', muted: false })],
    ['is talked on', talking()],
    ['is declined', callOf({ state: 'ending', connectedAt: null, cause: 'declined' })],
    ['is over', ended()],
  ])('disappears when it %s', (_, call) => {
    notifier.update(stateOf([incoming()]))
    notifier.update(stateOf([call]))
    expect(center.shown.size).toBe(0)
  })

  it('disappears when the state holds it no more, whatever event was lost', () => {
    notifier.update(stateOf([incoming()]))
    notifier.update(stateOf())
    expect(center.asked).toEqual(['show call-1', 'close call-1'])
  })

  it('is shown once, not at every change of the phone', () => {
    notifier.update(stateOf([incoming()]))
    notifier.update(stateOf([incoming()], { revision: 2 }))
    expect(center.asked).toEqual(['show call-1'])
  })

  it('is replaced when the name becomes known', () => {
    notifier.update(stateOf([incoming({ name: null })]))
    notifier.update(stateOf([incoming({ name: 'Ada' })]))
    expect(center.asked).toEqual(['show call-1', 'show call-1'])
    expect(center.shown.get('call-1')).toMatchObject({ title: 'Ada' })
  })

  it('stays away once dismissed, even when its name changes, and is closed like any other', () => {
    notifier.update(stateOf([incoming({ name: null })]))
    center.emit({ type: 'dismissed', key: 'call-1' })
    notifier.update(stateOf([incoming({ name: 'Ada' })]))
    expect(center.shown.size).toBe(0)
    notifier.update(stateOf())
    expect(center.asked).toEqual(['show call-1', 'close call-1'])
  })

  it('has a notification for each of two callers', () => {
    notifier.update(stateOf([incoming(), incoming({ id: 'call-2', name: 'Bob' })]))
    notifier.update(stateOf([talking(), incoming({ id: 'call-2', name: 'Bob' })]))
    expect([...center.shown.keys()]).toEqual(['call-2'])
  })

  it('an outgoing call has none', () => {
    notifier.update(stateOf([callOf({ state: 'alerting', earlyMedia: false }, { direction: 'outgoing' })]))
    expect(center.asked).toEqual([])
  })
})

describe('its buttons', () => {
  it.each([
    ['answer', ['answer call-1 by notification']],
    ['decline', ['decline call-1 by notification']],
    ['default', ['open']],
    ['something-else', []],
  ])('%s', (action, wanted) => {
    notifier.update(stateOf([incoming()]))
    center.press('call-1', action)
    expect(acted).toEqual(wanted)
  })

  it('do nothing for a call that no longer rings', () => {
    notifier.update(stateOf([incoming()]))
    notifier.update(stateOf([ended()]))
    center.press('call-1', 'answer')
    expect(acted).toEqual([])
  })

  it('do nothing for a call that never was', () => {
    notifier.update(stateOf([incoming()]))
    center.press('call-9', 'answer')
    expect(acted).toEqual([])
  })
})

describe('a call that rings while another is up', () => {
  const second = incoming({ id: 'call-2', name: 'Bob' })
  const offered = (key = 'call-2'): string[] =>
    center.shown.get(key)?.actions.map((action) => `${action.key}: ${action.label}`) ?? []
  const withVoicemail = { accounts: [accountState(undefined, { features: { ...noFeatures, voicemail: '*97' } })] }

  const variants = ['default: Open', 'answer: Hold & Answer', 'end-answer: End & Answer', 'decline: Decline']
  const one = ['default: Open', 'answer: Answer', 'decline: Decline']
  const ending = ['default: Open', 'answer: End & Answer', 'decline: Decline']
  const rigid = { holding: false, dtmf: true, grouping: false, ungrouping: false }

  it.each<[string, Call, string[]]>([
    ['in a call', talking(), variants],
    ['in a conference', talking({ groupId: 'g' }), variants],
    ['answered a moment ago', callOf({ state: 'connecting', muted: false }), variants],
    ['on hold', talking({}, 'held'), one],
    ['ringing too', incoming(), one],
    ['over', ended(), one],
    ['ringing out', callOf({ state: 'alerting', earlyMedia: false }, { direction: 'outgoing' }), ending],
    ['not to be held', talking({ capabilities: rigid }), ending],
  ])('%s, offers what can be done', (_, other, wanted) => {
    notifier.update(stateOf([other, second]))
    expect(offered()).toEqual(wanted)
  })

  it('is held or hung up on by the button that says so', () => {
    notifier.update(stateOf([talking(), second]))
    center.press('call-2', 'answer')
    center.press('call-2', 'end-answer')
    center.press('call-2', 'decline')
    expect(acted).toEqual([
      'answer call-2 by notification',
      'endAndAnswer call-2 by notification',
      'decline call-2 by notification',
    ])
  })

  it('gives up a call that cannot be held, as its button says', () => {
    notifier.update(stateOf([talking({ capabilities: rigid }), second]))
    center.press('call-2', 'answer')
    expect(acted).toEqual(['endAndAnswer call-2 by notification'])
  })

  it('changes its buttons in place when the other call ends', () => {
    notifier.update(stateOf([talking(), second]))
    notifier.update(stateOf([second]))
    expect(center.asked).toEqual(['show call-2', 'show call-2'])
    expect(offered()).toEqual(one)
    center.press('call-2', 'end-answer')
    expect(acted).toEqual([])
  })

  it('of two that ring, both are shown, the first one first, and the second offers more once the first is answered', () => {
    notifier.update(stateOf([incoming(), second]))
    expect([...center.shown.keys()]).toEqual(['call-1', 'call-2'])
    expect([offered('call-1'), offered()]).toEqual([one, one])
    notifier.update(stateOf([talking(), second]))
    expect(center.asked).toEqual(['show call-1', 'show call-2', 'close call-1', 'show call-2'])
    expect(offered()).toEqual(variants)
  })

  it('can go to voicemail where the account has one; what is least needed is the last button', () => {
    notifier.update(stateOf([second], withVoicemail))
    expect(offered()).toEqual([...one, 'voicemail: Voicemail'])
    center.press('call-2', 'voicemail')
    expect(acted).toEqual(['sendToVoicemail call-2 by notification'])
    notifier.update(stateOf([talking(), second], withVoicemail))
    expect(offered()).toEqual([...variants, 'voicemail: Voicemail'])
  })

  it('cannot go to a voicemail there is not', () => {
    notifier.update(stateOf([second]))
    center.press('call-2', 'voicemail')
    expect(acted).toEqual([])
  })
})
