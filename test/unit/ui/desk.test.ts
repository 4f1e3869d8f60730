/* Who has the screen, what keys do, and what is said aloud when calls change. */
import { describe, expect, it } from 'vitest'
import type { UiCommand } from '../../../common/contract/ui'
import type { CallView } from '../../../common/phone-state'
import { announce } from '../../../renderer/ui/announce'
import { Desk } from '../../../renderer/ui/desk.svelte'
import { active, call, ended, held, snapshot } from '../../../renderer/ui/gallery/people'
import { obey, playKey, type Scene } from '../../../renderer/ui/keys'
import { Phone } from '../../../renderer/ui/phone.svelte'
import { bindings, keyGroups, keyLabel, verbOf, type Verb } from '../../../renderer/ui/shortcuts'

const incoming = { direction: 'incoming' } as const
const become = (view: CallView, phase: ReturnType<typeof active>): CallView => ({
  ...view,
  call: { ...view.call, ...phase } as CallView['call'],
})

describe('the screen', () => {
  it('is taken by a first caller, unless somebody is typing', () => {
    const ringing = [call({ state: 'incoming' }, incoming)]
    const [calm, typing] = [new Desk(), new Desk()]
    calm.follow(ringing, [], false)
    typing.follow(ringing, [], true)
    expect([calm.away, typing.away]).toEqual([false, true])
  })

  it('stays with the call that has it when a second caller comes', () => {
    const desk = new Desk()
    const first = call(active())
    desk.follow([first], [], false)
    desk.follow([first, call({ state: 'incoming' }, { ...incoming, waiting: true })], [first], false)
    expect([desk.chosen, desk.away]).toEqual([first.call.id, false])
  })

  it('goes to a waiting call once it is answered', () => {
    const desk = new Desk()
    const first = call(active())
    const waiting = call({ state: 'incoming' }, { ...incoming, waiting: true })
    desk.follow([first, waiting], [], false)
    desk.follow(
      [become(first, held()), become(waiting, { state: 'connecting', muted: false })],
      [first, waiting],
      false,
    )
    expect(desk.chosen).toBe(waiting.call.id)
  })

  it('keeps an ended call until it is gone, so that no button acts on another call', () => {
    const desk = new Desk()
    const [first, second] = [call(active()), call(held())]
    desk.follow([first, second], [], false)
    const over = become(first, ended('remote-hung-up'))
    desk.follow([over, second], [first, second], false)
    expect(desk.chosen).toBe(first.call.id)
    desk.follow([second], [over, second], false)
    expect(desk.chosen).toBe(second.call.id)
  })

  it('is taken by a caller while a call that is over lingers out of sight', () => {
    const over = call(ended('remote-hung-up'))
    const ringing = call({ state: 'incoming' }, incoming)
    const desk = new Desk()
    desk.follow([over], [], false)
    desk.goTo('recents')
    desk.follow([over, ringing], [over], false)
    expect([desk.away, desk.chosen]).toEqual([false, ringing.call.id])
  })

  it('comes back to a call that was just dialled, from wherever one was', () => {
    const desk = new Desk()
    desk.goTo('recents')
    desk.follow([call({ state: 'dialing' })], [], false)
    expect(desk.away).toBe(false)
  })
})

describe('keys', () => {
  const press = (over: Partial<KeyboardEvent>) =>
    ({
      key: 'a',
      code: 'KeyA',
      shiftKey: false,
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      repeat: false,
      ...over,
    }) as KeyboardEvent

  it('never mean a call’s verb without Ctrl and Shift', () => {
    for (const key of ['a', 'Enter', ' ', 'd', 'm']) {
      expect(verbOf(press({ key, code: key.length === 1 ? `Key${key.toUpperCase()}` : key }), false)).toBeNull()
      expect(verbOf(press({ key, code: `Key${key.toUpperCase()}`, shiftKey: true }), false)).toBeNull()
    }
  })

  it('answer with Ctrl+Shift+A, with Command on a Mac, and not again while held down', () => {
    expect(verbOf(press({ ctrlKey: true, shiftKey: true, key: 'A' }), false)).toBe('answer')
    expect(verbOf(press({ metaKey: true, shiftKey: true, key: 'A' }), true)).toBe('answer')
    expect(verbOf(press({ ctrlKey: true, shiftKey: true, key: 'A' }), true)).toBeNull()
    expect(verbOf(press({ ctrlKey: true, shiftKey: true, key: 'A', repeat: true }), false)).toBeNull()
  })

  it('are all different and all labelled', () => {
    const labels = (Object.keys(bindings) as Verb[]).map((verb) => keyLabel(verb, false))
    expect(new Set(labels).size).toBe(labels.length)
    expect(keyLabel('mute', false)).toBe('Ctrl+Shift+M')
    expect(keyLabel('mute', true)).toBe('⇧⌘M')
  })

  function scene(...calls: CallView[]): Scene & { sent: UiCommand[] } {
    const sent: UiCommand[] = []
    const phone = new Phone({
      send: ({ command }) => sent.push(command),
      onMessage: () => undefined,
      onClose: () => undefined,
    })
    return { phone, desk: new Desk(), calls, front: calls[0]?.call ?? null, sent }
  }

  it('act on the call that is ringing, or on the one in front', () => {
    const it = scene(call(active()), call({ state: 'incoming' }, incoming))
    obey(it, 'answer')
    obey(it, 'mute')
    obey(it, 'hold')
    obey(it, 'end')
    expect(it.sent).toEqual([
      { type: 'holdAndAnswer', callId: it.calls[1]?.call.id },
      { type: 'setMuted', callId: it.front?.id, muted: true },
      { type: 'setHeld', callId: it.front?.id, held: true },
      { type: 'end', callId: it.front?.id },
    ])
  })

  it('silence the caller who can still be heard', () => {
    const [first, second] = [call({ state: 'incoming' }, incoming), call({ state: 'incoming' }, incoming)]
    const it = scene(first, second)
    it.phone.state = snapshot({ calls: [first, second], silenced: [first.call.id] })
    expect(obey(it, 'silence')).toBe(true)
    it.phone.state = snapshot({ calls: [first, second], silenced: [first.call.id, second.call.id] })
    expect(obey(it, 'silence')).toBe(false)
    expect(it.sent).toEqual([{ type: 'silence', callId: second.call.id }])
  })

  it('do nothing that the call does not allow', () => {
    const it = scene(call({ state: 'dialing' }))
    expect([obey(it, 'answer'), obey(it, 'mute'), obey(it, 'hold'), playKey(it, '5')]).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect(it.sent).toEqual([])
  })

  it('complete the transfer that was begun, or begin one', () => {
    const [waits, other] = [call(held()), call(active())]
    const begun = scene(other, waits)
    expect(obey(begun, 'transfer')).toBe(true)
    expect(begun.desk.sending).toBe('transfer')
    const asked = call(active(), { consultationOf: waits.call.id })
    const it = scene(asked, waits)
    obey(it, 'transfer')
    expect(it.sent).toEqual([{ type: 'transferToCall', callId: waits.call.id, toCallId: asked.call.id }])
  })

  it('play no digits where it would be a guess for whom', () => {
    const it = scene(call(active(), { groupId: 'g' }), call(active(), { groupId: 'g' }))
    expect(playKey(it, '5')).toBe(false)
    const other = scene(call(active()))
    other.desk.send(other.front as NonNullable<Scene['front']>, 'transfer')
    expect(playKey(other, '5')).toBe(false)
  })

  it('list every verb once for reading', () => {
    const listed = keyGroups.flatMap(({ verbs }) => verbs)
    expect([...listed].sort()).toEqual((Object.keys(bindings) as Verb[]).sort())
  })

  it('show all keys on a question mark, wherever it is on the keyboard', () => {
    for (const shiftKey of [true, false])
      expect(verbOf(press({ key: '?', code: 'Slash', shiftKey }), false)).toBe('shortcuts')
  })

  it('play digits into the call on screen, and only there', () => {
    const it = scene(call(active()))
    expect(playKey(it, '5')).toBe(true)
    expect(playKey(it, 'x')).toBe(false)
    it.desk.away = true
    expect(playKey(it, '5')).toBe(false)
    expect(it.sent).toEqual([{ type: 'playDtmf', callId: it.front?.id, digits: '5' }])
  })
})

describe('what is said aloud', () => {
  it('names the caller once', () => {
    const ringing = [call({ state: 'incoming' }, incoming)]
    expect(announce([], ringing)).toBe('Incoming call: Anna Lindqvist.')
    expect(announce(ringing, ringing)).toBeNull()
  })

  it('follows a call through its life', () => {
    const first = call({ state: 'dialing' })
    const steps = [
      first,
      become(first, { state: 'alerting', earlyMedia: false }),
      become(first, active()),
      become(first, active({ muted: true })),
      become(first, held({ muted: true })),
      become(first, ended('remote-hung-up')),
    ]
    expect(steps.slice(1).map((step, index) => announce([steps[index] as CallView], [step]))).toEqual([
      'Anna Lindqvist: Ringing.',
      'Connected to Anna Lindqvist.',
      'Microphone muted.',
      'Anna Lindqvist: On hold.',
      'Anna Lindqvist: Call ended.',
    ])
  })

  it('follows a transfer, and tells when it is taken back', () => {
    const first = call(active())
    const to = { type: 'generic', value: '600' } as const
    const sent = (progress: 'asked' | 'ringing'): CallView =>
      become(first, active({ transfer: { kind: 'blind', to, toCallId: null, progress } }))
    expect(announce([first], [sent('asked')])).toBe('Anna Lindqvist: Transferring to 600.')
    expect(announce([sent('asked')], [sent('ringing')])).toBe('Anna Lindqvist: Ringing at 600.')
    expect(announce([sent('ringing')], [sent('ringing')])).toBeNull()
    expect(announce([sent('ringing')], [first])).toBe('The transfer did not go through. Anna Lindqvist is still here.')
  })

  it('asks what the call asks: whom to be connected to, which digits to send', () => {
    const first = call(active())
    const referral = { handle: { type: 'generic', value: '600' }, target: 'sip:600@pbx.example', by: null } as const
    const asked = become(first, active({ referral }))
    expect(announce([first], [asked])).toBe('Anna Lindqvist wants to connect you to 600.')
    expect(announce([first], [become(first, active({ digitsWaiting: 4 }))])).toBe('Send the remaining 4 digits?')
  })

  it('names who comes into a conference and who goes, and mutes all of them in one sentence', () => {
    const two = [call(active()), call(active(), { name: 'Kenji' })]
    const joined = two.map((view) => ({ ...view, call: { ...view.call, groupId: 'g' } }))
    const muted = joined.map((view) => become(view, active({ muted: true })))
    expect(announce(two, joined)).toBe('Anna Lindqvist is in the conference. Kenji is in the conference.')
    expect(announce(joined, muted)).toBe('Microphone muted.')
    expect(announce(joined, two)).toBe('Anna Lindqvist left the conference. Kenji left the conference.')
  })
})
