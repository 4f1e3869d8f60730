/*
 * The accounts as they are once a provisioning file was taken in, all of it or nothing. An account with the same address
 * and user is updated; what the file does not say of it stays. Nothing is written here, and no password leaves but to
 * whoever asked.
 */
import { noFeatures, usualConnection, usualNumbers } from '../../common/account'
import type { Result } from '../../common/errors'
import { sameAccount, sameServer, sameTurn } from './account-draft'
import type { ProvisionedAccount } from './provisioning'
import { isUnprotected } from './secret-vault'
import type { StoredAccount } from './settings-document'

/** What an import did, by account name. Holds no secret. */
export interface Provisioned {
  readonly added: readonly string[]
  readonly updated: readonly string[]
  /** Imported without a keychain: their passwords are on the disk unprotected. */
  readonly unprotected: readonly string[]
  /** Imported without a password that is known: the user is asked. */
  readonly needPassword: readonly string[]
}

export interface MergeMeans {
  /** The password that is known of a stored account. */
  readonly passwordOf: (id: string) => string | undefined
  readonly turnPasswordOf: (id: string) => string | undefined
  readonly seal: (password: string, keep: ProvisionedAccount['keep']) => Result<StoredAccount['secret']>
  readonly newIdentity: () => Pick<StoredAccount, 'id' | 'instanceId'>
}

export interface Merged {
  readonly accounts: readonly StoredAccount[]
  /** Of every account in the file, by id; null: not known any more. */
  readonly passwords: ReadonlyMap<string, string | null>
  /** Of their TURN servers, likewise. */
  readonly turnPasswords: ReadonlyMap<string, string | null>
  readonly provisioned: Provisioned
}

export function mergeProvisioned(
  stored: readonly StoredAccount[],
  imported: readonly ProvisionedAccount[],
  { passwordOf, turnPasswordOf, seal, newIdentity }: MergeMeans,
): Result<Merged> {
  const told = {
    added: [] as string[],
    updated: [] as string[],
    unprotected: [] as string[],
    needPassword: [] as string[],
  }
  const passwords = new Map<string, string | null>()
  const turnPasswords = new Map<string, string | null>()
  let accounts = stored
  for (const { draft, keep, features, connection: inFile, numbers } of imported) {
    const { password, turnPassword, ...entry } = draft
    const before = accounts.find((account) => sameAccount(account, entry)) ?? null
    const connection = { ...(before?.connection ?? usualConnection), ...inFile }
    const rest = { ...entry, connection }
    // A password is for one server: it does not follow its account to another.
    const kept = before && sameServer(before, rest) ? (passwords.get(before.id) ?? passwordOf(before.id)) : undefined
    const secret: Result<StoredAccount['secret']> =
      password !== null
        ? seal(password, keep)
        : { ok: true, value: kept === undefined ? null : (before?.secret ?? null) }
    if (!secret.ok) return secret
    const keepsTurn = before !== null && connection.turn !== null && sameTurn(before.connection.turn, connection.turn)
    const keptTurn = keepsTurn ? (turnPasswords.get(before.id) ?? turnPasswordOf(before.id) ?? null) : null
    const turnSecret: Result<StoredAccount['secret']> =
      turnPassword !== null
        ? seal(turnPassword, keep)
        : { ok: true, value: keptTurn === null ? null : (before?.turnSecret ?? null) }
    if (!turnSecret.ok) return turnSecret
    const account: StoredAccount = {
      enabled: true,
      ...(before ?? newIdentity()),
      ...rest,
      features: { ...(before?.features ?? noFeatures), ...features },
      numbers: { ...(before?.numbers ?? usualNumbers), ...numbers },
      secret: secret.value,
      turnSecret: turnSecret.value,
    }
    accounts = before ? accounts.map((other) => (other === before ? account : other)) : [...accounts, account]
    const usable = password ?? kept ?? null
    passwords.set(account.id, usable)
    turnPasswords.set(account.id, turnPassword ?? keptTurn)
    if (usable === null) told.needPassword.push(account.name)
    if (secret.value && isUnprotected(secret.value)) told.unprotected.push(account.name)
    ;(before ? told.updated : told.added).push(account.name)
  }
  return { ok: true, value: { accounts, passwords, turnPasswords, provisioned: told } }
}
