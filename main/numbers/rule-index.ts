/*
 * The user's rules about whom not to hear, ordered so that the one about a caller is found at once among many. It keeps no
 * file and decides nothing.
 */
import type { BlockRule } from '../../common/directory'
import { otherWriting } from '../../common/numbers/understand'
import { isWithin } from '../../common/weekly-times'

/** A caller as rules see one. */
export interface RuledCaller {
  /** E.164, an extension or an address; null: it does not say who it is. */
  readonly key: string | null
  /** Host of the account's server: who is known by the user part alone is there. */
  readonly home: string
  /** No contact and no directory knows it. */
  readonly unknown: boolean
}

interface Range {
  readonly first: string
  readonly last: string
  readonly rule: BlockRule
}

/** Nobody's number is longer. */
const digitsAtMost = 16

export class RuleIndex {
  private readonly byMatch = new Map<BlockRule['match'], Map<string, BlockRule>>()
  /** By how long their numbers are. */
  private readonly ranges = new Map<number, Range[]>()

  /** `rules`: of those that say the same the last counts. */
  constructor(rules: readonly BlockRule[]) {
    for (const rule of rules) {
      const values = this.byMatch.get(rule.match) ?? new Map<string, BlockRule>()
      this.byMatch.set(rule.match, values.set(rule.value, rule))
    }
    for (const rule of this.byMatch.get('range')?.values() ?? []) {
      const [first = '', last = ''] = rule.value.split('-')
      const alike = this.ranges.get(first.length) ?? []
      this.ranges.set(first.length, alike)
      alike.push({ first, last, rule })
    }
  }

  /** The narrowest rule about this caller at this moment, wall-clock ms; null: none is. Rules for one come before rules for many. */
  find(caller: RuledCaller, at: number): BlockRule | null {
    for (const rule of this.about(caller)) {
      if (rule && (rule.schedule === null || isWithin(rule.schedule, at))) return rule
    }
    return null
  }

  private *about({ key, home, unknown }: RuledCaller): Generator<BlockRule | undefined> {
    if (key === null) return yield this.rule('anonymous', '')
    const address = key.includes('@') ? key : `${key}@${home}`
    const writings = [key, otherWriting(key)].filter((one) => one !== null)
    for (const one of writings) yield this.rule('exact', one)
    yield this.rule('address', address)
    // A name alone is somebody on the account's own server.
    yield this.rule('address', key)
    for (const one of writings) {
      for (const { first, last, rule } of this.ranges.get(one.length) ?? []) {
        if (one >= first && one <= last) yield rule
      }
    }
    for (let length = digitsAtMost; length > 0; length--) {
      for (const one of writings) if (length <= one.length) yield this.rule('prefix', one.slice(0, length))
    }
    yield this.rule('address', address.slice(address.lastIndexOf('@') + 1))
    if (unknown) yield this.rule('unknown', '')
  }

  private rule(match: BlockRule['match'], value: string): BlockRule | undefined {
    return this.byMatch.get(match)?.get(value)
  }
}
