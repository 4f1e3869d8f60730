/*
 * Wishes about accounts: a new one is tried before it is kept, and every change is told to whoever registers them.
 */
import type { Account, AccountDraft } from '../../common/account'
import type { UiCommand } from '../../common/contract/ui'
import type { Result } from '../../common/errors'
import type { SecretStorage } from '../../common/phone-state'
import type { Engine } from '../engine/engine'
import type { Registrar } from '../engine/registrar'
import type { Accounts } from '../settings/accounts'
import type { KeepPassword } from '../settings/secret-vault'
import type { WishOutcome } from '../windows/phone-api'
import { failure, fulfilled, outcome, type Perform } from './outcome'

/** The wishes answered here. */
export const accountWishes = [
  'addAccount',
  'changeAccount',
  'removeAccount',
  'setAccountEnabled',
  'enterPassword',
  'tryDemo',
  'callMe',
  'reconnect',
] as const satisfies readonly UiCommand['type'][]
export type AccountWish = (typeof accountWishes)[number]

export interface AccountWishesOptions {
  readonly accounts: Accounts
  readonly registrar: Registrar
  readonly engine: Engine
  readonly secretStorage: () => SecretStorage
  /** After any change of accounts or passwords. */
  readonly accountsChanged: () => void
}

/** How long "Call me" takes to ring, ms: time to close the window and see the notification. */
const callMeDelayMs = 3_000

/** Fulfils them. */
export function performAccounts(options: AccountWishesOptions): Perform<AccountWish> {
  const { accounts, engine, accountsChanged } = options
  const after = (result: Result<unknown>): WishOutcome => {
    if (result.ok) accountsChanged()
    return outcome(result)
  }
  return async (command) => {
    switch (command.type) {
      case 'addAccount':
        return addAccount(options, command.draft, command.keep, command.evenIfUnreachable)
      case 'changeAccount':
        return after(accounts.change(command.accountId, command.draft, command.keep))
      case 'removeAccount':
        return after(accounts.remove(command.accountId))
      case 'setAccountEnabled':
        return after(accounts.setEnabled(command.accountId, command.enabled))
      case 'enterPassword':
        return after(accounts.enterPassword(command.accountId, command, command.keep))
      case 'tryDemo':
        return after(accounts.addDemo())
      case 'callMe':
        return outcome(await engine.request({ type: 'demoCall', delayMs: callMeDelayMs }))
      case 'reconnect':
        return outcome(await engine.request({ type: 'reconnect', because: 'wish' }))
    }
  }
}

/** Nothing is kept of an account that does not work, unless its user wants it kept. */
async function addAccount(
  { accounts, registrar, accountsChanged, secretStorage }: AccountWishesOptions,
  draft: AccountDraft,
  keep: KeepPassword,
  evenIfUnreachable: boolean,
): Promise<WishOutcome> {
  if (keep === 'keychain' && secretStorage() === 'plain-text') return failure('needs-consent')
  const prepared = accounts.prepare(draft)
  if (!prepared.ok) return outcome(prepared)
  if (!evenIfUnreachable) {
    const registration = await registrar.trial(prepared.value.account, prepared.value.credentials)
    if (registration.state === 'failed') {
      const { reason, certificate, sipStatus } = registration
      const detail = sipStatus === null ? null : `SIP ${sipStatus}`
      return { ...fulfilled, error: { code: 'registration-failed', detail, registration: reason, certificate } }
    }
  }
  const added: Result<Account> = accounts.add(prepared.value, keep)
  accountsChanged()
  return outcome(added)
}
