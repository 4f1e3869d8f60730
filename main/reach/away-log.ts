/*
 * When each account could not be reached, found from its proofs: the last one before the gap and the first one after it. It keeps the time of the last
 * proof across starts of the phone, and what was away until the user has seen it. It knows no connection.
 */
import type { Account, AccountId, Registration } from '../../common/account'
import type { Clock } from '../../common/clock'
import type { RegistrationFailure } from '../../common/errors'
import type { Away } from '../../common/reach'

export interface AwayLogOptions {
  readonly clock: Clock
  /** Wall-clock ms of each account's last proof, as an earlier run of the phone left it. */
  readonly known: ReadonlyMap<AccountId, number>
  /** Keeps the last proofs for the next start. */
  readonly keep: (proofs: ReadonlyMap<AccountId, number>) => void
  readonly onChange: (away: readonly Away[]) => void
  readonly newId: () => string
}

/** Shorter gaps are what a network does, ms. */
const worthTelling = 5_000
/** A phone that was closed for a moment, for an update say, was not away, ms. */
const worthTellingClosed = 60_000
/** How often the last proof is written down while nothing happens, ms. */
const keepEvery = 300_000
const limit = 20

interface Gap {
  /** Of the last proof before. */
  readonly from: number
  readonly because: Away['because']
}

export class AwayLog {
  private readonly proofs: Map<AccountId, number>
  private readonly gaps = new Map<AccountId, Gap>()
  private list: readonly Away[] = []
  private keptAt: number
  private asleep = false
  private offline = false

  constructor(private readonly options: AwayLogOptions) {
    this.proofs = new Map(options.known)
    for (const [id, at] of options.known) this.gaps.set(id, { from: at, because: 'closed' })
    this.keptAt = options.clock.date()
  }

  /** The account was reached. `at`: wall-clock ms. */
  proven(accountId: AccountId, at: number): void {
    const gap = this.gaps.get(accountId)
    this.gaps.delete(accountId)
    this.proofs.set(accountId, at)
    const least = gap?.because === 'closed' ? worthTellingClosed : worthTelling
    if (gap && at - gap.from >= least) {
      const away = { id: this.options.newId(), accountId, ...gap, to: at, newMessages: null }
      this.put([away, ...this.list].slice(0, limit))
      this.keep()
    } else if (this.options.clock.date() - this.keptAt >= keepEvery) this.keep()
  }

  /** What became of the accounts' registrations. One that is switched off or gone is not away. */
  registrations(accounts: readonly Account[], states: ReadonlyMap<AccountId, Registration>): void {
    for (const id of [...this.proofs.keys()]) {
      if (accounts.some((account) => account.id === id && account.enabled)) continue
      this.proofs.delete(id)
      this.gaps.delete(id)
    }
    for (const [id, registration] of states) {
      const from = this.proofs.get(id)
      if (registration.state !== 'failed' || from === undefined || this.gaps.has(id)) continue
      this.gaps.set(id, { from, because: this.why(registration.reason) })
      this.keep()
    }
  }

  /** The computer falls asleep, or has been woken: what is not proven from here on was so for that. */
  slept(): void {
    this.asleep = true
    for (const [id, from] of this.proofs) if (!this.gaps.has(id)) this.gaps.set(id, { from, because: 'sleep' })
    this.keep()
  }

  woke(): void {
    this.asleep = false
  }

  /** Whether the computer has any network. */
  network(online: boolean): void {
    this.offline = !online
  }

  /** How many voice messages came while the account was away last, as its server says. */
  messages(accountId: AccountId, count: number): void {
    const last = this.list.find((away) => away.accountId === accountId)
    if (last?.newMessages === null && count > 0)
      this.put(this.list.map((away) => (away === last ? { ...away, newMessages: count } : away)))
  }

  dismiss(id: string): void {
    this.put(this.list.filter((away) => away.id !== id))
  }

  /** Before the phone stops. */
  keep(): void {
    this.keptAt = this.options.clock.date()
    this.options.keep(this.proofs)
  }

  private put(list: readonly Away[]): void {
    this.list = list
    this.options.onChange(list)
  }

  private why(reason: RegistrationFailure): Away['because'] {
    if (this.asleep) return 'sleep'
    if (this.offline) return 'network'
    switch (reason) {
      case 'wrong-password':
      case 'forbidden':
      case 'unknown-user':
      case 'password-needed':
      case 'unsupported-auth':
        return 'refused'
      case 'unknown-host':
      case 'connection-lost':
        return 'network'
      default:
        return 'server'
    }
  }
}
