/*
 * The first minutes of a person with their own server, at the window and with the keyboard alone: an account that does
 * not work at first and then does, a call, a second caller.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from '../support/page'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Lab } from './support/lab'

let lab: Lab
let phone: Phone
let page: Page

beforeAll(async () => {
  lab = await Lab.open()
  phone = await lab.phone({ shown: true })
  page = await phone.page('ui')
})

afterAll(async () => {
  page?.close()
  await lab?.close()
})

const reads = (words: string): Promise<unknown> =>
  until(async () => (await page.text()).includes(words), { what: `“${words}” in the window`, ms: 15_000 })
/** What stands in the fields that are not folded away. */
const typed = (): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('form .field:not([hidden] *) input')].map((input) => input.value)`)
/** Moves on by `steps` stops of the Tab key. */
const tab = async (steps = 1): Promise<void> => {
  for (let step = 0; step < steps; step++) await page.key('Tab')
}
const ctrlShift = (letter: string): Promise<void> => page.key(letter, `Key${letter}`, 2 + 8)

test('an account is added by keyboard: its certificate is judged, a wrong password said, and nothing typed is lost', async () => {
  const answers = ['100@127.0.0.1', 'not-this-one', lab.asterisk.wssUrl]
  await page.press('Add account')
  await reads('SIP address')
  await page.type('100@127.0.0.1')
  await tab()
  await page.type('not-this-one')
  await tab(2)
  await page.type(lab.asterisk.wssUrl)
  await page.key('Enter')

  await reads('Issued by')
  expect(await page.text()).toContain('Lab authority')
  expect(await typed()).toEqual(answers)
  const trust = `[...document.querySelectorAll('button')].find((one) => one.innerText.startsWith('Trust this certificate'))`
  await page.evaluate(`${trust}.focus()`)
  await page.key(' ', 'Space')

  await reads('did not accept the password')
  // The button that was pressed is gone, and the focus is not.
  expect(await page.evaluate<string>(`document.activeElement.type`)).toBe('submit')
  expect(await typed()).toEqual(answers)
  expect((await phone.status()).accounts).toEqual([])
  await page.evaluate(`document.querySelector('form input[type=password]').select()`)
  await page.type('correct-horse-100')
  await page.key('Enter')

  await phone.registered()
  await until(async () => (await phone.status()).accounts.length === 1, { what: 'the account to be kept' })
  await until(() => page.evaluate<boolean>(`document.activeElement?.placeholder === 'Name or number'`), {
    what: 'the dial field to have the focus',
  })
})

test('a second caller is silenced, then answered, and the first is held', async () => {
  await page.type('600')
  await page.key('Enter')
  await phone.callIn('active')
  void lab.asterisk.originate('Local/ring-100@lab', 'tone')
  await phone.callIn('incoming')
  await reads('Anna Lind')
  await ctrlShift('S')
  await reads('Silenced')
  await ctrlShift('A')
  await until(
    async () => {
      const states = (await phone.calls()).map(({ handle, state }) => `${handle.value} ${state}`)
      return states.includes('600 held') && states.includes('101 active')
    },
    { what: 'the second call to be up and the first on hold' },
  )
  await reads('On hold')
  await ctrlShift('E')
  await until(async () => (await phone.calls()).length === 1, { what: 'one call to be left' })
})
