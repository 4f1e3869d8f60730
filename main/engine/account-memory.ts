/*
 * What servers have shown of an account, kept from one start to the next: with which kind of sound its calls behind the gateway begin, so that nobody is rung
 * twice to find it out again, and that it was let in. It is about the account's server as it is set up now, and names nobody who was called.
 */
import { createHash } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'
import type { Account, AccountId } from '../../common/account'
import { offeredKinds, type EngineAccount } from '../../common/contract/engine'
import type { Log } from '../../common/log'
import { readJson } from '../settings/read-json'

type Asked = Pick<Account, 'id' | 'uri' | 'server' | 'username' | 'connection'>
type Known = Pick<EngineAccount, 'takes' | 'wasLetIn'>

/** `of`: how the account was set up. */
const schema = v.record(
  v.pipe(v.string(), v.maxLength(128)),
  v.strictObject({
    of: v.pipe(v.string(), v.length(64)),
    takes: v.exactOptional(v.picklist(offeredKinds)),
    wasLetIn: v.exactOptional(v.boolean()),
  }),
)

export interface AccountMemoryOptions {
  readonly path: string
  readonly accounts: () => readonly Asked[]
  readonly log: Log
}

export class AccountMemory {
  #known: Map<AccountId, Known & { readonly of: string }>

  /** A file that is missing or makes no sense knows nothing. */
  constructor(private readonly options: AccountMemoryOptions) {
    const parsed = v.safeParse(schema, readJson(options.path)?.value)
    this.#known = new Map(parsed.success ? Object.entries(parsed.output) : [])
  }

  /** Nothing where it was set up otherwise then. */
  knownOf(account: Asked): Known {
    const { of, ...known } = this.#known.get(account.id) ?? { of: null }
    return of === setupOf(account) ? known : {}
  }

  /** What is known of accounts that are gone is forgotten by the way. */
  learned(accountId: AccountId, news: Known): void {
    const accounts = this.options.accounts()
    const account = accounts.find(({ id }) => id === accountId)
    if (account === undefined) return
    const before = this.knownOf(account)
    const known = { ...before, ...news }
    if (before.takes === known.takes && before.wasLetIn === known.wasLetIn) return
    this.#known.set(accountId, { of: setupOf(account), ...known })
    this.#known = new Map([...this.#known].filter(([id]) => accounts.some((one) => one.id === id)))
    this.#write()
  }

  /** Replaces the file as a whole. A disk that is full costs a call its second INVITE, nothing else. */
  #write(): void {
    const { path, log } = this.options
    try {
      writeFileSync(`${path}.new`, JSON.stringify(Object.fromEntries(this.#known)), { mode: 0o600 })
      renameSync(`${path}.new`, path)
    } catch (error) {
      log.warn(
        `what servers have shown: cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      )
    }
  }
}

const setupOf = ({ uri, server, username, connection }: Asked): string =>
  createHash('sha256')
    .update(JSON.stringify([uri, server, username, connection]))
    .digest('hex')
