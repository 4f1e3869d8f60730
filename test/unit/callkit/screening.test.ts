/*
 * Whom the user wants to hear, in the order of the contract: a call back after an emergency call, the user's word about this
 * very caller, contacts, people called lately, the user's rules for many, directories, what is known of the number.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BlockRule } from '../../../common/directory'
import { screening, type ScreeningFacts } from '../../../main/callkit/screening'

const rule = (match: BlockRule['match'], value = ''): BlockRule => ({
  id: `rule ${match}`,
  addedAt: 0,
  match,
  value,
  note: null,
  schedule: null,
})
const stranger: ScreeningFacts = {
  anonymous: false,
  emergency: false,
  isContact: false,
  dialled: false,
  rule: null,
  blockedBy: null,
  unknown: true,
}
const nothing = { blockAnonymous: false, blockUnknown: false }
const all = { blockAnonymous: true, blockUnknown: true }
const judged = (facts: Partial<ScreeningFacts>, wishes = nothing) => {
  const decision = screening({ ...stranger, ...facts }, wishes)
  if (!decision.block) return decision.because
  const { by, list, match, ruleId } = decision.screening
  return [by, list, match, ruleId].filter(Boolean).join(', ')
}

describe('contact beats directory block; user block beats all but emergency call-back', () => {
  const directory = { blockedBy: 'Team' }
  it.each<[string, Partial<ScreeningFacts>, string]>([
    ['nobody in particular', {}, 'nothing'],
    ['a directory blocks it', directory, 'directory, Team, exact'],
    ['a directory blocks it and another names it', { ...directory, unknown: false }, 'directory, Team, exact'],
    ['a contact', { ...directory, isContact: true }, 'contact'],
    ['called lately', { ...directory, dialled: true }, 'dialled'],
    ['on the own list', { ...directory, rule: rule('exact', '+4930') }, 'own-list, exact, rule exact'],
    [
      'on the own list, and a contact',
      { isContact: true, rule: rule('exact', '+4930') },
      'own-list, exact, rule exact',
    ],
    [
      'on the own list, and called lately',
      { dialled: true, rule: rule('exact', '+4930') },
      'own-list, exact, rule exact',
    ],
    [
      'an address on the own list',
      { isContact: true, rule: rule('address', 'a@b.example') },
      'own-list, address, rule address',
    ],
    ['a range, but a contact', { isContact: true, rule: rule('range', '+1-+2') }, 'contact'],
    ['a prefix, but called lately', { dialled: true, rule: rule('prefix', '+49') }, 'dialled'],
    ['a domain, but a contact', { isContact: true, rule: rule('address', 'b.example') }, 'contact'],
    [
      'a directory blocks it, and the user wants it to ring',
      { ...directory, rule: { ...rule('exact', '+4930'), rings: true } },
      'rule',
    ],
    ['a prefix the user wants to ring', { ...directory, rule: { ...rule('prefix', '+49'), rings: true } }, 'rule'],
    ['a prefix', { ...directory, rule: rule('prefix', '+49') }, 'own-list, prefix, rule prefix'],
    ['a domain', { rule: rule('address', 'b.example') }, 'own-list, address, rule address'],
    ['may be the rescue', { ...directory, emergency: true, rule: rule('exact', '+4930') }, 'emergency'],
  ])('%s', (_, facts, expected) => expect(judged(facts)).toBe(expected))
})

describe('callers who do not say who they are, and those nobody knows', () => {
  it.each<[string, Partial<ScreeningFacts>, string]>([
    ['an anonymous caller', { anonymous: true, unknown: false }, 'own-list, anonymous'],
    ['an unknown caller', {}, 'own-list, unknown'],
    ['a caller a directory knows', { unknown: false }, 'nothing'],
    ['a contact', { isContact: true, unknown: false }, 'contact'],
    ['somebody called lately', { dialled: true }, 'dialled'],
    ['the rescue', { emergency: true, anonymous: true }, 'emergency'],
    ['a blocked one', { blockedBy: 'Team' }, 'directory, Team, exact'],
  ])('%s', (_, facts, expected) => expect(judged(facts, all)).toBe(expected))

  it('ring when the user did not say otherwise', () => {
    expect([judged({ anonymous: true }), judged({})]).toEqual(['nothing', 'nothing'])
  })
})

it('whatever is known, after an emergency call everybody gets through, and every block says who did it', () => {
  const match = fc.constantFrom<BlockRule['match']>('exact', 'prefix', 'range', 'address', 'anonymous', 'unknown')
  const facts = fc.record({
    anonymous: fc.boolean(),
    emergency: fc.boolean(),
    isContact: fc.boolean(),
    dialled: fc.boolean(),
    unknown: fc.boolean(),
    rule: fc.option(match.map((one) => rule(one, 'x'))),
    blockedBy: fc.option(fc.constant('Team')),
  })
  const wishes = fc.record({ blockAnonymous: fc.boolean(), blockUnknown: fc.boolean() })
  fc.assert(
    fc.property(facts, wishes, (known, wish) => {
      const decision = screening(known, wish)
      if (known.emergency) expect(decision).toEqual({ block: false, because: 'emergency' })
      if (known.rule?.match === 'exact' && !known.emergency) expect(decision.block).toBe(true)
      if (!decision.block) return
      expect(decision.screening.match).not.toBeNull()
      expect(decision.screening.list === null).toBe(decision.screening.by === 'own-list')
    }),
  )
})
