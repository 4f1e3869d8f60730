/* Who has the stage when there are several calls, and in which order the others wait. */
import { describe, expect, it } from 'vitest'
import type { Call } from '../../../common/call'
import type { CallView } from '../../../common/phone-state'
import { Desk } from '../../../renderer/ui/desk.svelte'
import { active, call, ended, held } from '../../../renderer/ui/gallery/people'
import { leader, stageOf, waitingParties } from '../../../renderer/ui/stage'

const incoming = { direction: 'incoming' } as const
const become = (view: CallView, over: Partial<Call>): CallView => ({ ...view, call: { ...view.call, ...over } as Call })

describe('the stage', () => {
  it('shows all of a conference, and everybody else beside it', () => {
    const members = [call(active(), { groupId: 'g' }), call(active(), { groupId: 'g' })]
    const other = call(held())
    const stage = stageOf([...members, other], members[1] as CallView)
    expect(stage.members).toEqual(members)
    expect(stage.others).toEqual([[other]])
  })

  it('keeps who has just left a conference in their row, and lets somebody who is there lead', () => {
    const [left, stays] = [call(ended('remote-hung-up'), { groupId: 'g' }), call(active(), { groupId: 'g' })]
    const stage = stageOf([left, stays], left)
    expect(stage.members).toEqual([left, stays])
    expect(leader(stage.members)).toBe(stays)
  })

  it('puts who rings before who talks before who waits, and forgets who hung up', () => {
    const [one, talks, rings, gone] = [
      call(held()),
      call(active()),
      call({ state: 'incoming' }, incoming),
      call(ended('hung-up')),
    ]
    const failed = call(ended('busy'))
    expect(waitingParties([[one], [talks], [gone], [failed], [rings]])).toEqual([[rings], [talks], [one], [failed]])
  })
})

describe('the stage passes', () => {
  it('to the call that was swapped in', () => {
    const desk = new Desk()
    const [first, second] = [call(active()), call(held())]
    desk.follow([first, second], [], false)
    const between = [become(first, held()), second]
    desk.follow(between, [first, second], false)
    expect(desk.chosen).toBe(first.call.id)
    desk.follow([become(first, held()), become(second, active())], between, false)
    expect(desk.chosen).toBe(second.call.id)
  })

  it('to whom one takes aside from a conference', () => {
    const desk = new Desk()
    const [first, second] = [call(active(), { groupId: 'g' }), call(active(), { groupId: 'g' })]
    desk.follow([first, second], [], false)
    desk.choose(first.call.id)
    desk.follow(
      [become(first, { ...held(), groupId: null } as Partial<Call>), become(second, { groupId: null })],
      [first, second],
      false,
    )
    expect(desk.chosen).toBe(second.call.id)
  })

  it('to those who stay when one leaves a conference', () => {
    const desk = new Desk()
    const [first, second] = [call(active(), { groupId: 'g' }), call(active(), { groupId: 'g' })]
    desk.follow([first, second], [], false)
    desk.choose(first.call.id)
    desk.follow(
      [
        become(first, { ...ended('remote-hung-up'), groupId: null } as Partial<Call>),
        become(second, { groupId: null }),
      ],
      [first, second],
      false,
    )
    expect(desk.chosen).toBe(second.call.id)
  })

  it('back to the conversation when a caller who was looked at is gone', () => {
    const desk = new Desk()
    const [talk, ringing] = [call(active()), call({ state: 'incoming' }, incoming)]
    desk.follow([talk, ringing], [], false)
    desk.choose(ringing.call.id)
    desk.follow([talk, become(ringing, ended('deflected') as Partial<Call>)], [talk, ringing], false)
    expect(desk.chosen).toBe(talk.call.id)
  })

  it('to a caller while the last call is still shown as over, unless somebody is typing', () => {
    for (const typing of [false, true]) {
      const desk = new Desk()
      const over = call(ended('remote-hung-up'))
      const ringing = call({ state: 'incoming' }, incoming)
      desk.follow([over], [], false)
      desk.follow([over, ringing], [over], typing)
      expect([desk.chosen, desk.away]).toEqual([typing ? over.call.id : ringing.call.id, false])
    }
  })

  it('stays with a held call that the user looks at', () => {
    const desk = new Desk()
    const [talk, waits] = [call(active()), call(held())]
    desk.follow([talk, waits], [], false)
    desk.choose(waits.call.id)
    desk.follow([become(talk, { muted: true } as Partial<Call>), waits], [talk, waits], false)
    expect(desk.chosen).toBe(waits.call.id)
  })
})

describe('whom a call is sent to', () => {
  it('is no longer asked once the transfer is under way', () => {
    const desk = new Desk()
    const talk = call(active())
    desk.follow([talk], [], false)
    desk.send(talk.call, 'transfer')
    desk.follow([talk], [talk], false)
    expect(desk.sending).toBe('transfer')
    const to = { type: 'generic', value: '600' } as const
    const sent = become(
      talk,
      active({ transfer: { kind: 'blind', to, toCallId: null, progress: 'asked' } }) as Partial<Call>,
    )
    desk.follow([sent], [talk], false)
    expect(desk.sending).toBeNull()
  })
})
