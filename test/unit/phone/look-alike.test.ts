/* Names that pretend to be somebody else. */
import { expect, it } from 'vitest'
import { isLookalike } from '../../../main/phone/look-alike'

const key = '+49301234567'

it.each([
  'Your Bank +49 30 901820',
  'Police 110110',
  '+1 (415) 555-2671',
  '0 3 0 9 0 1 8 2 0',
  '٠٣٠٩٠١٨٢٠ Bank',
  '０３０９０１８２０',
  '𝟘𝟛𝟘𝟡𝟘𝟙𝟠𝟚𝟘',
  'support@bank.example',
  'Support <sip:100@bank.example>',
  'tel:+4930901820',
  'sip:bank',
])('%j is one for a caller with another number', (name) => expect(isLookalike(name, key)).toBe(true))

it.each([
  null,
  '',
  'Ada Lovelace',
  'Room 12, floor 3',
  'Studio 54321',
  'Since 1815',
  '+49 30 1234567',
  '030 1234567',
  '0049 30 123 45 67',
  'Ada (030/1234567)',
])('%j is none', (name) => expect(isLookalike(name, key)).toBe(false))

it('a caller without a number shows any number in vain; an address may repeat itself', () => {
  expect(isLookalike('+49 30 1234567', null)).toBe(true)
  expect(isLookalike('Bob bob@Home.example', 'bob@home.example')).toBe(false)
  expect(isLookalike('alice@home.example', 'bob@home.example')).toBe(true)
})

it('reads no more than a name needs', () => {
  const began = performance.now()
  expect(isLookalike('1 '.repeat(100_000), key)).toBe(true)
  expect(isLookalike('a@'.repeat(50_000), key)).toBe(true)
  expect(performance.now() - began).toBeLessThan(100)
})
