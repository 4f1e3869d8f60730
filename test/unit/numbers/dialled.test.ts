/* What goes into the request for a number that is dialled, and who is called in an emergency. */
import { beforeAll, expect, it } from 'vitest'
import { usualNumbers, type NumberPlan } from '../../../common/account'
import { dialled } from '../../../common/numbers/dialled'
import { isEmergency } from '../../../common/numbers/emergency'
import { loadPhoneLibrary, type PhoneLibrary } from '../../../common/numbers/phone-library'

let library: PhoneLibrary
beforeAll(async () => void (library = await loadPhoneLibrary()))

const user = (digits: string, change: Partial<NumberPlan>) =>
  dialled(digits, { ...usualNumbers, ...change }, { library }).user

const berlin = { country: 'DE', areaCode: '30', extensionLength: 3 } as const
const behind0 = { ...berlin, outsidePrefix: '0' } as const
const office9 = { country: 'US', areaCode: '415', extensionLength: 4, outsidePrefix: '9' } as const

it.each([
  ['0301234', 'e164', berlin, '+49301234'],
  ['0301234', 'international', berlin, '0049301234'],
  ['+49301234', 'national', berlin, '0301234'],
  ['+390669821234', 'national', berlin, '00390669821234'],
  ['0049301234', 'as-typed', berlin, '0049301234'],
  ['1234', 'as-typed', berlin, '1234'],
  ['1234', 'e164', berlin, '+49301234'],
  ['204', 'e164', berlin, '204'],
  ['110', 'e164', berlin, '110'],
  ['*98', 'international', berlin, '*98'],
  ['0301234', 'national', behind0, '00301234'],
  ['00301234', 'national', behind0, '00301234'],
  ['+442079460018', 'national', behind0, '000442079460018'],
  ['+49301234', 'e164', behind0, '+49301234'],
  ['0301234', 'as-typed', behind0, '00301234'],
  ['00301234', 'as-typed', behind0, '00301234'],
  ['+49301234', 'as-typed', behind0, '+49301234'],
  ['112', 'national', behind0, '112'],
  ['0112', 'national', behind0, '0112'],
  ['5552671', 'national', office9, '94155552671'],
  ['14155552671', 'international', office9, '901114155552671'],
  ['914155552671', 'e164', office9, '+14155552671'],
  ['+4930901820', 'international', office9, '90114930901820'],
  ['+4930901820', 'international', { country: 'BR' }, '+4930901820'],
  ['+74951234567', 'national', { country: 'RU' }, '84951234567'],
  ['+541143451234', 'national', { country: 'AR' }, '01143451234'],
  ['+8613812345678', 'international', { country: 'HK' }, '+8613812345678'],
  ['+4930901820', 'international', { country: 'HK' }, '004930901820'],
  ['+819012345678', 'national', { country: 'JP', outsidePrefix: '0' }, '009012345678'],
  ['009012345678', 'as-typed', { country: 'JP', outsidePrefix: '0' }, '009012345678'],
  ['0301234', 'e164', {}, '0301234'],
  ['reception', 'e164', berlin, 'reception'],
] as const)('%s, sent as %s on a line with %j, is %s', (digits, send, plan, expected) =>
  expect(user(digits, { ...plan, send })).toBe(expected),
)

it('a rule comes before all else, and what it leaves is sent like anything else', () => {
  const rules = [{ match: '^8(\\d+)$', replace: '+4930$1' }]
  expect(user('81234', { ...berlin, rules, send: 'national' })).toBe('0301234')
  expect(user('112', { ...berlin, rules: [{ match: '^', replace: '9' }] })).toBe('112')
  expect(dialled('81234', { ...usualNumbers, ...berlin, rules, send: 'e164' }, { library })).toEqual({
    user: '+49301234',
    value: '+49301234',
    why: 'rule 1 makes it +49301234; an international number; sent with +',
  })
})

it('emergency numbers are known where they are dialled, and the usual ones where nobody says where that is', () => {
  const known = (country: string | null, ...numbers: string[]) => numbers.filter((one) => isEmergency(one, country))
  expect(known('DE', '110', '112', '911', '999', '1101')).toEqual(['110', '112', '911'])
  expect(known('GB', '110', '112', '999')).toEqual(['112', '999'])
  expect(known('US', '911', '110')).toEqual(['911', '110'])
  expect(known(null, '110', '112', '117', '+112')).toEqual(['110', '112'])
})
