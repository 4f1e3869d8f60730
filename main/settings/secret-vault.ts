/*
 * Seals passwords for the disk and opens them again, with whatever the operating system offers. A sealed password that no
 * longer opens (another key, another user, a locked keyring, a restored backup) is an ordinary outcome. Keeps nothing.
 */
import { refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { SecretStorage } from '../../common/phone-state'
import type { SealedSecret } from './settings-document'

/** What main/os/safe-storage.ts gives. Methods may throw. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean
  /** Electron's names on Linux (`gnome_libsecret`, `kwallet6`, `basic_text`, `unknown` …), else `keychain` or `dpapi`. */
  backend(): string
  /** Allows the hard-coded key of `basic_text`. Only after the user agreed. */
  usePlainText(): void
  encrypt(text: string): Uint8Array
  decrypt(ciphertext: Uint8Array): string
}

/** How the user wants a password kept: guarded, unprotected (agreed to), or only until the phone quits. */
export type KeepPassword = 'keychain' | 'plain-text' | 'ask'

/** Backends that encrypt with a key everybody knows. */
const unguarded = new Set(['basic_text', 'unknown'])

export class SecretVault {
  constructor(
    private readonly safe: SafeStorage,
    private readonly log: Log,
  ) {}

  get storage(): SecretStorage {
    try {
      return !unguarded.has(this.safe.backend()) && this.safe.isEncryptionAvailable() ? 'keychain' : 'plain-text'
    } catch {
      return 'plain-text'
    }
  }

  /**
   * The password sealed for the disk; null for `ask`, which keeps none. `needs-consent`: there is no keychain and the user
   * has not agreed to do without. Where there is a keychain it is used, whatever was agreed to.
   */
  seal(password: string, keep: KeepPassword): Result<SealedSecret | null> {
    if (keep === 'ask') return { ok: true, value: null }
    const { storage } = this
    if (storage === 'plain-text' && keep !== 'plain-text') return refused('needs-consent')
    try {
      if (storage === 'plain-text') this.safe.usePlainText()
      const ciphertext = Buffer.from(this.safe.encrypt(password)).toString('base64')
      return { ok: true, value: { backend: this.safe.backend(), ciphertext } }
    } catch {
      this.log.error('vault: a password could not be sealed')
      return refused('storage-failed', 'the system could not encrypt the password')
    }
  }

  /** The password, or null when it does not open here and now: then the user has to type it. */
  open(secret: SealedSecret): string | null {
    try {
      // That it was sealed this way is the consent, given when it was.
      if (isUnprotected(secret) && this.storage === 'plain-text') this.safe.usePlainText()
      return this.safe.decrypt(Buffer.from(secret.ciphertext, 'base64'))
    } catch {
      this.log.warn(`vault: a password sealed by ${secret.backend} does not open with ${this.backendName()}`)
      return null
    }
  }

  private backendName(): string {
    try {
      return this.safe.backend()
    } catch {
      return 'nothing'
    }
  }
}

export const isUnprotected = (secret: SealedSecret): boolean => unguarded.has(secret.backend)
