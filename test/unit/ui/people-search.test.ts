/* The search over everybody: when it asks, which answers count, what Enter means. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../../../common/contact'
import type { UiCommand } from '../../../common/contract/ui'
import { sources } from '../../../renderer/ui/gallery/known'
import { snapshot } from '../../../renderer/ui/gallery/people'
import { isNumber, PeopleSearch, targetOf } from '../../../renderer/ui/people-search.svelte'
import { ManualClock } from '../../fakes/manual-clock'
import { askedPhone, type AskedPhone } from './asked-phone'

const person = (name: string, number: string): Person => ({
  from: 'contact',
  contactId: name,
  name,
  number,
  label: null,
  favourite: false,
  source: null,
  avatar: null,
})
const ada = person('Ada', '101')
const adam = person('Adam', '102')

let clock: ManualClock
let main: AskedPhone
let search: PeopleSearch
beforeEach(() => {
  clock = new ManualClock()
  main = askedPhone()
  search = new PeopleSearch(main.phone, clock)
})
const texts = (): string[] => main.asked.map((one) => (one as Extract<UiCommand, { type: 'search' }>).text)

describe('while somebody types', () => {
  it('the first letter is asked for at once, the following ones together after a moment', () => {
    search.type('a')
    search.type('ad')
    search.type('ada')
    expect(texts()).toEqual(['a'])
    clock.advance(50)
    expect(texts()).toEqual(['a', 'ada'])
    clock.advance(500)
    expect(texts()).toEqual(['a', 'ada'])
  })

  it('an answer that was overtaken is dropped', async () => {
    search.type('a')
    search.type('ad')
    clock.advance(50)
    await main.answer(1, { type: 'people', people: [ada] })
    await main.answer(0, { type: 'people', people: [adam, ada] })
    expect(search.people).toEqual([ada])
  })

  it('what was found stays until there is something better, and goes with the text', async () => {
    search.type('a')
    await main.answer(0, { type: 'people', people: [ada] })
    search.type('ab')
    expect(search.people).toEqual([ada])
    clock.advance(50)
    await main.answer(1, null)
    expect(search.people).toEqual([ada])
    search.type(' ')
    expect(search.people).toEqual([])
  })

  it('an answer to a text that was erased meanwhile shows nobody', async () => {
    search.type('a')
    search.type('')
    await main.answer(0, { type: 'people', people: [ada] })
    expect(search.people).toEqual([])
  })

  it('Enter waits for the people of the newest text', async () => {
    search.type('a')
    search.type('ad')
    const settled = search.settled()
    expect(texts()).toEqual(['a', 'ad'])
    await main.answer(1, { type: 'people', people: [ada] })
    await settled
    expect(search.people).toEqual([ada])
  })
})

describe('directories of servers', () => {
  it('are asked once the typing rests, and do not move the row that was chosen', async () => {
    main.phone.state = snapshot({ directory: { sources, blocked: [] } })
    search.type('a')
    await main.answer(0, { type: 'people', people: [ada] })
    search.type('ad')
    clock.advance(50)
    await main.answer(1, { type: 'people', people: [ada] })
    search.move(1)
    clock.advance(250)
    expect(main.asked.slice(2)).toEqual([{ type: 'search', text: 'ad', limit: 30, servers: true }])
    await main.answer(2, { type: 'people', people: [adam, ada] })
    expect([search.people, search.selected]).toEqual([[adam, ada], 1])
  })

  it('are left alone where there are none', async () => {
    main.phone.state = snapshot()
    search.type('a')
    await main.answer(0, { type: 'people', people: [ada] })
    clock.advance(1000)
    expect(texts()).toEqual(['a'])
  })
})

describe('arrow keys', () => {
  it('go down to the last row, and up again to the text', async () => {
    search.type('a')
    await main.answer(0, { type: 'people', people: [ada, adam] })
    expect([search.move(1), search.selected]).toEqual([true, 0])
    expect([search.move(1), search.selected]).toEqual([true, 1])
    expect([search.move(1), search.selected]).toEqual([false, 1])
    search.move(-1)
    search.move(-1)
    expect(search.selected).toBeNull()
  })

  it('lose their row when other people come, so that Enter calls nobody by surprise', async () => {
    search.type('a')
    await main.answer(0, { type: 'people', people: [ada, adam] })
    search.move(1)
    search.type('ad')
    clock.advance(50)
    await main.answer(1, { type: 'people', people: [adam] })
    expect(search.selected).toBeNull()
  })
})

describe('Enter', () => {
  it.each(['600', '+49 30 1234', '030/1234-5', '*97', 'anna@pbx.example', 'sip:anna@pbx.example', 'tel:+4930'])(
    'dials %s as it is, whoever was found',
    (typed) => {
      expect(isNumber(typed)).toBe(true)
      expect(targetOf(typed, [ada], null)).toBe(typed)
    },
  )
  it('calls who was found first for a name, or whoever was chosen', () => {
    expect(targetOf('ad', [ada, adam], null)).toBe('101')
    expect(targetOf('ad', [ada, adam], 1)).toBe('102')
    expect(targetOf('600', [ada, adam], 1)).toBe('102')
  })
  it('dials a name that nobody has, for servers that know it', () => {
    expect(targetOf(' reception ', [], null)).toBe('reception')
  })
})
