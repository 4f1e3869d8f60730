/* The rules of all accounts, and trying rules out while they are written. */
import { beforeEach, expect, it } from 'vitest'
import { usualNumbers, type Account, type NumberPlan } from '../../../common/account'
import { silentLog } from '../../../common/log'
import { Numbers } from '../../../main/numbers/numbers'
import { performNumbers } from '../../../main/wishes/numbers'
import { account } from '../../support/call-phone'

const plan = (change: Partial<NumberPlan>): NumberPlan => ({ ...usualNumbers, ...change })
const accounts: Account[] = [
  { ...account('old', '300'), enabled: false, numbers: plan({ country: 'FR' }) },
  account('plain', '200'),
  { ...account('work', '100'), numbers: plan({ country: 'DE', areaCode: '30', send: 'national' }) },
]

let numbers: Numbers
beforeEach(async () => {
  numbers = new Numbers({ accounts: () => accounts, log: silentLog })
  await numbers.load()
})

it('a number that belongs to no account is read by the first that says where it is', () => {
  expect(numbers.keyOf('030 901820')).toBe('+4930901820')
  expect(numbers.keyOf('030 901820', 'plain')).toBe('030901820')
  expect(numbers.keyOf('01 42 68 53 00', 'old')).toBe('+33142685300')
  expect(numbers.keyOf('sip:204@pbx.example')).toBe('204')
})

it('what is dialled goes out by the rules of its own account', () => {
  const uri = (typed: string, from: string) => {
    const result = numbers.dialTarget(typed, from)
    return result.ok ? [result.value.uri, result.value.handle.value] : result.code
  }
  expect(uri('+49 30 901820', 'sip:100@pbx.example')).toEqual(['sip:030901820@pbx.example', '+4930901820'])
  expect(uri('+49 30 901820', 'sip:200@pbx.example')).toEqual(['sip:+4930901820@pbx.example', '+4930901820'])
  expect(uri('tel:1234;phone-context=+4930;maddr=evil.example', 'sip:100@pbx.example')).toEqual([
    'sip:0301234@pbx.example',
    '+49301234',
  ])
  expect(uri('sip:+4930901820@pbx.example;maddr=evil.example', 'sip:100@pbx.example')).toEqual([
    'sip:+4930901820@pbx.example',
    '+4930901820',
  ])
})

it.each([
  ['030 901820', {}, { e164: '+4930901820', shown: '030 901820', dialled: '0030901820' }],
  ['204', {}, { e164: null, shown: '204', dialled: '204' }],
  ['sip:ada@math.example', {}, { e164: null, shown: 'ada@math.example', dialled: 'ada@math.example' }],
  ['7123', { rules: [{ match: '^7(\\d+)$', replace: '+4930$1' }] }, { e164: '+4930123', dialled: '0030123' }],
  ['', {}, { e164: null, shown: '', dialled: '' }],
])('%j is tried out with the rules as they are being written', async (text, change, expected) => {
  const rules = plan({ country: 'DE', extensionLength: 3, outsidePrefix: '0', send: 'national', ...change })
  const perform = performNumbers({ numbers, blockList: { add: () => never(), remove: () => never() } })
  const { answer, error } = await perform({ type: 'testNumber', plan: rules, text })
  expect(error).toBeNull()
  expect(answer).toMatchObject({ type: 'number', ...expected })
  expect(answer?.type === 'number' && answer.why).toMatch(/\w/)
})

const never = (): never => {
  throw new Error('nobody asked for it')
}
