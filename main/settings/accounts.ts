/*
 * The accounts: made, changed and removed here, kept in the settings file, their passwords sealed. Passwords go in by
 * these methods and come out only through `credentials`, for the engine. Whether an account works is not known here.
 */
import { randomUUID } from 'node:crypto'
import { noFeatures, usualConnection, usualNumbers, type Account, type AccountDraft } from '../../common/account'
import { refused, type Result } from '../../common/errors'
import { demoServer, normaliseDraft, sameAccount, sameServer, sameTurn } from './account-draft'
import { mergeProvisioned, type Provisioned } from './merge-provisioned'
import type { ProvisionedAccount } from './provisioning'
import { publicPart } from './public-account'
import { protect, reseal, seal } from './seals'
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
  /** Of the account's TURN server; null: it has none, or it is not known. */
  readonly turnPassword: string | null
  /** `urn:uuid:…` */
  readonly instanceId: string
}

export interface TypedPasswords {
  readonly password: string
  readonly turnPassword: string | null
}

/** A valid account that is not among the accounts yet: to be tried first, and then added. */
export interface PreparedAccount {
  readonly account: Account
  readonly credentials: Credentials
}

export class Accounts {
  /** Passwords of this session; what is sealed is opened once. */
  private readonly passwords = new Map<string, string>()
  private readonly turnPasswords = new Map<string, string>()
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
    const account = this.get(id)
    return [account?.secret, account?.turnSecret].some((secret) => secret && isUnprotected(secret))
  }

  /** For the engine only; null when the password has to be typed first. The demo line has an empty one. */
  credentials(id: string): Credentials | null {
    const account = this.get(id)
    const password = account?.server === demoServer ? '' : this.passwords.get(id)
    if (!account || password === undefined) return null
    return { password, instanceId: account.instanceId, turnPassword: this.turnPasswords.get(id) ?? null }
  }

  /** Checks a draft and makes an account of it, without keeping anything. `account-exists`, `invalid-argument` (`field: …`). */
  prepare(raw: AccountDraft): Result<PreparedAccount> {
    const normal = normaliseDraft(raw)
    if (!normal.ok) return refused('invalid-argument', `${normal.field}: ${normal.problem}`)
    const { password, turnPassword, ...rest } = normal.draft
    if (this.stored.some((account) => sameAccount(account, rest))) return refused('account-exists')
    if (password === null) return refused('invalid-argument', 'password: must not be empty')
    const account = { ...rest, id: this.newId(), enabled: true }
    return { ok: true, value: { account, credentials: { password, turnPassword, instanceId: this.newInstanceId() } } }
  }

  /** Keeps a prepared account under the id it was prepared with. `needs-consent`, `storage-failed`, `account-exists`. */
  add({ account, credentials }: PreparedAccount, keep: KeepPassword): Result<Account> {
    if (this.stored.some((other) => other.id === account.id || sameAccount(other, account))) {
      return refused('account-exists')
    }
    const { instanceId, password, turnPassword } = credentials
    const secret = this.options.vault.seal(password, keep)
    if (!secret.ok) return secret
    const turnSecret = seal(this.options.vault, turnPassword, keep)
    if (!turnSecret.ok) return turnSecret
    const stored = { ...account, instanceId, secret: secret.value, turnSecret: turnSecret.value }
    const written = this.write([...this.stored, stored])
    if (!written.ok) return written
    this.passwords.set(account.id, password)
    if (turnPassword !== null) this.turnPasswords.set(account.id, turnPassword)
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
    const stored = { ...account, instanceId: this.newInstanceId(), secret: null, turnSecret: null }
    const written = this.write([...this.stored, stored])
    return written.ok ? { ok: true, value: account } : written
  }

  /** `password` and `turnPassword` null keep those there are. Keeps id and instance. */
  change(id: string, raw: AccountDraft, keep: KeepPassword): Result<Account> {
    const before = this.get(id)
    if (!before) return refused('unknown-account')
    if (before.server === demoServer) return refused('invalid-argument', 'server: the demo line cannot be changed')
    const normal = normaliseDraft(raw)
    if (!normal.ok) return refused('invalid-argument', `${normal.field}: ${normal.problem}`)
    const { password, turnPassword, ...rest } = normal.draft
    if (this.stored.some((other) => other.id !== id && sameAccount(other, rest))) return refused('account-exists')
    // A password is for one user at one server: it must not be sent to another that a form put in its place.
    if (password === null && !sameServer(before, rest) && this.passwords.has(id)) {
      return refused('invalid-argument', 'password: must be typed again for another server')
    }
    const keepsTurn = rest.connection.turn !== null && sameTurn(before.connection.turn, rest.connection.turn)
    if (turnPassword === null && rest.connection.turn !== null && !keepsTurn && this.turnPasswords.has(id)) {
      return refused('invalid-argument', 'turnPassword: must be typed again for another TURN server')
    }
    const { vault } = this.options
    const secret = reseal(vault, { secret: before.secret, password: this.passwords.get(id) }, password, keep)
    if (!secret.ok) return secret
    const turn = { secret: before.turnSecret, password: this.turnPasswords.get(id) }
    const turnSecret = keepsTurn ? reseal(vault, turn, turnPassword, keep) : seal(vault, turnPassword, keep)
    if (!turnSecret.ok) return turnSecret
    const account = {
      ...before,
      ...rest,
      features: { ...before.features, ...rest.features },
      secret: secret.value,
      turnSecret: turnSecret.value,
    }
    const written = this.write(this.stored.map((other) => (other.id === id ? account : other)))
    if (!written.ok) return written
    if (password !== null) this.passwords.set(id, password)
    if (turnPassword !== null) this.turnPasswords.set(id, turnPassword)
    else if (!keepsTurn) this.turnPasswords.delete(id)
    return { ok: true, value: publicPart(account) }
  }

  /** What is to be typed again: the account's password, and its TURN server's. `turnPassword` null: what is known of that stays, and is kept as this is. */
  enterPassword(id: string, { password, turnPassword }: TypedPasswords, keep: KeepPassword): Result {
    const account = this.get(id)
    if (!account) return refused('unknown-account')
    if (password === '' || password.length > 512) return refused('invalid-argument', 'password: must not be empty')
    const typed = account.connection.turn === null ? null : turnPassword || null
    const { vault } = this.options
    const secret = vault.seal(password, keep)
    if (!secret.ok) return secret
    const turn = { secret: account.turnSecret, password: this.turnPasswords.get(id) }
    const turnSecret = reseal(vault, turn, typed, keep)
    if (!turnSecret.ok) return turnSecret
    const written = this.patch(id, { secret: secret.value, turnSecret: turnSecret.value })
    if (!written.ok) return written
    this.passwords.set(id, password)
    if (typed !== null) this.turnPasswords.set(id, typed)
    return written
  }

  setEnabled(id: string, enabled: boolean): Result {
    return this.get(id) ? this.patch(id, { enabled }) : refused('unknown-account')
  }

  remove(id: string): Result {
    if (!this.get(id)) return refused('unknown-account')
    const written = this.write(this.stored.filter((account) => account.id !== id))
    if (!written.ok) return written
    this.passwords.delete(id)
    this.turnPasswords.delete(id)
    return written
  }

  /**
   * Takes in what a provisioning file says, all of it or nothing. An account with the same address and user is updated;
   * without a password, a feature or a setting of its connection in the file it keeps its own. Who hands over a password in a plain file has agreed to keep it
   * without a keychain where there is none; the file can say `"keepPassword": "ask"` instead.
   */
  provision(imported: readonly ProvisionedAccount[]): Result<Provisioned> {
    const { vault } = this.options
    const merged = mergeProvisioned(this.stored, imported, {
      passwordOf: (id) => this.passwords.get(id),
      turnPasswordOf: (id) => this.turnPasswords.get(id),
      seal: (password, keep) => vault.seal(password, keep === 'ask' ? 'ask' : vault.storage),
      newIdentity: () => ({ id: this.newId(), instanceId: this.newInstanceId() }),
    })
    if (!merged.ok) return merged
    const { accounts, passwords, turnPasswords, provisioned } = merged.value
    const written = this.write(accounts)
    if (!written.ok) return written
    take(passwords, this.passwords)
    take(turnPasswords, this.turnPasswords)
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
    const { vault } = this.options
    const password = account.secret ? vault.open(account.secret) : null
    if (password !== null) this.passwords.set(account.id, password)
    const turnPassword = account.turnSecret ? vault.open(account.turnSecret) : null
    if (turnPassword !== null) this.turnPasswords.set(account.id, turnPassword)
  }

  /** What was sealed without a keychain is sealed again as soon as there is one. */
  private protect(): void {
    const { vault } = this.options
    if (vault.storage !== 'keychain') return
    const accounts = this.stored.map((account) => {
      const secret = protect(vault, { secret: account.secret, password: this.passwords.get(account.id) })
      const turn = { secret: account.turnSecret, password: this.turnPasswords.get(account.id) }
      const turnSecret = protect(vault, turn)
      return secret === account.secret && turnSecret === account.turnSecret
        ? account
        : { ...account, secret, turnSecret }
    })
    if (accounts.some((account, index) => account !== this.stored[index])) this.write(accounts)
  }

  private newInstanceId(): string {
    return `urn:uuid:${this.newId()}`
  }
}

/** null: not known any more. */
function take(news: ReadonlyMap<string, string | null>, known: Map<string, string>): void {
  for (const [id, password] of news) {
    if (password === null) known.delete(id)
    else known.set(id, password)
  }
}
