/* Whose number it is, in whatever notation: by the rules of the account the call came on. */
import { expect, it } from 'vitest'
import type { Contact } from '../../../common/contact'
import { usualNumbers } from '../../../common/account'
import { silentLog } from '../../../common/log'
import { Numbers } from '../../../main/numbers/numbers'
import { performContacts, type ContactWishesOptions } from '../../../main/wishes/contacts'
import { account } from '../../support/call-phone'

it('a number is found as it is dialled at home and abroad, and never under another account’s rules', async () => {
  const numbers = new Numbers({
    accounts: () => [
      { ...account('berlin', '100'), numbers: { ...usualNumbers, country: 'DE', areaCode: '30' } },
      { ...account('zurich', '200'), numbers: { ...usualNumbers, country: 'CH' } },
      account('nowhere', '300'),
    ],
    log: silentLog,
  })
  await numbers.load()
  const ada = { id: 'ada', name: 'Ada' } as Contact
  const book = { byNumber: (key: string) => (key === '+4930901820' ? ada : null) }
  const perform = performContacts({
    contacts: () => Promise.resolve(book),
    keyOf: (number: string, accountId: string | null) => numbers.keyOf(number, accountId),
  } as unknown as ContactWishesOptions)
  const find = async (number: string, accountId: string | null) => {
    const { error, answer } = await perform({ type: 'findContact', number, accountId })
    return error?.code ?? (answer?.type === 'contact' ? answer.contact.id : null)
  }
  for (const written of ['+49 30 901820', '030 901820', '901820', '0049 30 901820', 'sip:+4930901820@pbx.example'])
    expect([written, await find(written, 'berlin')]).toEqual([written, 'ada'])
  expect(await find('030 901820', 'zurich')).toBeNull()
  expect(await find('0049 30 901820', 'zurich')).toBe('ada')
  expect(await find('030 901820', 'nowhere')).toBeNull()
  expect(await find('030 901820', null)).toBe('ada')
  expect(await find('', 'berlin')).toBeNull()
})
