/*
 * The views of the settings: accounts and their tests, sound, the rest, and diagnostics.
 */
import { registrationFailures } from '../../../common/errors'
import { defaultSettings } from '../../../common/settings'
import { AccountForm } from '../account-form.svelte'
import type { Desk } from '../desk.svelte'
import type { Fixture } from './fixtures'
import * as p from './people'

const { snapshot, account } = p

const settings =
  (page: Desk['settingsPage']) =>
  (desk: Desk): void => {
    desk.goTo('settings')
    desk.settingsPage = page
  }

export const settingsViews: Readonly<Record<string, Fixture>> = {
  'settings-accounts': {
    state: snapshot({
      accounts: [
        account(),
        { ...p.home, account: { ...p.home.account, server: 'sip:voip.example' }, route: p.route },
        account({ id: 'off', name: 'Old office', enabled: false }),
      ],
    }),
    desk: settings('accounts'),
  },
  'settings-accounts-failed': {
    state: snapshot({
      accounts: registrationFailures.map((reason) =>
        account(
          { id: reason, name: reason },
          p.failed(reason, {
            sipStatus: reason === 'wrong-password' ? 403 : null,
            retryAt: reason === 'unreachable' ? p.moment + 12_000 : null,
            certificate: reason === 'certificate' ? p.certificate : null,
          }),
        ),
      ),
    }),
    desk: settings('accounts'),
  },
  'settings-accounts-unprotected': {
    state: snapshot({ accounts: [{ ...account(), unprotected: true }], secretStorage: 'plain-text' }),
    desk: settings('accounts'),
  },
  'settings-edit-unprotected': {
    state: snapshot({ secretStorage: 'plain-text' }),
    desk: (desk) => desk.openForm(new AccountForm({ ...account(), unprotected: true })),
  },
  'settings-remove': { state: snapshot(), desk: settings('accounts'), click: '[aria-label="Remove Work"]' },
  'settings-edit': {
    state: snapshot(),
    desk: (desk) => desk.openForm(new AccountForm(account({ certificate: p.certificate.fingerprint }))),
  },
  'settings-edit-features': {
    state: snapshot(),
    desk: (desk) => desk.openForm(new AccountForm(account({ features: p.features }))),
  },
  'settings-audio': {
    state: snapshot({
      settings: {
        ...defaultSettings,
        audio: { ...defaultSettings.audio, speaker: { id: 'gone', label: 'Bose QC 45' } },
      },
    }),
    desk: settings('audio'),
  },
  'settings-general': { state: snapshot(), desk: settings('general') },
  'settings-general-menu': { state: snapshot(), desk: settings('general'), click: '.choice-trigger' },
  'settings-about': { state: snapshot(), desk: settings('about') },
}
