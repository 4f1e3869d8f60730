/* What each verb asks of the phone in a scene, and that it asks nothing where the call does not allow it. */
import { describe, expect, it } from 'vitest'
import type { Call } from '../../../common/call'
import type { CallView } from '../../../common/phone-state'
import { mergeable, moves, ringingOf, transferable, type Standing } from '../../../renderer/ui/call-moves'
import { account, active, call, features, held } from '../../../renderer/ui/gallery/people'

const capabilities = { holding: true, grouping: true, ungrouping: true, dtmf: true }
const incoming = { direction: 'incoming' } as const
const calls = (...views: CallView[]): Call[] => views.map((view) => view.call)
const standing = (
  all: readonly Call[],
  front: Call | null = all[0] ?? null,
  over: Partial<Standing> = {},
): Standing => ({
  calls: all,
  front,
  accounts: [account()],
  silenced: [],
  ...over,
})
const able = (phase: Parameters<typeof call>[0], over = {}): CallView => call(phase, { capabilities, ...over })
const id = (one: Call | undefined): string => one?.id ?? 'nobody'

describe('a caller', () => {
  it('is simply answered while nobody is spoken to', () => {
    const [ringing] = calls(call({ state: 'incoming' }, incoming))
    expect(moves('answer', standing(calls(call({ state: 'incoming' }, incoming))))).toMatchObject([{ type: 'answer' }])
    expect(moves('endAndAnswer', standing(ringing ? [ringing] : []))).toEqual([])
  })

  it('during a call is answered with the other held, or ended', () => {
    const [talk, ringing] = calls(call(active()), call({ state: 'incoming' }, incoming))
    const both = standing([talk, ringing] as Call[])
    expect(moves('answer', both)).toEqual([{ type: 'holdAndAnswer', callId: id(ringing) }])
    expect(moves('endAndAnswer', both)).toEqual([{ type: 'endAndAnswer', callId: id(ringing) }])
  })

  it('beside a held call ends nobody', () => {
    const both = calls(call(held()), call({ state: 'incoming' }, incoming))
    expect(moves('answer', standing(both))).toMatchObject([{ type: 'answer' }])
    expect(moves('endAndAnswer', standing(both))).toEqual([])
  })

  it('of two who ring is the one in front, else the one who came first', () => {
    const [first, second] = calls(call({ state: 'incoming' }, incoming), call({ state: 'incoming' }, incoming))
    const both = [first, second] as Call[]
    expect(ringingOf(standing(both, null))).toBe(first)
    expect(ringingOf(standing(both, second ?? null))).toBe(second)
  })

  it('goes to voicemail only where the account has one', () => {
    const ringing = calls(call({ state: 'incoming' }, incoming))
    expect(moves('voicemail', standing(ringing))).toEqual([])
    expect(moves('voicemail', standing(ringing, ringing[0], { accounts: [account({ features })] }))).toMatchObject([
      { type: 'sendToVoicemail' },
    ])
  })
})

describe('several calls', () => {
  it('are swapped while it is plain which one is meant', () => {
    const two = calls(able(active()), able(held()))
    expect(moves('swap', standing(two))).toEqual([{ type: 'swap' }])
    expect(moves('swap', standing([...two, ...calls(able(held()))]))).toEqual([])
    expect(moves('swap', standing(two.slice(0, 1)))).toEqual([])
  })

  it('are joined when the provider allows it and there is one choice', () => {
    const two = calls(able(active()), able(held()))
    expect(moves('merge', standing(two))).toEqual([{ type: 'merge', callIds: two.map(id) }])
    expect(moves('merge', standing([...two, ...calls(able(held()))]))).toEqual([])
    expect(moves('merge', standing(calls(able(active()), call(held()))))).toEqual([])
    expect(moves('merge', standing(calls(able(active()), able({ state: 'dialing' }))))).toEqual([])
  })

  it('count a conference as one to join with', () => {
    const all = calls(able(active({}), { groupId: 'g' }), able(active({}), { groupId: 'g' }), able(held()))
    expect(mergeable(standing(all)).map(id)).toEqual([id(all[2])])
    expect(mergeable(standing(all, all[2])).map(id)).toEqual([id(all[0])])
  })

  it('can be handed to each other, also across accounts', () => {
    const all = calls(able(active()), able(held()), able(held(), { accountId: 'home' }), able({ state: 'dialing' }))
    expect(transferable(all[0] as Call, all).map(id)).toEqual([id(all[1]), id(all[2])])
  })
})

describe('a conference', () => {
  const all = calls(able(active(), { groupId: 'g' }), able(active(), { groupId: 'g' }), able(held()))
  const members = all.slice(0, 2).map(id)

  it('is muted as a whole, and speaks again as a whole', () => {
    expect(moves('mute', standing(all))).toEqual(members.map((callId) => ({ type: 'setMuted', callId, muted: true })))
    const muted = all.map((one) => (one.groupId ? ({ ...one, muted: true } as Call) : one))
    expect(moves('mute', standing(muted))).toEqual(
      members.map((callId) => ({ type: 'setMuted', callId, muted: false })),
    )
  })

  it('with one member muted is muted before it is unmuted', () => {
    const half = all.map((one, index) => (index === 0 ? ({ ...one, muted: true } as Call) : one))
    expect(moves('mute', standing(half))).toMatchObject([{ muted: true }, { muted: true }])
  })

  it('is held and ended by one of its members', () => {
    expect(moves('hold', standing(all))).toEqual([{ type: 'setHeld', callId: members[0], held: true }])
    expect(moves('end', standing(all))).toEqual([{ type: 'endGroup', callId: members[0] }])
  })

  it('lets a member go for a word in private, and is not transferred', () => {
    expect(moves('split', standing(all))).toEqual([{ type: 'split', callId: members[0] }])
    expect(moves('park', standing(all, all[0], { accounts: [account({ features })] }))).toEqual([])
  })
})

it('nothing is asked for a call that is over', () => {
  const over = calls(call({ state: 'ending', cause: 'hung-up', connectedAt: null }))
  for (const verb of [
    'answer',
    'decline',
    'mute',
    'hold',
    'end',
    'swap',
    'merge',
    'park',
    'split',
    'voicemail',
  ] as const)
    expect(moves(verb, standing(over))).toEqual([])
})
