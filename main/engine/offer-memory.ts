/*
 * With which kind of sound the calls of an account behind the gateway begin, kept from one start to the next, so that nobody is rung twice to find it out
 * again. It is about the account's server as it is set up now, and names nobody who was called.
 */
import { createHash } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'
import type { Account, AccountId } from '../../common/account'
import { offeredKinds } from '../../common/contract/engine'
import type { Log } from '../../common/log'
import { readJson } from '../settings/read-json'

type Kind = (typeof offeredKinds)[number]
type Asked = Pick<Account, 'id' | 'uri' | 'server' | 'connection'>

/** `of`: how the account was set up. */
const schema = v.record(
  v.pipe(v.string(), v.maxLength(128)),
  v.strictObject({ of: v.pipe(v.string(), v.length(64)), kind: v.picklist(offeredKinds) }),
)

export interface OfferMemoryOptions {
  readonly path: string
  readonly accounts: () => readonly Asked[]
  readonly log: Log
}

export class OfferMemory {
  #known: Map<AccountId, { readonly of: string; readonly kind: Kind }>

  /** A file that is missing or makes no sense knows nothing. */
  constructor(private readonly options: OfferMemoryOptions) {
    const parsed = v.safeParse(schema, readJson(options.path)?.value)
    this.#known = new Map(parsed.success ? Object.entries(parsed.output) : [])
  }

  /** null: not known, or it was set up otherwise then. */
  kindOf(account: Asked): Kind | null {
    const known = this.#known.get(account.id)
    return known?.of === setupOf(account) ? known.kind : null
  }

  /** What is known of accounts that are gone is forgotten by the way. */
  learned(accountId: AccountId, kind: Kind): void {
    const accounts = this.options.accounts()
    const account = accounts.find(({ id }) => id === accountId)
    if (account === undefined || this.kindOf(account) === kind) return
    this.#known.set(accountId, { of: setupOf(account), kind })
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
      log.warn(`kinds of sound: cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`)
    }
  }
}

const setupOf = ({ uri, server, connection }: Asked): string =>
  createHash('sha256')
    .update(JSON.stringify([uri, server, connection]))
    .digest('hex')
