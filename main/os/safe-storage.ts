/*
 * The operating system's keychain through Electron's safeStorage, in the shape the vault wants. Usable once the
 * application is ready; on Linux the backend goes by the desktop's name, not by what is running.
 */
import { safeStorage } from 'electron'
import type { SafeStorage } from '../settings/secret-vault'

export const electronSafeStorage: SafeStorage = {
  isEncryptionAvailable: () => safeStorage.isEncryptionAvailable(),
  backend: () => {
    if (process.platform === 'darwin') return 'keychain'
    return process.platform === 'win32' ? 'dpapi' : safeStorage.getSelectedStorageBackend()
  },
  usePlainText: () => safeStorage.setUsePlainTextEncryption(true),
  encrypt: (text) => safeStorage.encryptString(text),
  decrypt: (ciphertext) => safeStorage.decryptString(Buffer.from(ciphertext)),
}
