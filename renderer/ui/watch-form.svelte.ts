/*
 * A colleague as being typed: whose line is to be watched, under which name, on which account. It outlives its view and asks nobody.
 */
import type { AccountId } from '../../common/account'
import type { Watched } from '../../common/colleague'
import { withColleague, withoutColleague, isSame } from './colleagues'

export class WatchForm {
  accountId = $state<AccountId | null>(null)
  number = $state('')
  name = $state('')
  /** What is wrong with the number was asked for. */
  tried = $state(false)

  /** `before`: who is changed; null: somebody new, of whom some may be known. */
  constructor(
    readonly before: Watched | null,
    known: Partial<Watched> = {},
  ) {
    const { accountId = null, number = '', name = '' } = before ?? known
    this.accountId = accountId
    this.number = number
    this.name = name
  }

  /** null: it can be saved. */
  get complaint(): string | null {
    return this.number.trim() === '' ? 'The extension or number whose line is to be seen.' : null
  }

  /** The list with them in it; null: something is missing. `accountId`: where none was chosen. */
  listed(list: readonly Watched[], accountId: AccountId): Watched[] | null {
    this.tried = true
    if (this.complaint !== null) return null
    const number = this.number.trim()
    const one = { accountId: this.accountId ?? accountId, number, name: this.name.trim() || number }
    if (this.before === null || isSame(this.before, one)) return withColleague(list, one)
    const at = list.findIndex((other) => this.before !== null && isSame(other, this.before))
    const others = withoutColleague(withoutColleague(list, this.before), one)
    return at < 0 ? withColleague(others, one) : others.toSpliced(at, 0, one)
  }
}
