/*
 * Whom the phone of the gallery knows, and what it answers when it is asked: contacts, people found, past calls, numbers. Plays main's
 * part as far as a picture needs it; nobody here is a real person.
 */
import type { Contact, Person } from '../../../common/contact'
import type { UiCommand } from '../../../common/contract/ui'
import type { UiAnswer } from '../../../common/contract/ui-answer'
import type { BlockRule, DirectorySource } from '../../../common/directory'
import type { HistoryEntry, PhoneState } from '../../../common/phone-state'
import { history, moment } from './people'

/** A small square, as a photograph would be. */
export const picture =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAkElEQVR42pXLUQbDUBSE4VlX19F1zF5CtYQSSikllEYpWUaWMg99Krmn6cm5V+vyvc0/0Mgq0JNVoAerQHfmXtOQ5BN0Y7DU9lmvUE8v1PZxAXSlVz64ALrQKx9cAJ0ZxHq9QifmvnU2QR2rQEcGm+3eCyvU0gu1fVwAHbgo1vb5NNCOyY/aPnMGNUz+H+bsDW8D+LEsUVyfAAAAAElFTkSuQmCC'

const contact = (id: string, name: string, number: string, over: Partial<Contact> = {}): Contact => ({
  id,
  book: 'local',
  name,
  organization: null,
  numbers: [{ label: 'work', value: number }],
  emails: [],
  notes: null,
  favourite: false,
  vip: false,
  speedDial: null,
  ringtone: null,
  avatar: null,
  ...over,
})

export const ada = contact('ada', 'Ada Lovelace', '+442079460101', {
  organization: 'Analytical Engines Ltd.',
  numbers: [
    { label: 'work', value: '+442079460101' },
    { label: 'mobile', value: '+447700900123' },
    { label: 'other', value: 'ada@engines.example' },
  ],
  emails: ['ada@engines.example'],
  notes: 'Prefers mornings.\nCall the mobile when it is urgent.',
  favourite: true,
  vip: true,
  speedDial: 2,
})
const longName = 'Bernard-Alexandre de la Fontaine-Montmorency (Accounts Receivable, Building Seven)'
const contacts: readonly Contact[] = [
  ada,
  contact('anna', 'Anna Lindqvist', '+4930901820', { favourite: true, avatar: picture }),
  contact('bernard', longName, 'bernard@very-long-company-name.example'),
  contact('kenji', 'Kenji 山本', '+81355501234', { organization: 'Osaka Instruments' }),
  contact('noura', 'نورة الحربي', '+966501234567', { favourite: true, speedDial: 3 }),
  contact('okonkwo', 'Dr. Okonkwo’s surgery', '+442079460958', { numbers: [] }),
]

const person = (known: Contact, over: Partial<Person> = {}): Person => ({
  from: 'contact',
  contactId: known.id,
  name: known.name,
  number: known.numbers[0]?.value ?? '',
  label: known.numbers[0]?.label ?? null,
  favourite: known.favourite,
  source: null,
  avatar: known.avatar,
  ...over,
})

export const atHand: PhoneState['contacts']['atHand'] = contacts
  .filter(({ favourite }) => favourite)
  .map((known) => ({ ...person(known), speedDial: known.speedDial }))

const stranger = (from: Person['from'], name: string, number: string, source: string | null): Person => ({
  from,
  contactId: null,
  name,
  number,
  label: null,
  favourite: false,
  source,
  avatar: null,
})
const found: readonly Person[] = [
  person(ada, { label: 'mobile', number: '+447700900123' }),
  ...contacts.slice(1, 3).map((known) => person(known)),
  stranger('recent', 'Adam from the garage', '+4930555012', null),
  stranger('colleague', 'Adele Brandt', '214', null),
  stranger('directory', 'Adrián Núñez Paniagua de la Torre', '+34910555018', 'Company directory'),
  stranger('recent', '', '+4930901999', null),
]

const source = (id: string, name: string, over: Partial<DirectorySource>): DirectorySource => ({
  id,
  name,
  enabled: true,
  hasSecret: false,
  settings: { kind: 'file', path: `/home/you/${id}.csv` },
  status: { state: 'never-loaded' },
  ...over,
})
export const sources: readonly DirectorySource[] = [
  source('team', 'Team list', {
    settings: { kind: 'url', url: 'https://intranet.example/callers.csv', everyMinutes: 60 },
    status: {
      state: 'loaded',
      at: moment - 600_000,
      identifying: 12_480,
      blocking: 310,
      checksum: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
  }),
  source('company', 'Company directory', {
    settings: {
      kind: 'ldap',
      url: 'ldaps://ldap.very-long-company-name.example',
      user: null,
      base: 'ou=people,dc=example,dc=com',
      nameAttributes: ['cn'],
      numberAttributes: ['telephoneNumber', 'mobile'],
      everyMinutes: 1440,
    },
    status: { state: 'loading', entries: 41_000 },
  }),
  source('spam', 'Nuisance callers', {
    status: {
      state: 'failed',
      at: moment - 90_000_000,
      code: 'entriesOutOfOrder',
      detail: 'Line 4182: 49300 comes after 49301.',
    },
  }),
  source('crm', 'CRM', {
    enabled: false,
    settings: { kind: 'lookup', url: 'https://crm.example/who?n={number}', namePointer: '/name', authorized: true },
  }),
]

const rule = (id: string, over: Partial<BlockRule>): BlockRule => ({
  id,
  match: 'exact',
  value: '+4930555019',
  note: null,
  schedule: null,
  addedAt: moment - 86_400_000,
  ...over,
})
export const blocked: readonly BlockRule[] = [
  rule('one', { note: 'Sells windows' }),
  rule('two', { match: 'prefix', value: '+49900' }),
  rule('three', {
    match: 'range',
    value: '+4930100000-+4930199999',
    schedule: { days: [1, 2, 3, 4, 5], from: 1320, to: 420 },
  }),
  rule('four', {
    match: 'address',
    value: 'spam.example',
    note: 'A very long note about why this whole domain may not ring here any more',
  }),
]

const past = (over: Partial<HistoryEntry>): HistoryEntry => ({
  ...(history[0] as HistoryEntry),
  missed: false,
  ...over,
})
export const transferred = past({
  id: 'past-transferred',
  name: 'Ada L.',
  label: 'Ada Lovelace',
  connectedAt: moment - 3_600_000,
  startedAt: moment - 3_612_000,
  endedAt: moment - 3_000_000,
  cause: 'transferred',
  mos: 3.9,
  sipStatus: 200,
  relations: [
    { kind: 'transferred-to', callId: 'past-47' },
    { kind: 'conference', callId: 'gone' },
  ],
})
export const troubled = past({
  id: 'past-troubled',
  connectedAt: moment - 7_260_000,
  startedAt: moment - 7_268_000,
  endedAt: moment - 7_140_000,
  cause: 'hung-up',
  mos: 2.4,
  trouble: {
    trouble: 'not-heard',
    since: moment - 7_250_000,
    lasted: 94_000,
    evidence: 'sent 2310 packets in 46 s; of 9 reports of theirs since, none tells that more arrived',
  },
  diverted: [{ handle: { type: 'phoneNumber', value: '500' }, name: 'Support', reason: 'no-answer' }],
})
export const kept = past({
  id: 'past-blocked',
  name: 'Congratulations',
  handle: { type: 'phoneNumber', value: '+49900555019' },
  startedAt: moment - 5_400_000,
  endedAt: moment - 5_400_000,
  cause: 'declined',
  screening: { by: 'own-list', list: null, match: 'prefix', ruleId: 'two' },
})

/** Everybody at once: who is at hand, what is blocked, what is asked. */
export const known: Partial<PhoneState> = {
  contacts: { count: contacts.length, atHand },
  directory: { sources, blocked },
}

const ladder = `10:14:02.118 → host1:8089 wss
REGISTER sip:host1 SIP/2.0
Via: SIP/2.0/WSS else.invalid;branch=branch1
From: <sip:number1@host1>;tag=tag1
Authorization: ***

10:14:02.149 ← host1:8089 wss
SIP/2.0 200 OK
Contact: <sip:user1@else.invalid;transport=ws>;expires=600

`
const diagnostics = [
  { name: 'Versions and system', text: 'Patchcord: 0.1.0\nElectron: 33.2.1\nsystem: Linux 6.1 x64\n' },
  { name: 'Settings', text: 'theme: system\nringSeconds: 60\ncloseToTray: true\n'.repeat(9) },
  { name: 'SIP of account1', text: ladder.repeat(240) },
  { name: 'Log', text: '10:14:02.150 account account1: registered for 600 s\n'.repeat(9000) },
]

/** What main would answer; null: nothing. */
export function answerTo(command: UiCommand, state: PhoneState | null): UiAnswer | null {
  switch (command.type) {
    case 'search':
      return { type: 'people', people: command.text === 'nobody' ? [] : found }
    case 'listContacts': {
      const all = state?.contacts.count === 0 || command.filter === 'nobody' ? [] : contacts
      return {
        type: 'contacts',
        contacts: all.slice(command.offset, command.offset + command.limit),
        total: all.length,
      }
    }
    case 'getContact':
      return { type: 'contact', contact: contacts.find(({ id }) => id === command.contactId) ?? ada }
    case 'findContact':
      return command.number === transferred.handle.value ? { type: 'contact', contact: ada } : null
    case 'previewDiagnostics':
      return { type: 'diagnostics', parts: diagnostics }
    case 'findCalls': {
      const all = state === null || state.history.length === 0 ? [] : [...state.history, transferred, kept]
      return {
        type: 'calls',
        calls: all.filter((entry) => fits(entry, command.filter)).sort((a, b) => b.startedAt - a.startedAt),
        more: false,
      }
    }
    case 'testNumber':
      return {
        type: 'number',
        e164: '+49301234',
        shown: '+49 30 1234',
        dialled: '00301234',
        why: 'Germany, area code 30 added; sent nationally after the outside prefix 0.',
      }
    default:
      return null
  }
}

function fits(entry: HistoryEntry, filter: Extract<UiCommand, { type: 'findCalls' }>['filter']): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'missed':
      return entry.missed
    case 'blocked':
      return entry.screening !== null
    default:
      return entry.direction === filter
  }
}
