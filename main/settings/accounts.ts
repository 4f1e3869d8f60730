/*
 * The accounts: made, changed and removed here, kept in the settings file, their passwords sealed. Passwords go in by
 * these methods and come out only through `credentials`, for the engine. Whether an account works is not known here.
 */
import { randomUUID } from 'node:crypto'
import {
  noFeatures,
  usualConnection,
  usualNumbers,
  type Account,
  type AccountDraft,
  type AccountFeatures,
} from '../../common/account'
import { refused, type Result } from '../../common/errors'
import { demoServer, normaliseDraft, sameAccount, sameServer } from './account-draft'
import { mergeProvisioned, type Provisioned } from './merge-provisioned'
import type { ProvisionedAccount } from './provisioning'
import { isUnprotected, type KeepPassword, type SecretVault } from './secret-vault'
import type { SettingsDocument, StoredAccount } from './settings-document'
import type { SettingsFile } from './settings-file'

export interface AccountsOptions {
  readonly file: SettingsFile<SettingsDocument>
  readonly vault: SecretVault
  /** A new UUID at each call. */
  readonly newId?: () => string
}

export interface Credentials {
  readonly password: string
  /** `urn:uuid:…` */
  readonly instanceId: string
}

/** A valid account that is not among the accounts yet: to be tried first, and then added. */
export interface PreparedAccount {
  readonly account: Account
  readonly credentials: Credentials
}

export class Accounts {
  /** Passwords of this session; what is sealed is opened once. */
  private readonly passwords = new Map<string, string>()
  private readonly newId: () => string
  private shown: { of: readonly StoredAccount[]; are: readonly Account[] } | null = null

  constructor(private readonly options: AccountsOptions) {
    this.newId = options.newId ?? randomUUID
    for (const account of this.stored) this.unseal(account)
    this.protect()
  }

  /** Without secrets; the same array until an account changes. */
  get list(): readonly Account[] {
    if (this.shown?.of !== this.stored) this.shown = { of: this.stored, are: this.stored.map(publicPart) }
    return this.shown.are
  }

  find(id: string): Account | null {
    return this.list.find((account) => account.id === id) ?? null
  }

  /** The password is neither stored nor known: only the user can help. */
  needsPassword(id: string): boolean {
    const account = this.get(id)
    return account !== null && !this.passwords.has(id) && account.server !== demoServer
  }

  /** The password is on the disk with nothing to guard it. */
  isUnprotected(id: string): boolean {
    const secret = this.get(id)?.secret
    return secret ? isUnprotected(secret) : false
  }

  /** For the engine only; null when the password has to be typed first. The demo line has an empty one. */
  credentials(id: string): Credentials | null {
    const account = this.get(id)
    const password = account?.server === demoServer ? '' : this.passwords.get(id)
    return account && password !== undefined ? { password, instanceId: account.instanceId } : null
  }

  /** Checks a draft and makes an account of it, without keeping anything. `account-exists`, `invalid-argument` (`field: …`). */
  prepare(raw: AccountDraft): Result<PreparedAccount> {
    const normal = normaliseDraft(raw)
    if (!normal.ok) return refused('invalid-argument', `${normal.field}: ${normal.problem}`)
    const { password, turnPassword: _turnPassword, ...rest } = normal.draft
    if (this.stored.some((account) => sameAccount(account, rest))) return refused('account-exists')
    if (password === null) return refused('invalid-argument', 'password: must not be empty')
    const account = { ...rest, id: this.newId(), enabled: true }
    return { ok: true, value: { account, credentials: { password, instanceId: this.newInstanceId() } } }
  }

  /** Keeps a prepared account under the id it was prepared with. `needs-consent`, `storage-failed`, `account-exists`. */
  add({ account, credentials }: PreparedAccount, keep: KeepPassword): Result<Account> {
    if (this.stored.some((other) => other.id === account.id || sameAccount(other, account))) {
      return refused('account-exists')
    }
    const secret = this.options.vault.seal(credentials.password, keep)
    if (!secret.ok) return secret
    const { instanceId } = credentials
    const written = this.write([...this.stored, { ...account, instanceId, secret: secret.value }])
    if (!written.ok) return written
    this.passwords.set(account.id, credentials.password)
    return { ok: true, value: account }
  }

  /** The built-in line; adding it again gives the one there is. */
  addDemo(): Result<Account> {
    const existing = this.list.find(({ server }) => server === demoServer)
    if (existing) return { ok: true, value: existing }
    const account: Account = {
      id: this.newId(),
      name: 'Demo line',
      uri: 'sip:you@demo.invalid',
      server: demoServer,
      username: 'you',
      displayName: null,
      certificate: null,
      enabled: true,
      features: noFeatures,
      connection: usualConnection,
      numbers: usualNumbers,
    }
    const written = this.write([...this.stored, { ...account, instanceId: this.newInstanceId(), secret: null }])
    return written.ok ? { ok: true, value: account } : written
  }

  /** `password` null keeps the one there is. Keeps id and instance. */
  change(id: string, raw: AccountDraft, keep: KeepPassword): Result<Account> {
    const before = this.get(id)
    if (!before) return refused('unknown-account')
    if (before.server === demoServer) return refused('invalid-argument', 'server: the demo line cannot be changed')
    const normal = normaliseDraft(raw)
    if (!normal.ok) return refused('invalid-argument', `${normal.field}: ${normal.problem}`)
    const { password, turnPassword: _turnPassword, ...rest } = normal.draft
    if (this.stored.some((other) => other.id !== id && sameAccount(other, rest))) return refused('account-exists')
    // A password is for one user at one server: it must not be sent to another that a form put in its place.
    if (password === null && !sameServer(before, rest) && this.passwords.has(id)) {
      return refused('invalid-argument', 'password: must be typed again for another server')
    }
    const secret = this.reseal(before, password, keep)
    if (!secret.ok) return secret
    const account = { ...before, ...rest, features: { ...before.features, ...rest.features }, secret: secret.value }
    const written = this.write(this.stored.map((other) => (other.id === id ? account : other)))
    if (!written.ok) return written
    if (password !== null) this.passwords.set(id, password)
    return { ok: true, value: publicPart(account) }
  }

  enterPassword(id: string, password: string, keep: KeepPassword): Result {
    const account = this.get(id)
    if (!account) return refused('unknown-account')
    if (password === '' || password.length > 512) return refused('invalid-argument', 'password: must not be empty')
    const secret = this.options.vault.seal(password, keep)
    if (!secret.ok) return secret
    const written = this.patch(id, { secret: secret.value })
    if (written.ok) this.passwords.set(id, password)
    return written
  }

  setEnabled(id: string, enabled: boolean): Result {
    return this.get(id) ? this.patch(id, { enabled }) : refused('unknown-account')
  }

  remove(id: string): Result {
    if (!this.get(id)) return refused('unknown-account')
    const written = this.write(this.stored.filter((account) => account.id !== id))
    if (written.ok) this.passwords.delete(id)
    return written
  }

  /**
   * Takes in what a provisioning file says, all of it or nothing. An account with the same address and user is updated;
   * without a password, or a feature, in the file it keeps its own. Who hands over a password in a plain file has agreed to keep it
   * without a keychain where there is none; the file can say `"keepPassword": "ask"` instead.
   */
  provision(imported: readonly ProvisionedAccount[]): Result<Provisioned> {
    const { vault } = this.options
    const merged = mergeProvisioned(this.stored, imported, {
      passwordOf: (id) => this.passwords.get(id),
      seal: (password, keep) => vault.seal(password, keep === 'ask' ? 'ask' : vault.storage),
      newIdentity: () => ({ id: this.newId(), instanceId: this.newInstanceId() }),
    })
    if (!merged.ok) return merged
    const { accounts, passwords, provisioned } = merged.value
    const written = this.write(accounts)
    if (!written.ok) return written
    for (const [id, password] of passwords) {
      if (password === null) this.passwords.delete(id)
      else this.passwords.set(id, password)
    }
    return { ok: true, value: provisioned }
  }

  private get stored(): readonly StoredAccount[] {
    return this.options.file.current.accounts
  }

  private get(id: string): StoredAccount | null {
    return this.stored.find((account) => account.id === id) ?? null
  }

  private write(accounts: readonly StoredAccount[]): Result {
    return this.options.file.write((document) => ({ ...document, accounts }))
  }

  private patch(id: string, patch: Partial<StoredAccount>): Result {
    return this.write(this.stored.map((account) => (account.id === id ? { ...account, ...patch } : account)))
  }

  private unseal(account: StoredAccount): void {
    const password = account.secret ? this.options.vault.open(account.secret) : null
    if (password !== null) this.passwords.set(account.id, password)
  }

  /** What was sealed without a keychain is sealed again as soon as there is one. */
  private protect(): void {
    if (this.options.vault.storage !== 'keychain') return
    const accounts = this.stored.map((account) => {
      const password = this.passwords.get(account.id)
      if (!account.secret || !isUnprotected(account.secret) || password === undefined) return account
      const secret = this.options.vault.seal(password, 'keychain')
      return secret.ok ? { ...account, secret: secret.value } : account
    })
    if (accounts.some((account, index) => account !== this.stored[index])) this.write(accounts)
  }

  private reseal(before: StoredAccount, password: string | null, keep: KeepPassword): Result<StoredAccount['secret']> {
    const known = password ?? this.passwords.get(before.id)
    if (known === undefined) return { ok: true, value: before.secret }
    // The form of an account whose password is kept as it was need not ask for consent a second time.
    if (password === null && keep !== 'ask' && before.secret) return { ok: true, value: before.secret }
    return this.options.vault.seal(known, keep)
  }

  private newInstanceId(): string {
    return `urn:uuid:${this.newId()}`
  }
}

/** Without secrets, and without what other versions left. */
function publicPart(stored: StoredAccount): Account {
  const { id, name, uri, server, username, displayName, certificate, enabled, connection, numbers } = stored
  const features = Object.fromEntries(
    Object.keys(noFeatures).map((key) => [key, stored.features[key as keyof AccountFeatures]]),
  ) as AccountFeatures
  return { id, name, uri, server, username, displayName, certificate, enabled, features, connection, numbers }
}
