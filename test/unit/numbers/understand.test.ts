/* What numbers mean, in thirty countries and in every way people and servers write them. */
import { beforeAll, describe, expect, it } from 'vitest'
import { getCountries, getExampleNumber } from 'libphonenumber-js'
import examples from 'libphonenumber-js/examples.mobile.json'
import { usualNumbers, type NumberPlan } from '../../../common/account'
import { dialled } from '../../../common/numbers/dialled'
import { loadPhoneLibrary, type PhoneLibrary } from '../../../common/numbers/phone-library'
import { keyOf, understand } from '../../../common/numbers/understand'

let library: PhoneLibrary
beforeAll(async () => void (library = await loadPhoneLibrary()))

const plan = (change: Partial<NumberPlan> = {}): NumberPlan => ({ ...usualNumbers, ...change })
const known = (text: string, by: Partial<NumberPlan> = {}, heard = false) =>
  keyOf(understand(text, plan(by), { library, homes: ['pbx.example'], heard }))

describe('one number of thirty countries, as it is written there, from abroad and for machines', () => {
  it.each([
    ['DE', '030 901820', '0049 30 901820', '+4930901820'],
    ['AT', '01 58058 21', '0043 1 58058 21', '+4315805821'],
    ['CH', '044 668 18 00', '0041 44 668 18 00', '+41446681800'],
    ['FR', '01 42 68 53 00', '0033 1 42 68 53 00', '+33142685300'],
    ['GB', '020 7946 0018', '0044 20 7946 0018', '+442079460018'],
    ['IE', '01 679 9363', '00353 1 679 9363', '+35316799363'],
    ['IT', '06 6982 1234', '0039 06 6982 1234', '+390669821234'],
    ['ES', '912 345 678', '0034 912 345 678', '+34912345678'],
    ['PT', '21 782 7100', '00351 21 782 7100', '+351217827100'],
    ['NL', '020 624 1111', '0031 20 624 1111', '+31206241111'],
    ['BE', '02 552 22 11', '0032 2 552 22 11', '+3225522211'],
    ['LU', '27 12 34 56', '00352 27 12 34 56', '+35227123456'],
    ['DK', '32 12 34 56', '0045 32 12 34 56', '+4532123456'],
    ['NO', '22 86 44 00', '0047 22 86 44 00', '+4722864400'],
    ['SE', '08-508 285 08', '0046 8 508 285 08', '+46850828508'],
    ['FI', '09 1691', '00358 9 1691', '+35891691'],
    ['PL', '22 234 56 78', '0048 22 234 56 78', '+48222345678'],
    ['CZ', '224 951 111', '00420 224 951 111', '+420224951111'],
    ['HU', '06 1 345 6789', '00 36 1 345 6789', '+3613456789'],
    ['GR', '21 0345 6789', '0030 21 0345 6789', '+302103456789'],
    ['RU', '8 (495) 123-45-67', '810 7 495 123 45 67', '+74951234567'],
    ['TR', '0212 345 67 89', '0090 212 345 67 89', '+902123456789'],
    ['IL', '02-640-8888', '00 972 2 640 8888', '+97226408888'],
    ['ZA', '021 123 4567', '0027 21 123 4567', '+27211234567'],
    ['US', '(415) 555-2671', '011 1 415 555 2671', '+14155552671'],
    ['CA', '1 416 555 0123', '011 1 416 555 0123', '+14165550123'],
    ['MX', '55 1234 5678', '00 52 55 1234 5678', '+525512345678'],
    ['BR', '(11) 3003-4567', '00 15 55 11 3003 4567', '+551130034567'],
    ['AR', '011 4345-1234', '00 54 11 4345 1234', '+541143451234'],
    ['JP', '03-1234-5678', '010 81 3 1234 5678', '+81312345678'],
    ['CN', '010 6552 9988', '00 86 10 6552 9988', '+861065529988'],
    ['IN', '011 2301 1234', '00 91 11 2301 1234', '+911123011234'],
    ['KR', '02-312-3456', '001 82 2 312 3456', '+8223123456'],
    ['AU', '(02) 9876 5432', '0011 61 2 9876 5432', '+61298765432'],
    ['NZ', '04 499 4444', '00 64 4 499 4444', '+6444994444'],
    ['SG', '6123 4567', '001 65 6123 4567', '+6561234567'],
  ])('%s: %s, %s', (country, atHome, abroad, e164) => {
    expect(known(atHome, { country })).toBe(e164)
    expect(known(abroad, { country })).toBe(e164)
    expect(known(e164, { country })).toBe(e164)
    expect(known(e164, { country: country === 'DE' ? 'FR' : 'DE' })).toBe(e164)
    expect(known(`tel:${e164}`)).toBe(e164)
    // Local to a country (RFC 3966): whoever reads it need not be there.
    const code = `+${library.facts(country)?.callingCode ?? ''}`
    expect(known(`tel:${e164.slice(code.length)};phone-context=${code}`)).toBe(e164)
    expect(known(`sip:${e164}@anywhere.example;user=phone`)).toBe(e164)
  })
})

describe('one person, however the number is written', () => {
  const berlin = { country: 'DE', areaCode: '30' } as const
  it.each([
    '+49 30 1234',
    '030 1234',
    '0049301234',
    '+49 (0)30 1234',
    '(030) 12-34',
    '1234',
    'tel:1234;phone-context=+4930',
    'tel:030-1234;phone-context=+49',
    'tel:+49-30-1234;ext=7',
    'TEL:+49%2030%201234',
    'sip:+49301234@pbx.example;user=phone',
    'sip:0301234@other.example;transport=tcp;user=phone',
    'sip:1234;phone-context=+4930@gateway.example;user=phone',
    'sip:+49301234;npdi;verstat=TN-Validation-Passed@carrier.example',
    '030 1234@pbx.example',
    '\u202a+49\u00a030\u202f1234\u202c',
    '\uff0b\uff14\uff19 30 1234',
    '٠٣٠ ١٢٣٤',
  ])('%j', (text) => expect(known(text, berlin)).toBe('+49301234'))
})

describe('what is written in a country that others do not know', () => {
  it.each([
    ['AR', '011 15-2345-6789', '+541123456789'],
    ['AR', '+54 9 11 2345-6789', '+541123456789'],
    ['AR', '+54 11 2345-6789', '+541123456789'],
    ['BR', '+55 11 8765-4321', '+5511987654321'],
    ['BR', '011 98765-4321', '+5511987654321'],
    ['UY', '2645 0433', '+59826450433'],
    ['PE', '912 345 678', '+51912345678'],
    ['GE', '555 12 34 56', '+995555123456'],
    ['MC', '93 15 36 00', '+37793153600'],
    ['LI', '237 74 00', '+4232377400'],
    ['HK', '0086 10 6552 9988', '+861065529988'],
    ['FR', '+ 33 1 42 68 53 00', '+33142685300'],
    ['FR', '+(33) 1 42 68 53 00', '+33142685300'],
    ['US', '(415) 555-2671 ext. 12', '+14155552671'],
    ['US', '415-555-2671 x12', '+14155552671'],
    ['US', 'tel:+1-415-555-2671,,12#', '+14155552671'],
    ['RU', '8 (495) 123-45-67 доб. 12', '+74951234567'],
    ['MX', '+52 1 55 1234 5678', '+525512345678'],
    ['MX', '00 52 1 55 1234 5678', '+525512345678'],
    ['MX', '044 55 1234 5678', '+525512345678'],
    ['MX', '01 55 1234 5678', '+525512345678'],
    ['IT', '+39 (0)6 6982 1234', '+390669821234'],
    ['GB', '+44 (0) 20 7946 0018', '+442079460018'],
    ['DE', '(+49) [30] 901820', '+4930901820'],
    ['RU', '8~10 7 916 123 45 67', '+79161234567'],
    ['US', '1-800-FLOWERS', '+18003569377'],
    ['US', '(800) flowers', '+18003569377'],
    ['FR', '+1 800 GO FEDEX', '+18004633339'],
    ['JP', '０９０－１２３４－５６７８', '+819012345678'],
    ['JP', '０９０ー１２３４ー５６７８', '+819012345678'],
    ['JP', '+81（0）90−1234−5678', '+819012345678'],
    ['TH', '๐๘๑ ๒๓๔ ๕๖๗๘', '+66812345678'],
    ['IN', '९८७६५ ४३२१०', '+919876543210'],
    ['EG', '۰۱۰۰ ۱۲۳ ۴۵۶۷', '+201001234567'],
  ])('%s: %s', (country, text, e164) => expect(known(text, { country })).toBe(e164))

  it('a name with figures in it is a name', () => {
    for (const name of ['room-1x2', '100x2', '1234567e0', 'room-100-west', '550e8400-e29b-41d4', '100-ada'])
      expect(known(name, { country: 'US' })).toBe(name)
  })
})

describe('what is no number of the world stays what it is', () => {
  const office = { country: 'DE', areaCode: '30', extensionLength: 4, outsidePrefix: '0' } as const
  it.each([
    ['204', '204'],
    ['2040', '2040'],
    ['20401', '+493020401'],
    ['*98', '*98'],
    ['*21*204#', '*21*204#'],
    ['110', '110'],
    ['0110', '0110'],
    ['116117', '116117'],
    ['sip:204@PBX.example', '204'],
    ['sip:204@other.example', '204@other.example'],
    ['Ada.Lovelace@Math.Example', 'Ada.Lovelace@math.example'],
    ['reception', 'reception'],
    ['', null],
    ['@', null],
    ['sip:%zz@h.example', null],
    ['+12', '+12'],
    ['1'.repeat(30), '1'.repeat(30)],
  ])('%j is %j', (text, expected) => expect(known(text, office)).toBe(expected))

  it('without a country only numbers with + are of the world', () => {
    expect(known('030 1234')).toBe('0301234')
    expect(known('+49 30 1234')).toBe('+49301234')
  })

  it('without the numbering plans numbers with + are understood all the same', () => {
    const said = (text: string) => keyOf(understand(text, plan({ country: 'DE' }), { library: null }))
    expect([said('+49 30 1234'), said('030 1234'), said('+1')]).toEqual(['+49301234', '0301234', '+1'])
  })
})

describe('the line to the outside', () => {
  const german = { country: 'DE', outsidePrefix: '0' } as const
  const american = { country: 'US', areaCode: '415', outsidePrefix: '9', extensionLength: 4 } as const
  it.each([
    [german, '0 030 1234', '+49301234'],
    [german, '030 1234', '+49301234'],
    [german, '0 0049 30 1234', '+49301234'],
    [american, '9 1 415 555 2671', '+14155552671'],
    [american, '9 415 555 2671', '+14155552671'],
    [american, '555-2671', '+14155552671'],
    [american, '9 555-2671', '+14155552671'],
    [american, '914 555 2671', '+19145552671'],
    [american, '9911', '9911'],
    // What is one number behind a prefix, and could by its length be another without.
    [{ country: 'DE', outsidePrefix: '9' }, '9 030 12345678', '+493012345678'],
    [{ country: 'NL', outsidePrefix: '9' }, '9 06 1234 5678', '+31612345678'],
    [{ country: 'AT', outsidePrefix: '9' }, '9 0043 1 5805821', '+4315805821'],
    [{ country: 'JP', outsidePrefix: '0' }, '0 090 1234 5678', '+819012345678'],
    [{ country: 'KR', outsidePrefix: '0' }, '0 010 1234 5678', '+821012345678'],
  ] as const)('%j, dialled %s', (rules, text, expected) => expect(known(text, rules)).toBe(expected))

  it.each([
    [german, '00301234', '+49301234'],
    [german, '0301234', '+49301234'],
    [german, '30901820', '+4930901820'],
    [german, '4711', '4711'],
    [american, '914155552671', '+14155552671'],
    [american, '9145552671', '+19145552671'],
  ])('%j, heard from the network as %s', (rules, text, expected) => expect(known(text, rules, true)).toBe(expected))

  it('a caller that the network gives as country code and number, without +, is known', () => {
    expect(known('4930901820', { country: 'DE' }, true)).toBe('+4930901820')
    expect(known('4915123456789', { country: 'DE' }, true)).toBe('+4915123456789')
    expect(known('4968117087851', { country: 'DE', areaCode: '30' }, true)).toBe('+4968117087851')
  })
})

describe('rules', () => {
  const rules = [
    { match: '(a+)+$b', replace: 'never' },
    { match: '^7(\\d{3})$', replace: '+49301$1' },
    { match: '^7', replace: 'wrong' },
    { match: '(?=x)', replace: '' },
    { match: '^desk$', replace: '204' },
  ]
  it('the first that matches is the only one, and its result is read like anything else', () => {
    expect(known('7 123', { rules, country: 'DE' })).toBe('+49301123')
    expect(known('desk', { rules })).toBe('204')
  })

  it('for everything leave an emergency number alone; one that names it is meant', () => {
    const all = [{ match: '^(\\d+)$', replace: '9$1' }]
    expect(known('112', { rules: all, country: 'DE' })).toBe('112')
    expect(known('110', { rules: all, country: 'DE' })).toBe('110')
    expect(known('119', { rules: all, country: 'DE' })).toBe('9119')
    expect(known('112', { rules: [{ match: '^112$', replace: '0112' }] })).toBe('0112')
  })

  it('say what they did, and which of them cannot be used', () => {
    const { why } = understand('desk', plan({ rules }), { library })
    expect(why).toBe(
      'rule 4 cannot be used: look-around and named groups are not supported; rule 5 makes it 204; too short for anything but an extension or a service',
    )
  })
})

it('a number of each region of the world, dialled at home and said by the network with country code or +, is one person', () => {
  const regions = getCountries().filter((country) => getExampleNumber(country, examples) !== undefined)
  expect(regions.length).toBeGreaterThan(230)
  for (const country of regions) {
    const example = getExampleNumber(country, examples)
    if (example === undefined) continue
    const e164 = example.number
    const key = known(e164)
    const national = example.formatNational()
    expect([country, known(national, { country })]).toEqual([country, key])
    expect([country, known(national.replace(/\D/g, ''), { country }, true)]).toEqual([country, key])
    expect([country, known(e164.slice(1), { country }, true)]).toEqual([country, key])
    const sent = (['national', 'international', 'e164', 'as-typed'] as const).map((send) =>
      dialled(e164, plan({ country, send }), { library }),
    )
    expect([country, sent.map(({ value }) => value)]).toEqual([country, sent.map(() => e164)])
    expect([country, sent.map(({ user }) => known(user, { country }))]).toEqual([country, sent.map(() => key)])
  }
})

it('a number is shown as it is written where the line is, others as they are from there', () => {
  const shown = (text: string) => understand(text, plan({ country: 'DE' }), { library }).shown
  expect(shown('+4930901820')).toBe('030 901820')
  expect(shown('+14155552671')).toBe('+1 415 555 2671')
})
