/* Ended calls found by line: the same as looking through all of them, whatever came and went. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CallCatalogue } from '../../../main/search/call-catalogue'
import { isFound, kindOfFilter, lineOf, needlesOf } from '../../../main/search/call-lines'
import type { CallLine, CallSearch } from '../../../main/search/search-messages'
import { missedEntry } from '../../fakes/phone-state'

const search = (text: string, change: Partial<CallSearch> = {}): CallSearch => ({
  ...needlesOf(text),
  kind: 0,
  before: Number.MAX_SAFE_INTEGER,
  limit: 50,
  ...change,
})
const call = (id: string, startedAt: number, name: string, value: string, blocked = false): CallLine =>
  lineOf(
    missedEntry({
      id,
      startedAt,
      name,
      handle: { type: 'phoneNumber', value },
      screening: blocked ? { by: 'own-list', list: null, match: 'exact', ruleId: null } : null,
    }),
  )
const ids = (catalogue: CallCatalogue, given: CallSearch): string[] => catalogue.find(given).calls.map(({ id }) => id)

describe('calls of years', () => {
  it('are found by parts of names without accents, by numbers as dialled, and by kind', () => {
    const catalogue = new CallCatalogue()
    catalogue.replace([
      call('a', 1, 'Jürgen Müller', '+4930123'),
      call('b', 2, 'Ada', '+4989555', true),
      call('c', 3, 'Adam Müller', '+43199'),
    ])
    expect(ids(catalogue, search('muller'))).toEqual(['c', 'a'])
    expect(ids(catalogue, search('muller jur'))).toEqual(['a'])
    expect(ids(catalogue, search('030 12'))).toEqual(['a'])
    expect(ids(catalogue, search('+49'))).toEqual(['b', 'a'])
    expect(ids(catalogue, search('', { kind: kindOfFilter('blocked') }))).toEqual(['b'])
    expect(ids(catalogue, search('', { before: 3 }))).toEqual(['b', 'a'])
  })

  it('that began in the same millisecond are never on two pages', () => {
    const catalogue = new CallCatalogue()
    catalogue.replace([1, 2, 2, 2, 3].map((at, n) => call(`${n}`, at, 'x', '1')))
    expect(catalogue.find(search('x', { limit: 2 }))).toMatchObject({ calls: { length: 4 }, more: true })
    expect(catalogue.find(search('x', { limit: 9 }))).toMatchObject({ calls: { length: 5 }, more: false })
  })

  it('are the same as by looking at each, whatever came and went', () => {
    const name = fc.stringMatching(/^[abc]{0,3}( [abc]{1,2})?$/)
    const line = fc
      .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 9 }), name, fc.stringMatching(/^[0-3]{1,4}$/))
      .map(([id, at, text, digits]) => call(String(id), at, text, digits))
    const step = fc.oneof(
      fc.array(line, { maxLength: 4 }).map((put) => ({ put })),
      fc.array(fc.integer({ min: 0, max: 12 }).map(String), { maxLength: 4 }).map((remove) => ({ remove })),
    )
    const asked = fc.tuple(fc.constantFrom('', 'a', 'b c', 'ca', '1', '02'), fc.integer({ min: 0, max: 10 }))
    fc.assert(
      fc.property(
        fc.uniqueArray(line, { selector: ({ id }) => id }),
        fc.array(step),
        asked,
        (first, steps, [text, before]) => {
          const catalogue = new CallCatalogue()
          catalogue.replace(first)
          const all = new Map(first.map((one) => [one.id, one]))
          for (const change of steps)
            if ('put' in change) {
              catalogue.put(change.put)
              for (const one of change.put) all.set(one.id, one)
            } else {
              catalogue.remove(change.remove)
              for (const id of change.remove) all.delete(id)
            }
          const given = search(text, { before })
          const expected = [...all.values()].filter((one) => one.startedAt < before && isFound(one, given))
          const { calls, more } = catalogue.find(given)
          expect(more).toBe(false)
          expect(calls.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort())
          expect(calls.map(({ startedAt }) => startedAt)).toEqual(
            calls.map(({ startedAt }) => startedAt).sort((a, b) => b - a),
          )
        },
      ),
    )
  })
})
