/* The test of an account in words: the one sentence that matters, whatever the lines say; and how it is begun and left. */
import { describe, expect, it } from 'vitest'
import { testSteps, type AccountTest, type TestLine, type TestStep } from '../../../common/diagnosis'
import type { AccountState } from '../../../common/phone-state'
import { verdictOf } from '../../../renderer/ui/account-test-words'
import { Desk } from '../../../renderer/ui/desk.svelte'
import { account, failed, features } from '../../../renderer/ui/gallery/people'
import { askedPhone } from './asked-phone'

type States = Partial<Record<TestStep, TestLine['state']>>
const over = (states: States, found = 'it was so', done = true): AccountTest => ({
  accountId: 'work',
  lines: testSteps.map((step) => ({ step, state: states[step] ?? 'passed', found, tookMs: 5 })),
  done,
})
const withEcho = account({ features: { ...features, echo: '*43' } })
const verdict = (states: States, state: AccountState = withEcho, found?: string) =>
  verdictOf(over(states, found), state)

describe('the sentence at the end of a test', () => {
  it('is not said before it is over', () => {
    expect(verdictOf(over({ echo: 'running' }, '', false), withEcho)).toBeNull()
  })

  it('is about the first step that failed, whatever failed after it', () => {
    expect(verdict({ connect: 'failed', register: 'failed', echo: 'skipped' })).toMatchObject({
      kind: 'bad',
      title: 'The server does not answer.',
      edit: 'account',
    })
  })

  it('says of the sign-in what the registration knows, and nothing that it knew of another step', () => {
    const wrong = account({}, failed('wrong-password'))
    expect(verdict({ register: 'failed' }, wrong)?.title).toBe('The server did not accept the password.')
    expect(verdict({ tls: 'failed', register: 'skipped' }, wrong)?.title).toContain('No protected connection')
    expect(verdict({ tls: 'failed' }, account({}, failed('certificate')))?.title).toContain(
      'certificate is not trusted',
    )
    expect(verdict({ register: 'failed' }, account({}, failed('certificate')))?.title).toContain('let you sign in')
  })

  it('is that all is well when all is', () => {
    expect(verdict({})).toMatchObject({ kind: 'good', title: 'Everything works.' })
    expect(verdict({ dns: 'skipped', tls: 'skipped' })).toMatchObject({ kind: 'good', title: 'Everything works.' })
  })

  it('does not call it a fault that nobody can tell of the sound without a call', () => {
    expect(verdict({ codecs: 'doubtful', echo: 'skipped' }, account())).toMatchObject({ kind: 'good', edit: 'numbers' })
    expect(verdict({ echo: 'skipped' }, withEcho, 'a call is up')).toMatchObject({
      kind: 'good',
      remedy: 'The sound was not tested. A call is up.',
      edit: null,
    })
    expect(verdict({ codecs: 'doubtful' })?.kind).toBe('doubtful')
  })

  it('names the first doubt', () => {
    expect(verdict({ connect: 'doubtful', echo: 'doubtful' })?.title).toContain('not every way')
  })

  it('says why a test was not carried to its end', () => {
    const rest: States = { options: 'skipped', register: 'skipped', codecs: 'skipped', echo: 'skipped' }
    expect(verdict(rest, withEcho, 'it was ended')).toMatchObject({
      kind: 'ended',
      remedy: 'It was ended.',
      edit: null,
    })
    expect(verdict(rest, { ...withEcho, needsPassword: true })?.edit).toBe('account')
  })

  it.each(testSteps)('has words for %s, failed and in doubt', (step) => {
    for (const state of ['failed', 'doubtful'] as const) {
      const said = verdict({ [step]: state })
      expect([said?.title.length, said?.remedy.length].every((length) => (length ?? 0) > 10)).toBe(true)
    }
  })
})

describe('a test', () => {
  it('is begun from the account, seen among the settings, and left step by step', () => {
    const main = askedPhone()
    const desk = new Desk()
    desk.openTest(main.phone, 'work')
    expect([desk.tab, desk.settingsPage, desk.testing]).toEqual(['settings', 'accounts', 'work'])
    expect(main.asked).toEqual([{ type: 'testAccount', accountId: 'work' }])
    expect([desk.stepBack(), desk.testing, desk.settingsPage]).toEqual([true, null, 'accounts'])
  })

  it('is put away with everything else when the settings are gone to again', () => {
    const desk = new Desk()
    desk.openTest(askedPhone().phone, 'work')
    desk.goTo('settings')
    expect([desk.testing, desk.settingsPage]).toEqual([null, null])
  })
})
