/*
 * The gallery's views of several calls at once: waiting, held, swapped, joined, handed on; with long names and names read from
 * right to left.
 */
import type { Call, Transfer } from '../../../common/call'
import type { CallView, PhoneState } from '../../../common/phone-state'
import type { Desk } from '../desk.svelte'
import type { Fixture } from './fixtures'
import * as p from './people'

const { snapshot, call, account } = p
const longName = 'Bernard-Alexandre de la Fontaine-Montmorency (Accounts Receivable, Building Seven)'
const capabilities = { holding: true, grouping: true, ungrouping: true, dtmf: true }
const work = account({ features: p.features })
const shown = (...calls: CallView[]): PhoneState => snapshot({ accounts: [work], calls })
const onScreen =
  (view: CallView, more: (desk: Desk) => void = () => undefined) =>
  (desk: Desk): void => {
    desk.choose(view.call.id)
    desk.away = false
    more(desk)
  }

const anna = call(p.active(), { capabilities }, p.goodSound)
const kenji = { name: 'Kenji 山本', handle: p.number('+81355501234'), capabilities }
const noura = { name: 'نورة الحربي', handle: p.number('+966501234567'), capabilities }
const bernard = { name: longName, handle: p.address('bernard@very-long-company-name.example'), capabilities }
const calls = { direction: 'incoming', startedAt: p.moment - 4000 } as const
const ringing = call({ state: 'incoming' }, { ...calls, ...kenji, waiting: true })
const annaRings = call({ state: 'incoming' }, calls)
const held = call(p.held(), kenji, p.goodSound)

const members = (
  phase: Parameters<typeof call>[0],
  people: readonly Partial<Call>[] = [{}, kenji, noura, bernard, { name: null, handle: p.address('214') }],
): CallView[] =>
  people.map((person, index) =>
    call(
      phase.state === 'active' ? { ...phase, connectedAt: p.moment - 754_000 + index * 97_000 } : phase,
      { capabilities, ...(person as object), groupId: 'group' },
      p.goodSound,
      index === 1 && phase.state === 'active',
    ),
  )
const conference = members(p.active())
const three = members(p.active(), [{}, kenji, noura])
const reception = { name: 'Reception', handle: p.address('600'), capabilities }

const transfer = (over: Partial<Transfer> = {}): Transfer => ({
  kind: 'blind',
  to: p.address('600'),
  toCallId: null,
  progress: 'asked',
  ...over,
})
const beingSent = (progress: Transfer['progress']): CallView =>
  call(p.held({ transfer: transfer({ progress }), connectedAt: p.moment - 151_000 }), { capabilities }, p.goodSound)
const waitsToBeSent = call(p.held({ connectedAt: p.moment - 151_000 }), { capabilities }, p.goodSound)
const asked = (phase: Parameters<typeof call>[0]): Fixture => {
  const consulted = call(phase, { ...reception, consultationOf: waitsToBeSent.call.id }, p.goodSound)
  return { state: shown(waitsToBeSent, consulted), desk: onScreen(consulted) }
}
const handedOver = call(
  p.held({ transfer: transfer({ kind: 'attended', to: kenji.handle, toCallId: ringing.call.id, progress: 'trying' }) }),
  { capabilities },
  p.goodSound,
)
const kenjiTalks = { ...call(p.active(), kenji, p.goodSound), call: { ...held.call, ...p.active() } as Call }

export const several: Readonly<Record<string, Fixture>> = {
  'active-more': { state: shown(anna, held), desk: onScreen(anna), click: '.deck [aria-haspopup="menu"]' },
  'waiting-voicemail': { state: shown(anna, ringing), desk: onScreen(anna) },
  'waiting-menu': { state: shown(anna, ringing), desk: onScreen(anna), click: '.card-ringing [aria-haspopup="menu"]' },
  'waiting-opened': { state: shown(anna, ringing), desk: onScreen(ringing) },
  'waiting-after-ended': {
    state: shown({ ...anna, call: { ...anna.call, ...p.ended('remote-hung-up') } as Call }),
    then: shown({ ...anna, call: { ...anna.call, ...p.ended('remote-hung-up') } as Call }, ringing),
  },
  'ringing-two': { state: shown(annaRings, ringing) },
  'ringing-two-in-call': {
    state: shown(call(p.active(), reception, p.goodSound), annaRings, ringing),
    desk: onScreen(annaRings, (desk) => desk.choose(null)),
  },
  'incoming-voicemail': { state: shown(annaRings) },
  swap: { state: shown(anna, held), desk: onScreen(anna) },
  'swap-held-front': {
    state: shown(kenjiTalks, call(p.held(), { capabilities }, p.goodSound)),
    desk: onScreen(kenjiTalks),
  },
  'held-two': {
    state: shown(call(p.held(), { capabilities }, p.goodSound), held),
    desk: onScreen(held),
  },
  'swap-long': { state: shown(anna, call(p.held(), bernard, p.goodSound)), desk: onScreen(anna) },
  'swap-rtl': { state: shown(anna, call(p.held(), noura, p.goodSound)), desk: onScreen(anna) },
  conference: { state: shown(...conference) },
  'conference-three': { state: shown(...three) },
  'conference-held': { state: shown(...members(p.held())) },
  'conference-muted': { state: shown(...members(p.active({ muted: true }))) },
  'conference-left': {
    state: shown(
      ...three.map((view, index) =>
        index === 2 ? { ...view, call: { ...view.call, ...p.ended('remote-hung-up') } as Call } : view,
      ),
    ),
    ...(three[0] ? { desk: onScreen(three[0]) } : {}),
  },
  'conference-and-held': { state: shown(...conference, call(p.held(), reception, p.goodSound)) },
  'conference-private': {
    state: shown(anna, ...members(p.held(), [kenji, noura])),
    desk: onScreen(anna),
  },
  'conference-waiting': {
    state: shown(...three, call({ state: 'incoming' }, { ...calls, ...reception, waiting: true })),
  },
  'dialer-conference': {
    state: shown(...conference, call(p.held(), reception, p.goodSound)),
    desk: (desk) => desk.goTo('phone'),
  },
  transfer: { state: shown(anna), desk: onScreen(anna, (desk) => desk.send(anna.call, 'transfer')) },
  'transfer-typed': {
    state: shown(anna, held),
    desk: onScreen(anna, (desk) => {
      desk.send(anna.call, 'transfer')
      desk.sendText = '600'
    }),
  },
  'transfer-long': {
    state: shown(call(p.active(), bernard), call(p.held(), noura)),
    desk: (desk) => {
      desk.away = false
      desk.sending = 'transfer'
    },
  },
  'transfer-asked': { state: shown(beingSent('asked')) },
  'transfer-trying': { state: shown(beingSent('trying')) },
  'transfer-ringing': { state: shown(beingSent('ringing')) },
  'transfer-failed': {
    state: shown(anna),
    desk: onScreen(anna, (desk) => {
      desk.problem = { code: 'transfer-failed', detail: 'SIP 486 Busy Here', registration: null, certificate: null }
    }),
  },
  'transfer-ask-first-dialing': asked({ state: 'dialing' }),
  'transfer-ask-first-ringing': asked({ state: 'alerting', earlyMedia: false }),
  'transfer-ask-first': asked(p.active({ connectedAt: p.moment - 21_000 })),
  'transfer-handing-over': {
    state: shown(handedOver, { ...ringing, call: { ...ringing.call, ...p.active() } as Call }),
    desk: onScreen(ringing),
  },
  deflect: { state: shown(annaRings), desk: onScreen(annaRings, (desk) => desk.send(annaRings.call, 'deflect')) },
  referral: {
    state: shown(
      call(
        p.active({ referral: { handle: p.address('Reception'), target: 'sip:600@pbx.example', by: null } }),
        { capabilities },
        p.goodSound,
      ),
    ),
  },
  'digits-waiting': {
    state: shown(
      call(p.active({ digitsWaiting: 5 }), { name: 'Conference bridge', handle: p.address('8000') }, p.goodSound),
    ),
  },
}
