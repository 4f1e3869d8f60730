/*
 * What the settings tests share: a folder that goes away, and a keychain whose key a test can change.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { noFeatures, usualConnection, usualNumbers, type AccountDraft } from '../../../common/account'
import { silentLog } from '../../../common/log'
import { Accounts } from '../../../main/settings/accounts'
import { SecretVault, type SafeStorage } from '../../../main/settings/secret-vault'
import { openSettings } from './open-settings'

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-settings-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Behaves as Electron's safeStorage was seen to: without a keyring it refuses until plain text was allowed. */
export class FakeSafeStorage implements SafeStorage {
  plainTextAllowed = false

  constructor(
    public kind = 'gnome_libsecret',
    public key = 'key-1',
  ) {}

  isEncryptionAvailable(): boolean {
    return this.kind !== 'basic_text' || this.plainTextAllowed
  }

  backend(): string {
    return this.kind
  }

  usePlainText(): void {
    this.plainTextAllowed = true
  }

  encrypt(text: string): Uint8Array {
    if (!this.isEncryptionAvailable()) throw new Error('encryption is not available')
    return Buffer.from(JSON.stringify({ by: this.keyName(), text: [...text].reverse().join('') }))
  }

  decrypt(ciphertext: Uint8Array): string {
    if (!this.isEncryptionAvailable()) throw new Error('encryption is not available')
    const sealed = JSON.parse(Buffer.from(ciphertext).toString()) as { by: string; text: string }
    // The hard-coded key opens what it closed, whichever backend is in use now.
    if (sealed.by !== 'basic_text' && sealed.by !== this.keyName()) throw new Error('wrong key')
    return [...sealed.text].reverse().join('')
  }

  private keyName(): string {
    return this.kind === 'basic_text' ? 'basic_text' : `${this.kind}/${this.key}`
  }
}

export function openAccounts(folder: string, safe: SafeStorage = new FakeSafeStorage()): Accounts {
  return new Accounts({ file: openSettings(folder), vault: new SecretVault(safe, silentLog) })
}

export const draft = (patch: Partial<AccountDraft> = {}): AccountDraft => ({
  name: 'Work',
  uri: 'sip:100@pbx.example',
  server: 'wss://pbx.example:8089/ws',
  username: '100',
  password: 'canary-password',
  displayName: null,
  certificate: null,
  features: noFeatures,
  connection: usualConnection,
  numbers: usualNumbers,
  turnPassword: null,
  ...patch,
})
