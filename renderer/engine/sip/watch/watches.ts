/*
 * What every account has its server tell it, kept with its registration: it begins when the account is registered and ends when it is not.
 */
import type { Registration } from '../../../../common/account'
import type { Clock } from '../../../../common/clock'
import type { EngineReport } from '../../../../common/contract/engine'
import type { AccountLine } from '../account-line'
import { Turns } from '../turns'
import { LineWatch } from './line-watch'

export interface WatchesOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly report: (report: EngineReport) => void
}

/** ms. A Kamailio that guards against floods shuts out, for five minutes, whoever asks more than 15 times in 2 s; each is asked twice, for the password. */
const pause = 500

export class Watches {
  readonly #watches = new Map<string, { readonly line: AccountLine; readonly watch: LineWatch; since: number | null }>()
  readonly #targets = new Map<string, readonly string[]>()
  readonly #turns: Turns

  constructor(private readonly options: WatchesOptions) {
    this.#turns = new Turns(options.clock, pause)
  }

  registration(line: AccountLine, registration: Registration): void {
    const known = this.#watches.get(line.account.id)
    if (known !== undefined && known.line !== line) known.watch.stop()
    const entry = known?.line === line ? known : { line, watch: this.#make(line), since: null }
    this.#watches.set(line.account.id, entry)
    const since = registration.state === 'registered' ? registration.since : null
    // A registration that is only refreshed changes nothing.
    if (since === entry.since) return
    entry.since = since
    if (since === null) entry.watch.stop()
    else entry.watch.start()
  }

  watch(accountId: string, targets: readonly string[]): void {
    this.#targets.set(accountId, targets)
    this.#watches.get(accountId)?.watch.watch(targets)
  }

  summary(accountId: string, body: string): void {
    this.#watches.get(accountId)?.watch.summary(body)
  }

  #make(line: AccountLine): LineWatch {
    const { clock, random, report } = this.options
    const { account, userAgent, host } = line
    const watch = new LineWatch({
      accountId: account.id,
      accountUri: account.uri,
      host,
      userAgent,
      clock,
      random,
      turns: this.#turns,
      report,
    })
    watch.watch(this.#targets.get(account.id) ?? [])
    return watch
  }
}
