/* By which digits somebody is looked for. */
import { expect, it } from 'vitest'
import { usualNumbers } from '../../../common/account'
import { loadPhoneLibrary } from '../../../common/numbers/phone-library'
import { keyOf, understand } from '../../../common/numbers/understand'
import { typedDigits } from '../../../main/search/fold'

it('a whole number is looked for by what it means, a part of one by its digits', async () => {
  const library = await loadPhoneLibrary()
  const digits = (text: string, country: string) =>
    typedDigits(text, (number) => keyOf(understand(number, { ...usualNumbers, country }, { library })))
  expect([
    digits('+49 (0)30 – 901820', 'DE'),
    digits('8 (916) 123-45-67', 'RU'),
    digits('011 44 20 7946 0018', 'US'),
    digits('tel:+49-30-901820', 'DE'),
    digits('1-800-FLOWERS', 'US'),
    digits('030 901820', 'DE'),
    digits('0049 30', 'DE'),
    digits('٠٣٠ ٩٠', 'DE'),
    digits('4711', 'DE'),
    digits('0', 'DE'),
    digits('Ada', 'DE'),
    digits('0x', 'DE'),
  ]).toEqual([
    '4930901820',
    '79161234567',
    '442079460018',
    '4930901820',
    '18003569377',
    '30901820',
    '4930',
    '3090',
    '4711',
    '0',
    '',
    '',
  ])
})
