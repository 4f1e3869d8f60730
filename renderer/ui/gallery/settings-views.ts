/*
 * The views of the settings: accounts and their tests, sound, the rest, and diagnostics.
 */
import { testSteps, type AccountTest, type TestLine, type TestStep } from '../../../common/diagnosis'
import { registrationFailures } from '../../../common/errors'
import type { PhoneState } from '../../../common/phone-state'
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

type States = Partial<Record<TestStep, TestLine['state']>>
const passed: Record<TestStep, string> = {
  dns: 'pbx.example is at 192.0.2.10 and 2001:db8::10',
  connect: 'connected to 192.0.2.10, port 8089',
  tls: 'TLS 1.3; the certificate is for pbx.example, until 14 August 2025',
  options: 'answered in 31 ms from Asterisk PBX 22.10.0; takes OPTIONS, INVITE, ACK, BYE, CANCEL, REFER',
  register: 'the server keeps this phone’s address for 600 s; it has 2 phones',
  codecs: 'opus was agreed in a call, encrypted (DTLS-SRTP)',
  echo: '6 of 6 signals came back, at -24 dB after 212 ms (sent at -20 dB), 0 % of the packets lost',
}
const took: Record<TestStep, number> = {
  dns: 12,
  connect: 41,
  tls: 58,
  options: 31,
  register: 96,
  codecs: 640,
  echo: 6210,
}
const whys: Partial<Record<TestLine['state'], string>> = {
  failed: 'no answer from 192.0.2.10 within 6 s',
  doubtful: 'the server describes no sound; only a call can tell',
  skipped: 'the server cannot be reached',
}
const beforeRegister: States = { dns: 'passed', connect: 'passed', tls: 'passed', options: 'passed' }

/** Steps that are not named are as `rest`. */
const tested = (
  states: States,
  rest: TestLine['state'] = 'passed',
  over: Partial<AccountTest> = {},
  echo: string | null = '*43',
): PhoneState => {
  const lines = testSteps.map((step): TestLine => {
    const state = states[step] ?? rest
    const going = state === 'waiting' || state === 'running'
    const found = going ? null : (whys[state] ?? passed[step])
    return { step, state, found, tookMs: going || state === 'skipped' ? null : took[step] }
  })
  return snapshot({
    accounts: [account({ features: { ...p.features, echo } })],
    accountTest: { accountId: 'work', lines, done: true, ...over },
  })
}
const test = (desk: Desk): void => {
  settings('accounts')(desk)
  desk.testing = 'work'
}

export const settingsViews: Readonly<Record<string, Fixture>> = {
  'settings-accounts': {
    state: snapshot({
      accounts: [
        { ...account(), reach: p.proven(12) },
        {
          ...p.home,
          account: { ...p.home.account, server: 'sip:voip.example' },
          route: p.route,
          reach: p.proven(47, { nextAt: p.moment, doubt: 'no-answer' }),
        },
        account({ id: 'off', name: 'Old office', enabled: false }),
      ],
    }),
    desk: settings('accounts'),
  },
  'settings-accounts-servers': {
    state: snapshot({
      accounts: [
        { ...account(), flows: p.flows('registered', 'registered') },
        { ...account({ id: 'branch', name: 'Branch' }), flows: p.flows('registered', 'failed', 'registering') },
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
  'settings-test': { state: tested({}), desk: test },
  'settings-test-before': { state: snapshot(), desk: test },
  'settings-test-running': {
    state: tested({ ...beforeRegister, register: 'running' }, 'waiting', { done: false }),
    desk: test,
  },
  'settings-test-soundless': { state: tested({ codecs: 'doubtful', echo: 'skipped' }, 'passed', {}, null), desk: test },
  'settings-test-doubtful': { state: tested({ codecs: 'doubtful' }), desk: test },
  'settings-test-failed': { state: tested({ dns: 'passed', connect: 'failed' }, 'skipped'), desk: test },
  'settings-test-ended': { state: tested(beforeRegister, 'skipped'), desk: test },
  'settings-diagnostics': { state: snapshot(), desk: settings('diagnostics'), click: '.fold' },
  'settings-diagnostics-without': { state: snapshot(), desk: settings('diagnostics'), click: 'input[type="checkbox"]' },
  'settings-audio': {
    state: snapshot({
      settings: {
        ...defaultSettings,
        audio: { ...defaultSettings.audio, speaker: { id: 'gone', label: 'Bose QC 45' } },
      },
    }),
    desk: settings('audio'),
  },
  'settings-audio-ring': { state: snapshot(), desk: settings('audio'), scroll: '[aria-label="Ringing"]' },
  'settings-general': { state: snapshot(), desk: settings('general') },
  'settings-general-answering': {
    state: snapshot({ settings: { ...defaultSettings, autoAnswer: ['+4930901820', '680', 'door@intercom.example'] } }),
    desk: settings('general'),
    scroll: '[aria-label="Calls"]',
  },
  'settings-general-menu': { state: snapshot(), desk: settings('general'), click: '.choice-trigger' },
  'settings-about': { state: snapshot(), desk: settings('about') },
}
