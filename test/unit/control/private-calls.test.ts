/* What scripts learn of calls that are to leave no trace: nothing. */
import { expect, it } from 'vitest'
import { eventsBetween } from '../../../main/control/events'
import { statusOf } from '../../../main/control/status'
import { stateOf, talking, ended } from '../../fakes/phone-state'
import type { Call } from '../../../common/call'

const phone = (call: Call | null, isPrivate: boolean) => {
  const state = stateOf(call === null ? [] : [call])
  return { ...state, calls: state.calls.map((view) => ({ ...view, private: isPrivate })) }
}
const between = (...states: ReturnType<typeof phone>[]) =>
  states.slice(1).flatMap((after, index) => eventsBetween(states[index] ?? after, after, 0).map(({ event }) => event))

it('a private call is neither in the status nor in the events, from its beginning to its end', () => {
  expect(statusOf(phone(talking(), true), '45', 0).calls).toEqual([])
  expect(between(phone(null, true), phone(talking(), true), phone(ended(), true), phone(null, true))).toEqual([])
})

it('a call that becomes private is told of no more, and one that no longer is, again', () => {
  const [open, secret] = [phone(talking(), false), phone(talking({}, 'held'), true)]
  expect(between(phone(null, false), open, secret)).toEqual(['call'])
  expect(between(secret, phone(null, true))).toEqual([])
  expect(between(secret, open)).toEqual(['call'])
})
