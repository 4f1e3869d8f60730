/*
 * The user's own list of whom not to hear, kept in a file of its own in the profile. A rule that cannot be read is left out
 * and the others hold. It decides nothing about calls.
 */
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { Clock } from '../../common/clock'
import { blockRuleSchema, type BlockRule, type BlockRuleDraft } from '../../common/directory'
import { done, refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import { CheckedLines } from '../settings/checked-lines'
import { checkedRule } from './block-rules'
import { RuleIndex, type RuledCaller } from './rule-index'

export interface BlockListOptions {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  /** What a number is compared by: E.164, an extension, an address; null: it is none. */
  readonly keyOf: (text: string) => string | null
  /** After every change. */
  readonly onChange: (rules: readonly BlockRule[]) => void
}

/** Every call is held against all of them. */
const rulesAtMost = 10_000

const stored = v.object({ ...blockRuleSchema.entries, id: v.string(), addedAt: v.number() })

export class BlockList {
  private readonly lines: CheckedLines
  private rules: readonly BlockRule[]
  private index: RuleIndex

  constructor(private readonly options: BlockListOptions) {
    const { path, log } = options
    this.lines = new CheckedLines({ path, name: 'block list', log })
    const { texts, damaged } = this.lines.read()
    const read = texts.map(parsed)
    this.rules = read.filter((rule) => rule !== null)
    this.index = new RuleIndex(this.rules)
    const lost = damaged + read.length - this.rules.length
    if (lost > 0) log.warn(`block list: ${lost} rules could not be read`)
  }

  /** In the order they were made. */
  get list(): readonly BlockRule[] {
    return this.rules
  }

  /** The narrowest rule about this caller now; null: none is. */
  match(caller: RuledCaller): BlockRule | null {
    return this.index.find(caller, this.options.clock.date())
  }

  /** One that says the same as another takes its place. `invalid-argument` with the reason; `storage-failed`. */
  add(draft: BlockRuleDraft): Result<BlockRule> {
    const { clock, keyOf } = this.options
    const checked = checkedRule(draft, keyOf)
    if (!checked.ok) return checked
    const rule: BlockRule = { ...checked.value, id: randomUUID(), addedAt: clock.date() }
    const others = this.rules.filter(({ match, value }) => match !== rule.match || value !== rule.value)
    if (others.length >= rulesAtMost) return refused('invalid-argument', `rules: ${rulesAtMost} at most`)
    const written = this.keep([...others, rule])
    return written.ok ? { ok: true, value: rule } : written
  }

  /** A rule that is not there is as good as removed. */
  remove(ruleId: string): Result {
    const others = this.rules.filter(({ id }) => id !== ruleId)
    return others.length === this.rules.length ? done : this.keep(others)
  }

  /** For whoever erases everything. */
  clear(): Result {
    return this.keep([])
  }

  private keep(rules: readonly BlockRule[]): Result {
    const written = this.lines.replace(rules.map((rule) => JSON.stringify(rule)))
    if (!written.ok) return written
    this.rules = rules
    this.index = new RuleIndex(rules)
    this.options.onChange(rules)
    return done
  }
}

function parsed(text: string): BlockRule | null {
  try {
    const read = v.safeParse(stored, JSON.parse(text))
    return read.success ? read.output : null
  } catch {
    return null
  }
}
