/*
 * The colleagues whose lines the user watches, as their servers tell of them, and the voicemail that waits. It tells the engine whom to watch and
 * forgets what it heard when the account that told is not registered any more.
 */
import type { Account, AccountId, Registration } from '../../common/account'
import type { Colleague, Voicemail, Watched } from '../../common/colleague'
import type { EngineCommand, EngineReport } from '../../common/contract/engine'
import type { Result } from '../../common/errors'

export interface ColleaguesOptions {
  readonly accounts: () => readonly Account[]
  readonly watched: () => readonly Watched[]
  /** A number as dialled on an account, made into a SIP URI by its rules. */
  readonly addressOf: (number: string, account: Account) => Result<{ readonly uri: string }>
  readonly send: (command: EngineCommand) => void
  readonly onColleagues: (colleagues: readonly Colleague[]) => void
  readonly onVoicemail: (voicemail: readonly Voicemail[]) => void
}

type LineNews = Extract<EngineReport, { type: 'colleague' }>['state']

export class Colleagues {
  /** By account and address. */
  private readonly lines = new Map<AccountId, Map<string, LineNews>>()
  private readonly mailboxes = new Map<AccountId, Voicemail>()
  private told = ''

  constructor(private readonly options: ColleaguesOptions) {}

  /** Call it after any change of accounts, of the colleagues in the settings, and when the engine is ready again (`anew`). */
  sync(anew = false): void {
    const { accounts, send } = this.options
    const wanted = accounts().map(({ id }) => ({ id, targets: [...new Set(this.targets(id).values())] }))
    const key = JSON.stringify(wanted)
    if (anew || key !== this.told) {
      this.told = key
      for (const { id, targets } of wanted) send({ type: 'watch', accountId: id, targets })
    }
    for (const id of [...this.mailboxes.keys()])
      if (!wanted.some((account) => account.id === id)) this.mailboxes.delete(id)
    for (const id of [...this.lines.keys()]) if (!wanted.some((account) => account.id === id)) this.lines.delete(id)
    this.tell()
  }

  /** Takes in what the engine says of lines and mailboxes; other reports are for others. */
  engineReported(report: EngineReport): void {
    if (report.type === 'voicemail') {
      this.mailboxes.set(report.accountId, { accountId: report.accountId, ...report.summary })
      this.options.onVoicemail([...this.mailboxes.values()])
    } else if (report.type === 'colleague') {
      const lines = this.lines.get(report.accountId) ?? new Map<string, LineNews>()
      this.lines.set(report.accountId, lines.set(report.target, report.state))
      this.tell()
    }
  }

  registrations(states: ReadonlyMap<AccountId, Registration>): void {
    let lost = false
    for (const id of [...this.lines.keys()])
      if (states.get(id)?.state !== 'registered') lost = this.lines.delete(id) || lost
    if (lost) this.tell()
  }

  /** The addresses of those watched on this account, by their number. */
  private targets(accountId: AccountId): ReadonlyMap<string, string> {
    const { accounts, watched, addressOf } = this.options
    const account = accounts().find(({ id }) => id === accountId)
    const targets = new Map<string, string>()
    if (!account?.enabled) return targets
    for (const { number } of watched().filter((one) => one.accountId === accountId)) {
      const address = addressOf(number, account)
      if (address.ok) targets.set(number, address.value.uri)
    }
    return targets
  }

  private tell(): void {
    const { accounts, watched, onColleagues, onVoicemail } = this.options
    const targets = new Map(accounts().map(({ id }) => [id, this.targets(id)]))
    const codes = new Map(accounts().map(({ id, features }) => [id, features.pickup]))
    onColleagues(
      watched().map((one): Colleague => {
        const news = this.lines.get(one.accountId)?.get(targets.get(one.accountId)?.get(one.number) ?? '')
        return {
          ...one,
          line: news?.line ?? 'unknown',
          withWhom: news?.withWhom ?? null,
          canPickUp: news?.rings === true && (codes.get(one.accountId) ?? null) !== null,
          presence: news?.presence ?? null,
        }
      }),
    )
    onVoicemail([...this.mailboxes.values()])
  }
}
