/*
 * What servers offer besides calls, as fixtures: mailboxes, colleagues, messages, absences, calls that came round a corner or were answered by themselves, and
 * what is wrong with the sound.
 */
import type { Colleague, Conversation, LineState, Message, Watched } from '../../../common/colleague'
import type { UiCommand } from '../../../common/contract/ui'
import type { UiAnswer } from '../../../common/contract/ui-answer'
import { mediaTroubles } from '../../../common/diagnosis'
import type { CallView, PhoneState } from '../../../common/phone-state'
import type { Away } from '../../../common/reach'
import { defaultSettings } from '../../../common/settings'
import type { Desk } from '../desk.svelte'
import { WatchForm } from '../watch-form.svelte'
import type { Fixture } from './fixtures'
import * as p from './people'

const { snapshot, call, account } = p
const minutes = 60_000
const hours = 60 * minutes
const features = { ...p.features, pickup: '*8' }
const work = account({ features })
const boss = 'Bernard-Alexandre de la Fontaine-Montmorency (Accounts Receivable)'

const colleague = (number: string, name: string, line: LineState, over: Partial<Colleague> = {}): Colleague => ({
  accountId: 'work',
  number,
  name,
  line,
  withWhom: null,
  canPickUp: false,
  presence: null,
  ...over,
})
const team: readonly Colleague[] = [
  colleague('101', 'Anna Lindqvist', 'idle', { presence: { open: true, note: 'Until four' } }),
  colleague('102', 'Kenji 山本', 'ringing', { withWhom: p.number('+4989555012'), canPickUp: true }),
  colleague('103', boss, 'busy', { withWhom: p.address('101'), presence: { open: false, note: null } }),
  colleague('104', 'نورة الحربي', 'held'),
  colleague('105', 'Carla Roth', 'offline', {
    presence: { open: false, note: 'On holiday until the 30th, ask Anna please' },
  }),
  colleague('106', 'Reception', 'unknown'),
]
const watched = team.map(({ accountId, number, name }): Watched => ({ accountId, number, name }))
const withTeam = (over: Partial<PhoneState> = {}): PhoneState =>
  snapshot({ accounts: [work], colleagues: team, settings: { ...defaultSettings, colleagues: watched }, ...over })

const box = (
  fresh: number | null,
  over: Partial<PhoneState['voicemail'][number]> = {},
): PhoneState['voicemail'][number] => ({
  accountId: 'work',
  waiting: fresh !== 0,
  fresh,
  old: 5,
  urgent: 0,
  ...over,
})

const conversation = (
  number: string,
  name: string | null,
  minutesAgo: number,
  over: Partial<Conversation>,
): Conversation => ({
  accountId: 'work',
  with: { type: 'generic', value: number },
  name,
  unread: 0,
  last: '',
  lastState: 'received',
  at: p.moment - minutesAgo * minutes,
  ...over,
})
const conversations: readonly Conversation[] = [
  conversation('101', 'Anna Lindqvist', 3, { unread: 2, last: 'The van is at gate 3, can somebody open?' }),
  conversation('+14155550132', null, 62, { last: 'On my way', lastState: 'sent' }),
  conversation('104', 'نورة الحربي', 1500, { last: 'شكرا، أراك غدا' }),
  conversation('103', boss, 4400, { last: 'Could you call me back when there is time?', lastState: 'failed' }),
]
const said = (minutesAgo: number, text: string, state: Message['state']): Message => ({
  id: `m${minutesAgo}`,
  accountId: 'work',
  with: { type: 'generic', value: '101' },
  name: 'Anna Lindqvist',
  direction: state === 'received' ? 'incoming' : 'outgoing',
  text,
  at: p.moment - minutesAgo * minutes,
  state,
  seen: true,
})
const messages: readonly Message[] = [
  said(1530, 'Lunch tomorrow?', 'received'),
  said(1524, 'Gladly. Half past twelve at the gate?', 'sent'),
  said(1523, '👍', 'received'),
  said(
    14,
    'The delivery comes at three, they said. I will be in a meeting until four, so please take it.\n\nThe papers are on my desk.',
    'received',
  ),
  said(12, 'I will. https://pbx.example/a-very-long-address-that-nobody-would-type/with/parts/and/more/parts', 'sent'),
  said(4, 'The van is at gate 3, can somebody open?', 'received'),
  said(3, 'نعم، سأفتح الآن', 'sent'),
  said(1, 'Done. They wait for your signature.', 'failed'),
  said(0, 'Shall I sign for you?', 'sending'),
]

/** What main would answer about messages; null: nothing. */
export function answerAboutMessages(command: UiCommand, state: PhoneState | null): UiAnswer | null {
  const any = (state?.unread.length ?? 0) > 0
  if (command.type === 'listConversations') return { type: 'conversations', conversations: any ? conversations : [] }
  if (command.type === 'listMessages') return { type: 'messages', messages: command.number === '101' ? messages : [] }
  return null
}

const unread = conversations.filter((one) => one.unread > 0)
const written = snapshot({ unread, accounts: [work] })
const twoAccounts = snapshot({ unread, accounts: [work, p.home] })
const goTo =
  (tab: 'contacts' | 'messages', then: (desk: Desk) => void = () => undefined) =>
  (desk: Desk): void => {
    desk.tab = tab
    then(desk)
  }
const atColleagues = goTo('contacts', (desk) => (desk.people = 'colleagues'))
const write = (number: string) => goTo('messages', (desk) => (desk.conversation = { accountId: 'work', number }))

const away = (id: string, over: Partial<Away>): Away => ({
  id,
  accountId: 'work',
  from: p.moment - 9.4 * hours,
  to: p.moment - 2 * minutes,
  because: 'sleep',
  newMessages: 3,
  ...over,
})
const absences = [
  away('a1', {}),
  away('a2', { from: p.moment - 30 * hours, to: p.moment - 29.7 * hours, because: 'network', newMessages: null }),
  away('a3', { from: p.moment - 55 * hours, to: p.moment - 54 * hours, because: 'refused', newMessages: 0 }),
]

const talk = call(p.active(), {}, p.goodSound)
const troubled = (
  trouble: (typeof mediaTroubles)[number],
  evidence = 'sent 1507 packets, received 0 since 10:41:07',
): CallView => ({
  ...talk,
  diagnosis: { trouble, since: p.moment - 8000, evidence },
})
const incoming = { direction: 'incoming', startedAt: p.moment - 4000 } as const
const rings = (over: Partial<CallView>): CallView => ({ ...call({ state: 'incoming' }, incoming), ...over })
const forSupport = [
  { handle: p.address('200'), name: 'Support', reason: 'user-busy' },
  { handle: p.address('201'), name: 'Sales', reason: 'no-answer' },
]
const letIn: CallView = { ...call(p.active(), incoming, p.goodSound), autoAnswered: true }
const members = ['one', 'two'].map((id, index) => ({
  ...call(
    p.active(),
    { groupId: 'g', ...(index > 0 ? { name: 'Kenji 山本', handle: p.number('+81355501234') } : {}) },
    p.goodSound,
  ),
  ...(index > 0 ? { diagnosis: troubled('nothing-received').diagnosis } : {}),
  id,
}))

export const serverFeatures: Readonly<Record<string, Fixture>> = {
  voicemail: { state: snapshot({ accounts: [work], voicemail: [box(2)] }) },
  'voicemail-empty': { state: snapshot({ accounts: [work], voicemail: [box(0)] }) },
  'voicemail-accounts': {
    state: snapshot({
      accounts: [work, p.home],
      voicemail: [box(2, { urgent: 1 }), box(null, { accountId: 'home', old: null, urgent: null })],
    }),
    click: '.voicemail',
  },
  colleagues: { state: withTeam(), desk: atColleagues },
  'colleagues-menu': { state: withTeam(), desk: atColleagues, click: '[aria-label="More for Anna Lindqvist"]' },
  'colleagues-none': { state: snapshot(), desk: atColleagues },
  'colleagues-edit': {
    state: withTeam({ accounts: [work, p.home] }),
    desk: goTo('contacts', (desk) => {
      desk.people = 'colleagues'
      desk.watching = new WatchForm(watched[0] ?? null)
    }),
  },
  'colleagues-edit-incomplete': {
    state: withTeam(),
    desk: goTo('contacts', (desk) => {
      desk.watching = new WatchForm(null)
      desk.watching.tried = true
    }),
  },
  'colleague-rings': { state: withTeam({ voicemail: [box(12)] }) },
  'transfer-to-colleague': {
    state: withTeam({ calls: [talk] }),
    desk: (desk) => desk.send(talk.call, 'transfer'),
  },
  messages: { state: written, desk: goTo('messages') },
  'messages-accounts': { state: twoAccounts, desk: goTo('messages') },
  'messages-none': { state: snapshot({ accounts: [work] }), desk: goTo('messages') },
  'messages-new': {
    state: written,
    desk: goTo('messages', (desk) => (desk.conversation = { accountId: null, number: '' })),
  },
  conversation: { state: written, desk: write('101') },
  'conversation-empty': { state: written, desk: write('+14155550199') },
  'messages-badge': { state: written },
  away: { state: snapshot({ away: absences.slice(0, 1) }) },
  'away-several': { state: snapshot({ away: absences }), click: '.more' },
  'incoming-forwarded': { state: snapshot({ calls: [rings({ diverted: forSupport })] }) },
  'waiting-forwarded': {
    state: snapshot({
      calls: [
        talk,
        { ...rings({ diverted: forSupport }), call: { ...rings({}).call, waiting: true, name: 'Kenji 山本' } },
      ],
    }),
  },
  'answered-by-itself': { state: snapshot({ calls: [letIn] }) },
  'answered-by-itself-away': { state: snapshot({ calls: [letIn] }), desk: (desk) => desk.goTo('recents') },
  ...Object.fromEntries(
    mediaTroubles.map((trouble) => [`sound-${trouble}`, { state: snapshot({ calls: [troubled(trouble)] }) }]),
  ),
  'sound-details': {
    state: snapshot({
      calls: [
        troubled(
          'private-address',
          'their description: 10.0.0.12:40000 (private); sent 1507 packets, received 0 since 10:41:07',
        ),
      ],
    }),
    click: '.details',
  },
  'sound-in-conference': { state: snapshot({ calls: members }) },
  'keypad-in-conference': {
    state: snapshot({ calls: members }),
    desk: (desk) => {
      desk.callKeypad = true
      desk.digits = '12#'
    },
  },
  'referral-named': {
    state: snapshot({
      calls: [
        call(
          p.active({
            referral: { handle: p.address('4711'), name: 'Carol Weber', target: 'sip:4711@pbx.example', by: null },
          }),
          {},
          p.goodSound,
        ),
      ],
    }),
  },
  'contact-page-lines': {
    state: withTeam({ contacts: { count: 6, atHand: [] } }),
    desk: goTo('contacts', (desk) => (desk.contact = 'ada')),
  },
}
