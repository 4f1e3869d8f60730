/*
 * What the window wishes of calls is asked of the verbs everybody uses, in the window's name, and answered with what came of it.
 */
import { expect, test } from 'vitest'
import { done, refused } from '../../../common/errors'
import { performCalls, type CallWish } from '../../../main/wishes/calls'
import type { UiCommand } from '../../../common/contract/ui'
import { NotedVerbs } from '../control/support'

type Command = Extract<UiCommand, { type: CallWish }>

const setUp = () => {
  const verbs = new NotedVerbs()
  const perform = performCalls({ verbs, silence: () => {}, setPrivate: () => done })
  return { verbs, perform: (command: Command) => perform(command) }
}

test.each<[Command, unknown[]]>([
  [{ type: 'pickUp', extension: '101', accountId: null }, ['pickUp', '101', null, 'window']],
  [{ type: 'consult', callId: 'a', target: '101' }, ['consult', 'a', '101', 'window']],
  [{ type: 'answerReferral', callId: 'a', accept: true }, ['answerReferral', 'a', true, 'window']],
])('%j makes a call, and names it as soon as it is accepted', async (command, asked) => {
  const { verbs, perform } = setUp()
  verbs.outcome = new Promise(() => {})
  expect(await perform(command)).toMatchObject({ callId: 'new-call', error: null })
  expect(verbs.asked).toEqual([asked])
  verbs.answerWith = refused('not-set-up')
  expect(await perform(command)).toMatchObject({ callId: null, error: { code: 'not-set-up' } })
})

test('a transfer is answered when it is known how it went, with what the network said', async () => {
  const { verbs, perform } = setUp()
  verbs.outcome = Promise.resolve(refused('transfer-failed', 'SIP 404 Not Found'))
  expect(await perform({ type: 'transfer', callId: 'a', target: '101' })).toMatchObject({
    error: { code: 'transfer-failed', detail: 'SIP 404 Not Found' },
  })
  expect(verbs.asked).toEqual([['transfer', 'a', '101', 'window']])
})
