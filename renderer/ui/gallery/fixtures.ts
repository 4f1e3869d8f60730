/*
 * Every view of the phone as a snapshot, and what the person is in the middle of. The pictures, the accessibility check and
 * the eye of whoever changes the look all go through this one list.
 */
import type { UiError } from '../../../common/contract/ui'
import { endCauses, registrationFailures, requestErrorCodes, type EndCause } from '../../../common/errors'
import type { Notice, PhoneState } from '../../../common/phone-state'
import { defaultSettings } from '../../../common/settings'
import { AccountForm } from '../account-form.svelte'
import type { Desk } from '../desk.svelte'
import * as p from './people'
import { serverFeatures } from './server-features'
import { settingsViews } from './settings-views'
import { several } from './several-calls'
import { whoIsCalling } from './who-is-calling'

export interface Fixture {
  /** null: nothing has arrived yet. */
  readonly state: PhoneState | null
  readonly desk?: (desk: Desk) => void
  /** Clicked once everything is drawn. */
  readonly click?: string
  /** Brought to the top once everything is drawn. */
  readonly scroll?: string
  /** A second snapshot, for what depends on what was there before. */
  readonly then?: PhoneState
}

const error = (code: UiError['code'], over: Partial<UiError> = {}): UiError => ({
  code,
  detail: null,
  registration: null,
  certificate: null,
  ...over,
})

const form =
  (fail: UiError | null, over: (form: AccountForm) => void = () => undefined) =>
  (desk: Desk): void => {
    const typed = new AccountForm(null, p.place)
    Object.assign(typed, { uri: '100@pbx.example', password: 'secret-word', error: fail })
    over(typed)
    desk.openForm(typed)
  }

const { snapshot, call, account } = p
const incoming = { direction: 'incoming', startedAt: p.moment - 4000 } as const
const longName = 'Bernard-Alexandre de la Fontaine-Montmorency (Accounts Receivable, Building Seven)'
const noAccounts = snapshot({ accounts: [], history: [] })
const inCall = (...calls: PhoneState['calls'][number][]): PhoneState => snapshot({ calls })
const oneCall = call(p.active(), {}, p.goodSound)
const ringing = call({ state: 'incoming' }, incoming)
const waiting = call(
  { state: 'incoming' },
  { ...incoming, waiting: true, name: 'Kenji 山本', handle: p.number('+81355501234') },
)

const incomingEnds: readonly EndCause[] = [
  'deflected',
  'forwarded',
  'declined',
  'remote-cancelled',
  'answered-elsewhere',
  'declined-elsewhere',
]

const talkedEnds: readonly EndCause[] = [
  'hung-up',
  'remote-hung-up',
  'connection-lost',
  'transferred',
  'remote-transferred',
  'session-expired',
]

const notices: readonly Notice[] = [
  { id: 'n1', kind: 'provisioned', detail: 'Work, Home' },
  { id: 'n2', kind: 'provisioning-failed', detail: 'accounts.json: accounts[1].server must start with ws: or wss:' },
  { id: 'n3', kind: 'settings-restored', detail: null },
]

export const fixtures: Readonly<Record<string, Fixture>> = {
  loading: { state: null },
  'first-run': { state: noAccounts },
  'add-account': { state: noAccounts, desk: (desk) => desk.openForm(new AccountForm(null, p.place)) },
  'add-account-busy': { state: noAccounts, desk: form(null, (typed) => (typed.busy = true)) },
  'add-account-incomplete': {
    state: noAccounts,
    desk: (desk) => {
      desk.openForm(new AccountForm(null, p.place))
      if (desk.form) desk.form.wrong = ['uri', 'password', 'server']
    },
  },
  'add-account-advanced': {
    state: snapshot({ accounts: [], history: [], secretStorage: 'plain-text' }),
    desk: form(null, (typed) => (typed.advanced = true)),
  },
  'add-account-plain-text': {
    state: snapshot({ accounts: [], history: [], secretStorage: 'plain-text' }),
    desk: form(null),
  },
  ...Object.fromEntries(
    registrationFailures.map((registration) => [
      `add-account-${registration}`,
      {
        state: noAccounts,
        desk: form(
          error('registration-failed', {
            registration,
            certificate: registration === 'certificate' ? p.certificate : null,
            detail: registration === 'wrong-password' ? 'SIP 403 Forbidden' : null,
          }),
        ),
      },
    ]),
  ),
  dialer: { state: snapshot() },
  'dialer-empty': { state: snapshot({ history: [] }) },
  'dialer-typed': { state: snapshot(), desk: (desk) => (desk.dialText = '+4930') },
  'dialer-no-keypad': { state: snapshot(), desk: (desk) => (desk.keypad = false) },
  'dialer-accounts': {
    state: snapshot({ accounts: [account(), p.home, account({ id: 'x', name: 'Old', enabled: false }), p.demo] }),
    click: '.account-trigger',
  },
  'dialer-demo': { state: snapshot({ accounts: [p.demo], history: [] }) },
  'dialer-connecting': { state: snapshot({ accounts: [account({}, { state: 'registering' })] }) },
  'dialer-failed': {
    state: snapshot({ accounts: [account({}, p.failed('connection-lost', { retryAt: p.moment + 8000 }))] }),
  },
  'dialer-password': {
    state: snapshot({ accounts: [{ ...account({}, { state: 'unregistered' }), needsPassword: true }] }),
  },
  'dialer-quiet': {
    state: snapshot({
      settings: { ...defaultSettings, doNotDisturb: true },
      quiet: { on: true, because: 'switch' },
    }),
  },
  'dialer-quiet-until': {
    state: snapshot({
      settings: { ...defaultSettings, doNotDisturb: true, doNotDisturbUntil: p.moment + 1_800_000 },
      quiet: { on: true, because: 'timer' },
    }),
  },
  'dialer-quiet-menu': { state: snapshot(), click: '.moon' },
  'dialer-off': { state: snapshot({ accounts: [account({ enabled: false }, { state: 'unregistered' })] }) },
  'dialer-in-call': { state: inCall(oneCall), desk: (desk) => desk.goTo('phone'), click: 'nav button' },
  'dialer-ringing': {
    state: snapshot(),
    desk: (desk) => (desk.dialText = '+4989'),
    then: inCall(call({ state: 'incoming' }, incoming)),
  },
  incoming: { state: inCall(call({ state: 'incoming' }, incoming)) },
  'incoming-silenced': { state: snapshot({ calls: [ringing], silenced: [ringing.call.id] }) },
  'incoming-accounts': {
    state: snapshot({ accounts: [account(), p.home], calls: [call({ state: 'incoming' }, incoming)] }),
  },
  'incoming-number': {
    state: inCall(call({ state: 'incoming' }, { ...incoming, name: null, handle: p.number('+14155550132') })),
  },
  'incoming-anonymous': {
    state: inCall(call({ state: 'incoming' }, { ...incoming, name: null, handle: p.address('') })),
  },
  'incoming-long': {
    state: inCall(
      call(
        { state: 'incoming' },
        { ...incoming, name: longName, handle: p.address('bernard@very-long-company-name.example') },
      ),
    ),
  },
  'incoming-rtl': {
    state: inCall(call({ state: 'incoming' }, { ...incoming, name: 'نورة الحربي', handle: p.number('+966501234567') })),
  },
  'incoming-two': { state: inCall(call({ state: 'incoming' }, incoming), waiting) },
  dialing: { state: inCall(call({ state: 'dialing' })) },
  alerting: { state: inCall(call({ state: 'alerting', earlyMedia: false })) },
  connecting: { state: inCall(call({ state: 'connecting', muted: false })) },
  active: { state: inCall(oneCall) },
  'active-quality': { state: inCall(oneCall), click: '.quality-badge' },
  'active-muted': { state: inCall(call(p.active({ muted: true }), {}, p.goodSound)) },
  'active-poor': { state: inCall(call(p.active(), { name: null, handle: p.address('600') }, p.poorSound)) },
  'active-hours': { state: inCall(call(p.active({ connectedAt: p.moment - 3_725_000 }), {}, p.goodSound)) },
  'active-keypad': {
    state: inCall(oneCall),
    desk: (desk) => {
      desk.choose(oneCall.call.id)
      desk.callKeypad = true
      desk.digits = '2048#'
    },
  },
  held: { state: inCall(call(p.held(), {}, p.goodSound)) },
  'held-by-them': { state: inCall(call(p.active({ remoteHeld: true }), {}, p.goodSound)) },
  'held-both': { state: inCall(call(p.held({ remoteHeld: true }), {}, p.goodSound)) },
  waiting: { state: inCall(oneCall, waiting) },
  'waiting-silenced': { state: snapshot({ calls: [oneCall, waiting], silenced: [waiting.call.id] }) },
  ...several,
  ...whoIsCalling,
  'many-calls': {
    state: inCall(
      oneCall,
      call(p.held(), { name: longName, handle: p.address('bernard@example.com') }, p.goodSound),
      call(p.held({ remoteHeld: true }), { name: 'نورة الحربي', handle: p.number('+966501234567') }),
      waiting,
    ),
  },
  ending: { state: inCall(call({ state: 'ending', cause: 'hung-up', connectedAt: p.moment - 9000 })) },
  ...Object.fromEntries(
    endCauses.map((cause) => {
      const [status, reason] = p.statuses[cause] ?? [null, null]
      const talked = talkedEnds.includes(cause)
      const phase = { ...p.ended(cause, status, reason), ...(talked ? { connectedAt: p.moment - 151_000 } : {}) }
      return [`ended-${cause}`, { state: inCall(call(phase, incomingEnds.includes(cause) ? incoming : {})) }]
    }),
  ),
  recents: { state: snapshot(), desk: (desk) => desk.goTo('recents') },
  'recents-missed': {
    state: snapshot(),
    desk: (desk) => {
      desk.goTo('recents')
      desk.recentFilter = 'missed'
    },
  },
  'recents-empty': { state: snapshot({ history: [] }), desk: (desk) => desk.goTo('recents') },
  'recents-clear': { state: snapshot(), desk: (desk) => desk.goTo('recents'), click: '[aria-label="Clear the list"]' },
  ...settingsViews,
  ...serverFeatures,
  keys: { state: snapshot(), desk: (desk) => (desk.keysShown = true) },
  notices: { state: snapshot({ notices }) },
  'notices-unprotected': {
    state: snapshot({ notices: [{ id: 'u', kind: 'unprotected-passwords', detail: 'Work' }] }),
  },
  'engine-restarting': { state: snapshot({ engine: 'restarting', accounts: [account({}, p.failed('engine-lost'))] }) },
  'engine-failed': { state: snapshot({ engine: 'failed', accounts: [account({}, p.failed('engine-lost'))] }) },
  ...Object.fromEntries(
    requestErrorCodes.map((code) => [
      `refused-${code}`,
      { state: snapshot(), desk: (desk: Desk) => (desk.problem = error(code)) },
    ]),
  ),
}
