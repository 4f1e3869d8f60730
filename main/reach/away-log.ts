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
  /** ms since the computer was started, its sleep among them; left out: the clock's. It tells a wall clock that was set from time that passed. */
  readonly uptime?: () => number
}

/** Shorter gaps are what a network does, ms. */
const worthTelling = 5_000
/** A phone that was closed for a moment, for an update say, was not away, ms. */
const worthTellingClosed = 60_000
/** How often the last proof is written down while nothing happens, ms. */
const keepEvery = 300_000
/** A wall clock that runs differently by more than this was set, ms. */
const clockIsSet = 20_000
/** What a server says of the mailbox so long after the account is back was so before, ms: it tells at each new subscription. */
const toldWithin = 60_000
const limit = 20

interface Gap {
  /** Of the last proof before. */
  readonly from: number
  readonly because: Away['because']
  /** When the computer was started, as the wall clock had it at that proof; null: the proof is of an earlier run. */
  readonly startedAt: number | null
}

export class AwayLog {
  private readonly proofs: Map<AccountId, number>
  /** As `Gap.startedAt`, of each proof of this run. */
  private readonly starts = new Map<AccountId, number>()
  private readonly gaps = new Map<AccountId, Gap>()
  /** New voice messages, as known before a gap, and as told within it. */
  private readonly mailboxes = new Map<AccountId, number>()
  private readonly arrived = new Map<AccountId, number>()
  /** Absences of which nobody can say what came. */
  private readonly untold = new Set<Away['id']>()
  private list: readonly Away[] = []
  private keptAt: number
  private asleep = false
  private offline = false

  constructor(private readonly options: AwayLogOptions) {
    this.proofs = new Map(options.known)
    for (const [id, at] of options.known) this.gaps.set(id, { from: at, because: 'closed', startedAt: null })
    this.keptAt = options.clock.now()
  }

  /** The account was reached. `at`: wall-clock ms. */
  proven(accountId: AccountId, at: number): void {
    const gap = this.gaps.get(accountId)
    const from = gap ? this.byThisClock(gap) : at
    this.gaps.delete(accountId)
    this.proofs.set(accountId, at)
    this.starts.set(accountId, this.startedAt)
    const newMessages = this.arrivedSince(accountId)
    const least = gap?.because === 'closed' ? worthTellingClosed : worthTelling
    if (gap && at - from >= least) {
      const away = { id: this.options.newId(), accountId, from, because: gap.because, to: at, newMessages }
      this.put([away, ...this.list].slice(0, limit))
      this.keep()
    } else if (this.options.clock.now() - this.keptAt >= keepEvery) this.keep()
  }

  /** What became of the accounts' registrations. One that is switched off or gone is not away. */
  registrations(accounts: readonly Account[], states: ReadonlyMap<AccountId, Registration>): void {
    for (const id of [...this.proofs.keys()]) {
      if (accounts.some((account) => account.id === id && account.enabled)) continue
      for (const known of [this.proofs, this.starts, this.gaps, this.mailboxes, this.arrived]) known.delete(id)
    }
    for (const [id, registration] of states) {
      const from = this.proofs.get(id)
      if (registration.state !== 'failed' || from === undefined || this.gaps.has(id)) continue
      this.gaps.set(id, { from, because: this.why(registration.reason), startedAt: this.starts.get(id) ?? null })
      this.keep()
    }
  }

  /** The computer falls asleep, or has been woken: what is not proven from here on was so for that. */
  slept(): void {
    this.asleep = true
    for (const [id, from] of this.proofs) {
      if (!this.gaps.has(id)) this.gaps.set(id, { from, because: 'sleep', startedAt: this.starts.get(id) ?? null })
    }
    this.keep()
  }

  woke(): void {
    this.asleep = false
  }

  /** Whether the computer has any network. */
  network(online: boolean): void {
    this.offline = !online
  }

  /** How many new voice messages wait, as the account's server says. What came while it was away is told with that. */
  voicemail(accountId: AccountId, fresh: number): void {
    const gap = this.gaps.get(accountId)
    if (gap) return void this.arrived.set(accountId, fresh)
    const [before, now] = [this.mailboxes.get(accountId), this.options.clock.date()]
    this.mailboxes.set(accountId, fresh)
    const last = this.list.find((away) => away.accountId === accountId)
    if (last?.newMessages !== null || now - last.to > toldWithin || this.untold.has(last.id)) return
    // With nothing to compare it with nobody knows what is new, and what comes next came later.
    if (before === undefined) return void this.untold.add(last.id)
    this.put(this.list.map((away) => (away === last ? { ...away, newMessages: Math.max(0, fresh - before) } : away)))
  }

  dismiss(id: string): void {
    this.untold.delete(id)
    this.put(this.list.filter((away) => away.id !== id))
  }

  /** Before the phone stops. */
  keep(): void {
    this.keptAt = this.options.clock.now()
    this.options.keep(this.proofs)
  }

  /** When the computer was started, by the wall clock as it is now. */
  private get startedAt(): number {
    const { clock, uptime = () => clock.now() } = this.options
    return clock.date() - uptime()
  }

  /** When the gap began, by the wall clock as it is now: it may have been set meanwhile. */
  private byThisClock({ from, startedAt }: Gap): number {
    const set = startedAt === null ? 0 : this.startedAt - startedAt
    return Math.abs(set) > clockIsSet ? from + set : from
  }

  /** What came during the gap that ends now, if that was told already: the mailbox may be heard of before the proof. */
  private arrivedSince(accountId: AccountId): number | null {
    const [before, now] = [this.mailboxes.get(accountId), this.arrived.get(accountId)]
    if (now === undefined) return null
    this.arrived.delete(accountId)
    this.mailboxes.set(accountId, now)
    return before === undefined ? null : Math.max(0, now - before)
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
