/* Lists that are longer than what is fetched: contacts by pages, past calls to their end, and the rows that are drawn. */
import { expect, it } from 'vitest'
import type { Contact } from '../../../common/contact'
import type { UiCommand } from '../../../common/contract/ui'
import { ContactList } from '../../../renderer/ui/contact-list.svelte'
import { ada } from '../../../renderer/ui/gallery/known'
import { history } from '../../../renderer/ui/gallery/people'
import { PastCalls } from '../../../renderer/ui/past-calls.svelte'
import { windowRows } from '../../../renderer/ui/window-rows'
import { askedPhone } from './asked-phone'

const page = (from: number, size = 100): Contact[] =>
  Array.from({ length: size }, (_, index) => ({ ...ada, id: `c${from + index}` }))
type List = Extract<UiCommand, { type: 'listContacts' }>

it('of 50,000 contacts only those are fetched that are looked at', async () => {
  const main = askedPhone()
  const list = new ContactList(main.phone)
  list.find('')
  await main.answer(0, { type: 'contacts', contacts: page(0), total: 50_000 })
  expect([list.total, list.at(3)?.id, list.at(40_000)]).toEqual([50_000, 'c3', null])
  list.show(39_990, 40_010)
  expect(main.asked.slice(1).map((one) => (one as List).offset)).toEqual([39_900, 40_000])
  await main.answer(2, { type: 'contacts', contacts: page(40_000), total: 50_000 })
  expect(list.at(40_000)?.id).toBe('c40000')
  list.show(39_990, 40_010)
  expect(main.asked).toHaveLength(3)
})

it('a narrower list shows the old one until the new one is there, and forgets late answers', async () => {
  const main = askedPhone()
  const list = new ContactList(main.phone)
  list.find('')
  await main.answer(0, { type: 'contacts', contacts: page(0), total: 200 })
  list.find('ad')
  list.find('ada')
  expect(list.total).toBe(200)
  await main.answer(1, { type: 'contacts', contacts: page(50, 3), total: 3 })
  expect(list.total).toBe(200)
  await main.answer(2, { type: 'contacts', contacts: page(90, 1), total: 1 })
  expect([list.total, list.at(0)?.id, list.at(1)]).toEqual([1, 'c90', null])
})

it('contacts that cannot be read are none', async () => {
  const main = askedPhone()
  const list = new ContactList(main.phone)
  list.find('')
  await main.answer(0, null)
  expect(list.total).toBe(0)
})

it('draws the rows in view and a few around them', () => {
  expect(windowRows({ top: 0, height: 560 }, 56, 50_000)).toEqual({ first: 0, last: 16 })
  expect(windowRows({ top: 56_000, height: 560 }, 56, 50_000)).toEqual({ first: 994, last: 1016 })
  expect(windowRows({ top: 0, height: 560 }, 56, 0)).toEqual({ first: 0, last: -1 })
  expect(windowRows({ top: 5_000, height: 560 }, 56, 3)).toEqual({ first: 2, last: 2 })
})

it('past calls are read on to their end, each of them once', async () => {
  const main = askedPhone()
  const calls = new PastCalls(main.phone)
  const [first, second, third] = history
  if (!first || !second || !third) throw new Error('no history')
  calls.find('all', '')
  await main.answer(0, { type: 'calls', calls: [first, second], more: true })
  calls.next()
  calls.next()
  expect(main.asked).toHaveLength(2)
  expect(main.asked[1]).toMatchObject({ before: second.startedAt })
  await main.answer(1, { type: 'calls', calls: [second, third], more: false })
  expect(calls.entries.map(({ id }) => id)).toEqual([first.id, second.id, third.id])
  calls.next()
  expect(main.asked).toHaveLength(2)
})

it('another filter begins anew, and answers to the old one are forgotten', async () => {
  const main = askedPhone()
  const calls = new PastCalls(main.phone)
  calls.find('all', '')
  calls.find('blocked', 'x')
  expect(main.asked[1]).toMatchObject({ filter: 'blocked', text: 'x', before: null })
  await main.answer(1, { type: 'calls', calls: [], more: false })
  await main.answer(0, { type: 'calls', calls: history, more: true })
  expect([calls.entries, calls.more, calls.unknown]).toEqual([[], false, false])
})
