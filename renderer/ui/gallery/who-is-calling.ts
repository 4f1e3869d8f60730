/*
 * The views about people: the search box, contacts, past calls, who is calling, directories, blocking, do not disturb, privacy.
 */
import { usualNumbers } from '../../../common/account'
import type { Caller } from '../../../common/contact'
import type { CallView, PhoneState } from '../../../common/phone-state'
import { defaultSettings } from '../../../common/settings'
import { AccountForm } from '../account-form.svelte'
import { ContactForm } from '../contact-form.svelte'
import type { Desk } from '../desk.svelte'
import { RuleForm } from '../rule-form.svelte'
import { SourceForm } from '../source-form.svelte'
import type { Fixture } from './fixtures'
import { ada, blocked, kept, known, picture, sources, transferred, troubled } from './known'
import * as p from './people'

const state = p.snapshot(known)
const empty = p.snapshot({ history: [] })
const settings =
  (page: Desk['settingsPage'], more: (desk: Desk) => void = () => undefined) =>
  (desk: Desk): void => {
    desk.tab = 'settings'
    desk.away = true
    desk.settingsPage = page
    more(desk)
  }
const contacts =
  (more: (desk: Desk) => void = () => undefined) =>
  (desk: Desk): void => {
    desk.tab = 'contacts'
    desk.away = true
    more(desk)
  }
const recents =
  (more: (desk: Desk) => void = () => undefined) =>
  (desk: Desk): void => {
    desk.tab = 'recents'
    desk.away = true
    more(desk)
  }

const nobody: Caller = {
  name: null,
  contactId: null,
  source: null,
  avatar: null,
  ringtone: null,
  vip: false,
  lookalike: false,
  attestation: null,
}
const incoming = { direction: 'incoming', startedAt: p.moment - 4000 } as const
const rings = (
  caller: Partial<Caller>,
  more: Partial<CallView> = {},
  name: string | null = 'A. Lovelace',
): CallView => ({
  ...p.call({ state: 'incoming' }, { ...incoming, name, handle: p.number('+442079460101') }),
  caller: { ...nobody, ...caller },
  ...more,
})
const contact: Partial<Caller> = { name: 'Ada Lovelace', contactId: 'ada', source: 'contact' }
const meant = [{ handle: p.address('600'), name: 'Reception', reason: 'no-answer' }]
const lookalike: Partial<Caller> = { lookalike: true, attestation: 'failed' }
const calls = (...views: CallView[]): PhoneState => p.snapshot({ ...known, calls: views })
const waiting = (view: CallView): CallView => ({ ...view, call: { ...view.call, waiting: true } })
const talking = p.call(p.active(), {}, p.goodSound)

const long = 'Bernard-Alexandre de la Fontaine-Montmorency (Accounts Receivable, Building Seven)'
const quietSettings: PhoneState['settings'] = {
  ...defaultSettings,
  doNotDisturbSchedule: [{ days: [1, 2, 3, 4, 5], from: 22 * 60, to: 7 * 60 }],
}

export const whoIsCalling: Readonly<Record<string, Fixture>> = {
  'dialer-at-hand': { state },
  'dialer-search': { state, desk: (desk) => (desk.dialText = 'ad') },
  'dialer-search-nobody': { state, desk: (desk) => (desk.dialText = 'nobody') },
  'dialer-private': { state, desk: (desk) => (desk.dialPrivate = true) },
  'dialer-quiet-schedule': {
    state: p.snapshot({ ...known, quiet: { on: true, because: 'desktop' } }),
  },
  'transfer-search': {
    state: calls(talking),
    desk: (desk) => {
      desk.away = false
      desk.choose(talking.call.id)
      desk.send(talking.call, 'transfer')
      desk.sendText = 'ad'
    },
  },

  'caller-contact': { state: calls(rings({ ...contact, vip: true, avatar: picture, attestation: 'A' })) },
  'caller-maybe': { state: calls(rings({ name: 'Ada Lovelace', source: 'Team list' }, { diverted: meant })) },
  'caller-lookalike': { state: calls(rings(lookalike, {}, '+49 30 901820')) },
  'caller-long': {
    state: calls(rings({ name: long, source: 'Company directory' }, { private: true, diverted: meant })),
  },
  'caller-waiting': {
    state: calls(
      talking,
      waiting(rings({ name: 'Ada Lovelace', source: 'Team list' })),
      waiting(rings(lookalike, {}, '+4930')),
    ),
    desk: (desk) => desk.choose(talking.call.id),
  },
  'caller-active': {
    state: calls({
      ...p.call(p.active(), { handle: p.number('+442079460101') }, p.goodSound),
      caller: { ...nobody, ...contact, vip: true },
      private: true,
    }),
  },
  'caller-menu': {
    state: calls({ ...talking, caller: { ...nobody, ...contact } }),
    click: '.deck [aria-haspopup="menu"]',
  },

  contacts: { state, desk: contacts() },
  'contacts-empty': { state: empty, desk: contacts() },
  'contacts-nobody': { state, desk: contacts((desk) => (desk.contactFilter = 'nobody')) },
  'contacts-menu': { state, desk: contacts(), click: '[aria-label="Import and export"]' },
  'contact-page': { state, desk: contacts((desk) => (desk.contact = 'ada')) },
  'contact-page-long': { state, desk: contacts((desk) => (desk.contact = 'bernard')) },
  'contact-new': {
    state,
    desk: contacts((desk) => (desk.contactForm = new ContactForm({ name: 'Ada', number: '+442079460101' }))),
  },
  'contact-edit-tone': {
    state,
    desk: contacts((desk) => (desk.contactForm = new ContactForm({ ...ada, ringtone: 'marimba' }))),
    scroll: '.tone',
  },
  'contact-edit': { state, desk: contacts((desk) => (desk.contactForm = new ContactForm(ada))) },

  'recents-blocked': { state, desk: recents((desk) => (desk.recentFilter = 'blocked')) },
  'recent-page': { state, desk: recents((desk) => (desk.recent = transferred)) },
  'recent-page-trouble': {
    state,
    desk: recents((desk) => (desk.recent = troubled)),
    click: '[aria-label="Details"], .details',
  },
  'recent-page-blocked': { state, desk: recents((desk) => (desk.recent = kept)) },

  settings: { state, desk: settings(null) },
  'settings-directories': { state, desk: settings('directories') },
  'settings-directories-empty': { state: empty, desk: settings('directories') },
  'settings-directory-add': {
    state,
    desk: settings('directories', (desk) => (desk.sourceForm = new SourceForm(null))),
  },
  'settings-directory-ldap': {
    state,
    desk: settings('directories', (desk) => (desk.sourceForm = new SourceForm(sources[1] ?? null))),
  },
  'settings-blocking': { state: p.snapshot({ ...known, directory: { sources, blocked } }), desk: settings('blocking') },
  'settings-blocking-empty': { state: empty, desk: settings('blocking') },
  'settings-block': {
    state,
    desk: settings('blocking', (desk) => {
      const form = new RuleForm()
      Object.assign(form, { match: 'range', value: '+49 30 1', scheduled: true, wrong: true })
      desk.ruleForm = form
    }),
  },
  'settings-quiet': {
    state: p.snapshot({
      accounts: [p.account(), p.home],
      settings: quietSettings,
      quiet: { on: true, because: 'schedule' },
    }),
    desk: settings('quiet'),
  },
  'settings-quiet-passed-over': {
    state: p.snapshot({ settings: { ...quietSettings, doNotDisturbPausedUntil: p.moment + 5_400_000 } }),
    desk: settings('quiet'),
  },
  'settings-privacy': { state, desk: settings('privacy') },
  'settings-edit-connection': {
    state,
    desk: (desk) => {
      const form = new AccountForm(p.account({ server: 'sip:pbx.example' }))
      Object.assign(form, { advanced: true })
      Object.assign(form.connection, { open: true, turnServer: 'turn.example:3478', wrong: ['expires'], expires: '5' })
      desk.openForm(form)
    },
    scroll: '.folded .folded:not([hidden])',
  },
  'settings-edit-numbers': {
    state,
    desk: (desk) => {
      const rules = [{ match: '^5(\\d{3})$', replace: '030123$1' }]
      const form = new AccountForm(p.account({ numbers: { ...usualNumbers, country: 'DE', areaCode: '30', rules } }))
      form.numbers.sample = '1234'
      desk.openForm(form)
    },
    scroll: '#country-of-line',
  },
}
