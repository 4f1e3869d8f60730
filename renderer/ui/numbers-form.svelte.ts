/*
 * How numbers are written and dialled on an account, as it is typed, with a number to try it on. It knows no markup and no rule
 * of numbering: main says what becomes of the number.
 */
import { usualNumbers, type NumberPlan } from '../../common/account'

type Wrong = 'areaCode' | 'outsidePrefix' | 'extensionLength' | 'rules'

export class NumbersForm {
  open = $state(false)
  areaCode = $state('')
  extensionLength = $state('0')
  outsidePrefix = $state('')
  send = $state<NumberPlan['send']>('as-typed')
  rules = $state<{ readonly key: number; match: string; replace: string }[]>([])
  /** A number to try. */
  sample = $state('')
  wrong = $state.raw<readonly Wrong[]>([])
  private lastKey = 0
  /** What the user chose; undefined: nothing yet. */
  private chosen = $state<string | null | undefined>(undefined)

  /** `plan` null: of a new account, which begins with the country that is proposed. `propose`: that country, as far as it can be guessed. */
  constructor(
    given: NumberPlan | null,
    private readonly propose: () => string | null = () => null,
  ) {
    const plan = given ?? usualNumbers
    if (given) this.chosen = given.country
    this.areaCode = plan.areaCode ?? ''
    this.extensionLength = String(plan.extensionLength)
    this.outsidePrefix = plan.outsidePrefix ?? ''
    this.send = plan.send
    for (const { match, replace } of plan.rules) this.addRule(match, replace)
  }

  /** Where the line is; what was proposed as long as nobody chose. */
  get country(): string | null {
    return this.chosen === undefined ? this.propose() : this.chosen
  }

  set country(country: string | null) {
    this.chosen = country
  }

  /** The country that was taken without being asked for; null: none was. */
  get assumed(): string | null {
    return this.chosen === undefined ? this.propose() : null
  }

  /** A country one might choose; null: there is one, or nothing is known. */
  get proposed(): string | null {
    return this.country === null ? this.propose() : null
  }

  /** Each field as it stands. */
  get typed(): readonly unknown[] {
    const { chosen, areaCode, extensionLength, outsidePrefix, send, rules } = this
    return [chosen, areaCode, extensionLength, outsidePrefix, send, rules]
  }

  addRule(match = '', replace = ''): void {
    this.rules.push({ key: ++this.lastKey, match, replace })
  }

  removeRule(key: number): void {
    this.rules = this.rules.filter((rule) => rule.key !== key)
  }

  /** What is meant so far, and what of it cannot be. Reads only, so that a view may follow it. */
  read(): { readonly plan: NumberPlan | null; readonly wrong: readonly Wrong[] } {
    const wrong: Wrong[] = []
    const areaCode = this.areaCode.trim()
    const outsidePrefix = this.outsidePrefix.trim()
    const extensionLength = Number(this.extensionLength)
    const rules = this.rules
      .filter(({ match }) => match.trim() !== '')
      .map(({ match, replace }) => ({ match: match.trim(), replace: replace.trim() }))
    if (!/^\d{0,8}$/.test(areaCode)) wrong.push('areaCode')
    if (!/^[\d*#]{0,8}$/.test(outsidePrefix)) wrong.push('outsidePrefix')
    if (!Number.isInteger(extensionLength) || extensionLength < 0 || extensionLength > 10) wrong.push('extensionLength')
    if (rules.length > 64 || !rules.every(({ match }) => isPattern(match))) wrong.push('rules')
    if (wrong.length > 0) return { plan: null, wrong }
    const plan: NumberPlan = {
      country: this.country,
      areaCode: areaCode || null,
      extensionLength,
      outsidePrefix: outsidePrefix || null,
      send: this.send,
      rules,
    }
    return { plan, wrong }
  }

  /** null, and `wrong`: something cannot be meant. */
  plan(): NumberPlan | null {
    const { plan, wrong } = this.read()
    this.wrong = wrong
    return plan
  }
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}
