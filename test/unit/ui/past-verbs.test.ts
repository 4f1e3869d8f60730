/* What can be done with a past call, and where it leads. */
import { describe, expect, it } from 'vitest'
import { Desk } from '../../../renderer/ui/desk.svelte'
import { known, transferred } from '../../../renderer/ui/gallery/known'
import { account, address, home, snapshot } from '../../../renderer/ui/gallery/people'
import { pastVerbs } from '../../../renderer/ui/past-verbs'
import { canRingAnyway } from '../../../renderer/ui/quiet-words'
import { askedPhone } from './asked-phone'

const state = snapshot({ ...known, accounts: [home, account()] })
const verb = (id: string, desk: Desk, entry = transferred, now = state) =>
  pastVerbs({ phone: askedPhone().phone, desk }, now, entry, () => undefined).find((one) => one.id === id)

describe('a message to whom a past call was with', () => {
  it('goes over the account of the call, to the number as it was', () => {
    const desk = new Desk()
    verb('message', desk)?.onselect()
    expect([desk.tab, desk.conversation]).toEqual(['messages', { accountId: 'work', number: transferred.handle.value }])
  })

  it('goes over another account when that one is gone or off', () => {
    const desk = new Desk()
    verb('message', desk, transferred, { ...state, accounts: [home, account({ enabled: false })] })?.onselect()
    expect(desk.conversation).toEqual({ accountId: null, number: transferred.handle.value })
  })

  it('cannot be written to somebody who did not say who it is, nor without an account', () => {
    expect(verb('message', new Desk(), { ...transferred, handle: address('') })?.disabled).toBe(true)
    expect(verb('message', new Desk(), transferred, { ...state, accounts: [] })?.disabled).toBe(true)
  })
})

it.each([
  [{ on: true, because: 'schedule' }, true],
  [{ on: true, because: 'desktop' }, true],
  [{ on: true, because: 'switch' }, false],
  [{ on: true, because: 'timer' }, false],
  [{ on: false, because: null }, false],
] as const)('quiet as %j can be broken until it ends by itself: %s', (quiet, can) => {
  expect(canRingAnyway(quiet)).toBe(can)
})

describe('somebody who was kept away', () => {
  const spam = { by: 'directory', list: 'Spam', match: 'exact', ruleId: null } as const
  const blocked = { ...transferred, screening: spam, handle: address('spam@example.com') }

  it('by a directory rings anyway from now on, when the user says so', () => {
    const { phone, asked } = askedPhone()
    pastVerbs({ phone, desk: new Desk() }, state, blocked, () => undefined)
      .find(({ id }) => id === 'ring')
      ?.onselect()
    expect(asked).toMatchObject([
      { type: 'addBlockRule', rule: { match: 'address', value: 'spam@example.com', rings: true } },
    ])
  })

  it('and rings anyway can be undone; who was not blocked cannot ring anyway', () => {
    const rule = { match: 'address', value: 'spam@example.com', note: null, schedule: null, rings: true } as const
    const now = { ...state, directory: { ...state.directory, blocked: [{ ...rule, id: 'r', addedAt: 1 }] } }
    expect(verb('unring', new Desk(), blocked, now)?.label).toBe('No longer ring anyway')
    expect(verb('ring', new Desk(), blocked, now)).toBeUndefined()
    expect(verb('unblock', new Desk(), blocked, now)).toBeUndefined()
    expect(verb('ring', new Desk())).toBeUndefined()
  })
})
