/*
 * Lines of the log that may come in crowds: the first of its kind is written as it is, those that follow within a second are counted and told in one, so
 * that whoever floods the phone with calls does not fill its log. It knows nothing of what the lines say.
 */
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'

/** So long others of a kind are only counted, ms. */
const crowdMs = 1_000

/** Kinds are words of the program, never of the network, so that they are few. */
export class CrowdLog {
  /** How many more there were of each kind since its last line. */
  private readonly more = new Map<string, number>()

  constructor(private readonly options: { readonly clock: Clock; readonly log: Log }) {}

  /** `kind`: what is said of several, after their number. */
  info(kind: string, line: string): void {
    const waiting = this.more.get(kind)
    if (waiting !== undefined) return void this.more.set(kind, waiting + 1)
    this.options.log.info(line)
    this.begin(kind)
  }

  private begin(kind: string): void {
    this.more.set(kind, 0)
    this.options.clock.setTimeout(() => {
      const count = this.more.get(kind) ?? 0
      if (count === 0) return void this.more.delete(kind)
      this.options.log.info(`${count} more ${kind}`)
      this.begin(kind)
    }, crowdMs)
  }
}
