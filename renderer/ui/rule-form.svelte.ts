/*
 * A rule of the user's own list being typed: what it matches, a note, and when it holds. It knows no markup.
 */
import type { BlockRuleDraft } from '../../common/directory'
import type { WeeklyTime } from '../../common/weekly-times'
import { ruleValue } from './directory-words'
import { usualTime } from './weekly'

export class RuleForm {
  match = $state<BlockRuleDraft['match']>('exact')
  value = $state('')
  note = $state('')
  scheduled = $state(false)
  time = $state<WeeklyTime>(usualTime)
  wrong = $state(false)

  get needsValue(): boolean {
    return this.match !== 'anonymous' && this.match !== 'unknown'
  }

  /** null, and `wrong`: the value is none of its kind. */
  draft(): BlockRuleDraft | null {
    const value = ruleValue(this.match, this.value)
    this.wrong = value === null
    if (value === null) return null
    const { days, from, to } = this.time
    return {
      match: this.match,
      value,
      note: this.note.trim() || null,
      schedule: this.scheduled ? { days: [...days], from, to } : null,
    }
  }
}
