/*
 * The rules for numbers of all accounts in one place: what a number means, how it is dialled, what callers are compared by.
 * The world's numbering plans come when the window is up; until then numbers are read as they are written.
 */
import { usualNumbers, type Account, type NumberPlan } from '../../common/account'
import type { UiAnswer } from '../../common/contract/ui-answer'
import type { Result } from '../../common/errors'
import type { Handle } from '../../common/handle'
import type { Log } from '../../common/log'
import { dialled } from '../../common/numbers/dialled'
import { loadPhoneLibrary, type PhoneLibrary } from '../../common/numbers/phone-library'
import type { Means } from '../../common/numbers/read-number'
import { keyOf, understand, type Understood } from '../../common/numbers/understand'
import { written } from '../../common/numbers/written-number'
import { dialTarget, type DialTarget } from '../engine/dial-target'

export interface NumbersOptions {
  readonly accounts: () => readonly Pick<Account, 'id' | 'uri' | 'enabled' | 'numbers'>[]
  readonly log: Log
  /** Where it is there already. */
  readonly library?: PhoneLibrary
}

/** `key`: E.164, an extension or an address; null for somebody who does not say who it is. */
export interface NumberFacts {
  readonly key: string | null
  readonly e164: string | null
  /** Somebody on the account's own server. */
  readonly colleague: boolean
  /** The server's host, in lower case. */
  readonly home: string
}

export class Numbers {
  private library: PhoneLibrary | null
  private loading: Promise<void> | null = null

  constructor(private readonly options: NumbersOptions) {
    this.library = options.library ?? null
  }

  /** The numbering plans are there. */
  get isReady(): boolean {
    return this.library !== null
  }

  /** Brings in the numbering plans; the same promise every time. Never rejects. */
  load(): Promise<void> {
    this.loading ??= loadPhoneLibrary().then(
      (library) => void (this.library ??= library),
      (error: unknown) => this.options.log.error(`numbering plans: ${String(error)}`),
    )
    return this.loading
  }

  /** The rules of an account; null, or one that is gone: of the first that says where it is. */
  plan(accountId: string | null): NumberPlan {
    const accounts = this.options.accounts()
    const account =
      accounts.find(({ id }) => id === accountId) ??
      accounts.find(({ enabled, numbers }) => enabled && numbers.country !== null) ??
      accounts[0]
    return account?.numbers ?? usualNumbers
  }

  /** What a person wrote. */
  understand(text: string, accountId: string | null = null): Understood {
    return understand(text, this.plan(accountId), this.means(false))
  }

  /** What two writings of one number have in common: E.164, an extension, or an address; null: there is none. */
  keyOf(text: string, accountId: string | null = null): string | null {
    return keyOf(this.understand(text, accountId))
  }

  /** Whom the network names, by what it is compared with; null for somebody who does not say who it is. */
  heard(handle: Handle, accountId: string): Understood | null {
    return handle.value === '' ? null : understand(handle.value, this.plan(accountId), this.means(true))
  }

  /** What rules and look-ups need to know of somebody's number on an account. */
  facts(handle: Handle, accountId: string): NumberFacts {
    const { extensionLength } = this.plan(accountId)
    const understood = this.heard(handle, accountId)
    const key = understood === null ? null : keyOf(understood)
    const account = this.options.accounts().find(({ id }) => id === accountId)
    return {
      key,
      e164: understood?.kind === 'e164' ? understood.e164 : null,
      colleague:
        (understood?.kind === 'extension' && understood.extension.length <= extensionLength) ||
        (understood?.kind === 'address' && !understood.address.includes('@')),
      home: account ? hostOf(account.uri) : '',
    }
  }

  /** The handle of a caller as people read and dial it: a number of the world as such, anything else as it came. */
  normal(handle: Handle, accountId: string): Handle {
    const understood = this.heard(handle, accountId)
    return understood?.kind === 'e164' ? { type: 'phoneNumber', value: understood.e164 } : handle
  }

  /** What a person typed, for the account of this address of record. */
  dialTarget(typed: string, accountUri: string): Result<DialTarget> {
    const account = this.options.accounts().find(({ uri }) => uri === accountUri)
    return dialTarget(typed, accountUri, { plan: account?.numbers ?? usualNumbers, means: this.means(false) })
  }

  /** How a number is understood and dialled under these rules. */
  async test(text: string, plan: NumberPlan): Promise<Extract<UiAnswer, { type: 'number' }>> {
    await this.load()
    const understood = understand(text, plan, this.means(false))
    const parts = written(text)
    const typed = parts.kind === 'number' ? parts.digits : parts.kind === 'name' ? parts.name : null
    const sent = typed === null ? null : dialled(typed, plan, this.means(false))
    return {
      type: 'number',
      e164: understood.kind === 'e164' ? understood.e164 : null,
      shown: understood.shown,
      dialled: sent?.user ?? (understood.kind === 'address' ? understood.address : ''),
      why: sent?.why ?? understood.why,
    }
  }

  private means(heard: boolean): Means {
    const homes = this.options.accounts().map(({ uri }) => hostOf(uri))
    return { library: this.library, homes, heard }
  }
}

/** Of an address of record, in lower case and without its port. */
const hostOf = (uri: string): string =>
  uri
    .slice(uri.lastIndexOf('@') + 1)
    .replace(/:\d+$/, '')
    .toLowerCase()
