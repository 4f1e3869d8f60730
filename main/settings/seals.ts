/*
 * What becomes of sealed passwords when an account is made or changed: sealed, sealed anew, or left as they are. It keeps nothing.
 */
import type { Result } from '../../common/errors'
import { isUnprotected, type KeepPassword, type SecretVault } from './secret-vault'
import type { SealedSecret } from './settings-document'

type Sealed = Result<SealedSecret | null>

/** No password is kept as none. */
export const seal = (vault: SecretVault, password: string | null, keep: KeepPassword): Sealed =>
  password === null ? { ok: true, value: null } : vault.seal(password, keep)

export interface Before {
  readonly secret: SealedSecret | null
  /** What it opened to; undefined: it does not open, or there is none. */
  readonly password: string | undefined
}

/** `typed` null: the password stays what it was. */
export function reseal(vault: SecretVault, before: Before, typed: string | null, keep: KeepPassword): Sealed {
  const password = typed ?? before.password
  if (password === undefined) return { ok: true, value: before.secret }
  // The form of an account whose password is kept as it was need not ask for consent a second time.
  if (typed === null && keep !== 'ask' && before.secret) return { ok: true, value: before.secret }
  return vault.seal(password, keep)
}

/** What was sealed without a keychain, sealed with it; the same when it cannot be better. */
export function protect(vault: SecretVault, { secret, password }: Before): SealedSecret | null {
  if (!secret || !isUnprotected(secret) || password === undefined) return secret
  const sealed = vault.seal(password, 'keychain')
  return sealed.ok ? sealed.value : secret
}
