/*
 * Which call a verb means when several could be meant.
 */
import { expect, test } from 'vitest'
import type { CallVerb } from '../../../main/control/control-request'
import { chooseCall } from '../../../main/control/choose-call'
import { active, callOf, ended, held } from './support'

const calls = {
  ringing: callOf('ringing', { state: 'incoming' }),
  ringing2: callOf('ring-2', { state: 'incoming' }),
  dialing: callOf('dialing', { state: 'dialing' }),
  active: callOf('active', active()),
  held: callOf('held', held),
  ending: callOf('ending', { state: 'ending', cause: 'hung-up', connectedAt: null }),
  ended: callOf('ended', ended),
}
type Name = keyof typeof calls

test.each<[CallVerb, Name[], string]>([
  ['answer', ['ringing'], 'ringing'],
  ['answer', ['active', 'ringing'], 'ringing'],
  ['decline', ['active', 'ringing'], 'ringing'],
  ['end', ['active'], 'active'],
  ['end', ['ringing'], 'ringing'],
  ['end', ['dialing'], 'dialing'],
  ['end', ['active', 'ringing'], 'active'],
  ['end', ['held', 'active'], 'active'],
  ['end', ['held', 'dialing'], 'dialing'],
  ['hold', ['active', 'ringing'], 'active'],
  ['resume', ['held', 'active'], 'held'],
  ['mute', ['held', 'active'], 'active'],
  ['unmute', ['held'], 'held'],
  ['dtmf', ['held', 'active'], 'active'],
])('%s with %j means %s', (verb, names, expected) => {
  expect(
    chooseCall(
      verb,
      names.map((name) => calls[name]),
      undefined,
    ),
  ).toBe(expected)
})

test.each<[CallVerb, Name[], string, string]>([
  ['answer', [], 'unknown-call', 'no call is ringing'],
  ['end', ['ended'], 'unknown-call', 'there is no call to end'],
  ['answer', ['active'], 'invalid-action', 'no call is ringing'],
  ['hold', ['ringing'], 'invalid-action', 'no call can be held'],
  ['resume', ['active'], 'invalid-action', 'no call is on hold'],
  ['dtmf', ['held'], 'invalid-action', 'no call can take digits'],
  ['end', ['ending'], 'invalid-action', 'there is no call to end'],
  ['answer', ['ringing', 'ringing2'], 'ambiguous-call', 'name one of: ringing ring-2'],
  ['end', ['ringing', 'held'], 'ambiguous-call', 'name one of: ringing held'],
])('%s with %j is refused as %s', (verb, names, code, message) => {
  const all = names.map((name) => calls[name])
  expect(chooseCall(verb, all, undefined)).toEqual({ error: { code, message } })
})

test('a call may be named by the beginning of its id, in any case', () => {
  const all = [calls.ringing, calls.ringing2, calls.ended]
  expect(chooseCall('answer', all, 'RINGI')).toBe('ringing')
  expect(chooseCall('answer', all, 'ring')).toMatchObject({ error: { code: 'ambiguous-call' } })
  expect(chooseCall('answer', all, 'zzz')).toMatchObject({ error: { code: 'unknown-call' } })
  expect(chooseCall('end', all, 'ended')).toMatchObject({ error: { code: 'unknown-call' } })
})
