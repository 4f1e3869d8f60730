/*
 * What each verb asks of the phone and how it answers.
 */
import { ManualClock } from '../../fakes/manual-clock'
import { expect, test } from 'vitest'
import { requestErrorCodes, type RequestErrorCode } from '../../../common/errors'
import type { CallPhase } from '../../../common/call'
import type { PhoneState } from '../../../common/phone-state'
import { defaultSettings } from '../../../common/settings'
import { parseRequest } from '../../../main/control/control-request'
import { ControlVerbs } from '../../../main/control/control-verbs'
import { eventsBetween, firstEvent } from '../../../main/control/events'
import { account, active, callOf, ended, held, NotedVerbs, phone, startedAt, view } from './support'

function open(state: PhoneState = phone()) {
  const noted = new NotedVerbs()
  let shown = 0
  const verbs = new ControlVerbs({
    clock: new ManualClock(),
    calls: noted,
    state: () => state,
    electron: '33.2.1',
    show: () => void shown++,
    testAccount: (accountId) => {
      noted.asked.push(['testAccount', accountId])
      const lines = [{ step: 'dns', state: 'passed', found: 'seen', tookMs: 3 }] as const
      return { ok: true, value: Promise.resolve({ accountId, lines, done: true }) }
    },
    setDoNotDisturb: (on, minutes) => {
      noted.asked.push(['setDoNotDisturb', on, minutes])
      const until = minutes === null ? null : startedAt + minutes * 60_000
      const because = until === null ? 'switch' : 'timer'
      const quiet = on ? ({ on, because } as const) : ({ on, because: null } as const)
      state = { ...state, quiet, settings: { ...state.settings, doNotDisturb: on, doNotDisturbUntil: until } }
      return noted.answerWith
    },
  })
  const ask = (line: object) => {
    const request = parseRequest(JSON.stringify(line))
    if ('error' in request || request.verb === 'events' || request.verb === 'quit') throw new Error('not a plain verb')
    return verbs.perform(request)
  }
  return { noted, ask, shown: () => shown }
}

const mixable = { holding: true, grouping: true, ungrouping: true, dtmf: true }
const talking = phone({ calls: [view(callOf('c1', active()))] })

test('status says everything in the promised shape', async () => {
  const state = phone({
    away: [
      {
        ...{ id: 'w1', accountId: 'a1', because: 'sleep', newMessages: 2 },
        ...{ from: 1_893_553_445_678, to: 1_893_557_045_678 },
      },
    ],
    accounts: [
      account('a1', 'Work'),
      account('a2', 'Home', {
        registration: { state: 'failed', reason: 'wrong-password', sipStatus: 401, retryAt: null, certificate: null },
      }),
    ],
    calls: [
      view(callOf('c1', active(true), { name: 'Ada' }), {
        codec: 'opus',
        packetsSent: 100,
        packetsReceived: 99,
        packetsLost: 1,
        jitterMs: 3.5,
        roundTripMs: 20,
        mos: 4.3,
        encryption: 'sdes',
      }),
      {
        ...view(callOf('c2', { state: 'incoming' }, { waiting: true })),
        diverted: [{ handle: { type: 'generic', value: '500' }, name: 'Support', reason: 'no-answer' }],
        autoAnswered: true,
        diagnosis: { trouble: 'nothing-received', since: 1_893_553_445_678, evidence: 'sent 412 packets, received 0' },
      },
      view(callOf('c3', ended)),
      view(
        callOf(
          'c4',
          {
            ...held,
            transfer: { kind: 'attended', to: { type: 'generic', value: 'bob' }, toCallId: 'c1', progress: 'ringing' },
            referral: { handle: { type: 'generic', value: 'eve' }, target: 'sip:eve@x?Replaces=secret', by: null },
            digitsWaiting: 4,
          } as CallPhase,
          { groupId: 'g1', consultationOf: 'c2' },
        ),
        {},
        true,
      ),
    ],
  })
  const direct = { diverted: [], autoAnswered: false, diagnosis: null }
  const alone = {
    group: null,
    transfer: null,
    referral: null,
    digitsWaiting: 0,
    consultationOf: null,
    speaking: false,
    ...direct,
  }
  const unproven = { provenAt: null, ageSeconds: null, nextAt: null, doubt: null }
  const none = {
    codec: null,
    packetsSent: 0,
    packetsReceived: 0,
    packetsLost: 0,
    jitterMs: null,
    roundTripMs: null,
    encryption: null,
  }
  expect(await open(state).ask({ verb: 'status' })).toEqual({
    version: '1.2.3',
    electron: '33.2.1',
    accounts: [
      {
        id: 'a1',
        name: 'Work',
        uri: 'sip:a1@pbx.example',
        registration: { state: 'registered', reason: null, retryAt: null },
        reach: unproven,
        route: null,
      },
      {
        id: 'a2',
        name: 'Home',
        uri: 'sip:a2@pbx.example',
        registration: { state: 'failed', reason: 'wrong-password', retryAt: null },
        reach: unproven,
        route: null,
      },
    ],
    calls: [
      {
        id: 'c1',
        direction: 'outgoing',
        state: 'active',
        handle: { type: 'phoneNumber', value: '+49301234567' },
        name: 'Ada',
        muted: true,
        startedAt: '2030-01-02T03:04:05.678Z',
        connectedAt: '2030-01-02T03:04:07.678Z',
        media: {
          codec: 'opus',
          packetsSent: 100,
          packetsReceived: 99,
          packetsLost: 1,
          jitterMs: 3.5,
          roundTripMs: 20,
          encryption: 'sdes',
        },
        ...alone,
      },
      {
        id: 'c2',
        direction: 'incoming',
        state: 'incoming',
        handle: { type: 'phoneNumber', value: '+49301234567' },
        name: null,
        muted: false,
        startedAt: '2030-01-02T03:04:05.678Z',
        connectedAt: null,
        media: none,
        ...alone,
        diverted: [{ handle: { type: 'generic', value: '500' }, name: 'Support', reason: 'no-answer' }],
        autoAnswered: true,
        diagnosis: {
          trouble: 'nothing-received',
          since: '2030-01-02T03:04:05.678Z',
          evidence: 'sent 412 packets, received 0',
        },
      },
      {
        id: 'c4',
        direction: 'outgoing',
        state: 'held',
        handle: { type: 'phoneNumber', value: '+49301234567' },
        name: null,
        muted: false,
        startedAt: '2030-01-02T03:04:05.678Z',
        connectedAt: '2030-01-02T03:04:07.678Z',
        media: none,
        group: 'g1',
        transfer: { kind: 'attended', handle: { type: 'generic', value: 'bob' }, call: 'c1', progress: 'ringing' },
        referral: { handle: { type: 'generic', value: 'eve' }, by: null },
        digitsWaiting: 4,
        consultationOf: 'c2',
        speaking: true,
        ...direct,
      },
    ],
    away: [
      {
        account: 'a1',
        from: '2030-01-02T03:04:05.678Z',
        to: '2030-01-02T04:04:05.678Z',
        because: 'sleep',
        newMessages: 2,
      },
    ],
  })
})

test('call names the new call, on the account that was named', async () => {
  const { ask, noted } = open(phone({ accounts: [account('a1', 'Work'), account('a2', 'Home')] }))
  expect(await ask({ verb: 'call', target: '600' })).toEqual({ call: 'new-call' })
  for (const name of ['Home', 'home', 'a2', 'sip:a2@pbx.example', 'A2@pbx.example']) {
    expect(await ask({ verb: 'call', target: '600', account: name })).toEqual({ call: 'new-call' })
  }
  expect(noted.asked).toEqual([
    ['call', '600', null, 'control'],
    ...Array.from({ length: 5 }, () => ['call', '600', 'a2', 'control']),
  ])
})

test('an account nobody has and a name two have are refused', async () => {
  const { ask, noted } = open(
    phone({ accounts: [account('a1', 'Work'), account('a2', 'work'), account('a3', 'Work')] }),
  )
  expect(await ask({ verb: 'call', target: '600', account: 'Nope' })).toMatchObject({
    error: { code: 'unknown-account' },
  })
  expect(await ask({ verb: 'call', target: '600', account: 'Work' })).toMatchObject({
    error: { code: 'ambiguous-account' },
  })
  expect(noted.asked).toEqual([])
})

test.each([
  ['answer', phone({ calls: [view(callOf('c1', { state: 'incoming' }))] }), ['answer', 'c1', 'control']],
  ['decline', phone({ calls: [view(callOf('c1', { state: 'incoming' }))] }), ['decline', 'c1', 'control']],
  ['end', talking, ['end', 'c1', 'control']],
  ['hold', talking, ['setHeld', 'c1', true, 'control']],
  ['mute', talking, ['setMuted', 'c1', true, 'control']],
  ['unmute', talking, ['setMuted', 'c1', false, 'control']],
])('%s asks for it and names the call', async (verb, state, asked) => {
  const { ask, noted } = open(state)
  expect(await ask({ verb })).toEqual({ call: 'c1' })
  expect(noted.asked).toEqual([asked])
})

test('resume and digits reach the call that is named', async () => {
  const { ask, noted } = open(talking)
  expect(await ask({ verb: 'resume', call: 'c1' })).toEqual({ call: 'c1' })
  expect(await ask({ verb: 'dtmf', digits: '12#', call: 'c' })).toEqual({ call: 'c1' })
  expect(noted.asked).toEqual([
    ['setHeld', 'c1', false, 'control'],
    ['playDtmf', 'c1', '12#', 'control'],
  ])
})

const ringing = phone({
  calls: [view(callOf('c1', active())), view(callOf('c2', { state: 'incoming' }, { waiting: true }))],
})
const onHold = phone({ calls: [view(callOf('c1', held)), view(callOf('c2', active()))] })
const referred = phone({
  calls: [
    view(
      callOf('c1', {
        ...active(),
        referral: { handle: { type: 'generic', value: 'eve' }, target: 'sip:eve@x', by: null },
        digitsWaiting: 2,
      } as CallPhase),
    ),
  ],
})
const conference = phone({
  calls: [
    view(callOf('c1', active(), { groupId: 'g', capabilities: { ...mixable } })),
    view(callOf('c2', active(), { groupId: 'g', capabilities: { ...mixable } })),
  ],
})

test.each([
  [{ verb: 'hold-and-answer' }, ringing, ['holdAndAnswer', 'c2', 'control'], { call: 'c2' }],
  [{ verb: 'end-and-answer' }, ringing, ['endAndAnswer', 'c2', 'control'], { call: 'c2' }],
  [{ verb: 'voicemail' }, ringing, ['sendToVoicemail', 'c2', 'control'], { call: 'c2' }],
  [{ verb: 'deflect', target: '600' }, ringing, ['deflect', 'c2', '600', 'control'], { call: 'c2' }],
  [{ verb: 'swap' }, onHold, ['swap', 'control'], { ok: true }],
  [{ verb: 'merge' }, onHold, ['merge', ['c1', 'c2'], 'control'], { ok: true }],
  [{ verb: 'merge', calls: ['c2', 'c1'] }, onHold, ['merge', ['c2', 'c1'], 'control'], { ok: true }],
  [{ verb: 'split', call: 'c2' }, conference, ['split', 'c2', 'control'], { call: 'c2' }],
  [{ verb: 'end-conference' }, conference, ['endGroup', 'c1', 'control'], { call: 'c1' }],
  [{ verb: 'hold' }, conference, ['setHeld', 'c1', true, 'control'], { call: 'c1' }],
  [{ verb: 'pickup' }, onHold, ['pickUp', null, null, 'control'], { call: 'new-call' }],
  [
    { verb: 'pickup', extension: '101', account: 'Work' },
    onHold,
    ['pickUp', '101', 'a1', 'control'],
    { call: 'new-call' },
  ],
  [{ verb: 'transfer', target: '600' }, onHold, ['transfer', 'c2', '600', 'control'], { call: 'c2' }],
  [{ verb: 'transfer', to: 'c2' }, onHold, ['transferToCall', 'c1', 'c2', 'control'], { call: 'c1' }],
  [{ verb: 'transfer', call: 'c2', to: 'c1' }, onHold, ['transferToCall', 'c2', 'c1', 'control'], { call: 'c2' }],
  [{ verb: 'consult', target: '600' }, onHold, ['consult', 'c2', '600', 'control'], { call: 'new-call' }],
  [{ verb: 'park' }, onHold, ['park', 'c2', 'control'], { call: 'c2' }],
  [{ verb: 'accept-transfer' }, referred, ['answerReferral', 'c1', true, 'control'], { call: 'new-call' }],
  [{ verb: 'refuse-transfer' }, referred, ['answerReferral', 'c1', false, 'control'], { call: 'c1' }],
  [{ verb: 'continue' }, referred, ['continueDigits', 'c1', true, 'control'], { call: 'c1' }],
  [{ verb: 'forget-digits' }, referred, ['continueDigits', 'c1', false, 'control'], { call: 'c1' }],
])('%j', async (request, state, asked, answer) => {
  const { ask, noted } = open(state)
  expect(await ask(request)).toEqual(answer)
  expect(noted.asked).toEqual([asked])
})

test('what is not there to be done is refused without asking', async () => {
  const { ask, noted } = open(talking)
  for (const verb of ['voicemail', 'split', 'end-conference', 'accept-transfer', 'continue', 'merge']) {
    expect(await ask({ verb })).toMatchObject({ error: { code: 'invalid-action' } })
  }
  expect(await ask({ verb: 'merge', calls: ['c1', 'nobody'] })).toMatchObject({ error: { code: 'unknown-call' } })
  expect(await ask({ verb: 'transfer', target: '1', to: 'c1' })).toMatchObject({ error: { code: 'invalid-argument' } })
  expect(await ask({ verb: 'transfer' })).toMatchObject({ error: { code: 'invalid-argument' } })
  expect(await ask({ verb: 'transfer', to: 'nobody' })).toMatchObject({ error: { code: 'unknown-call' } })
  expect(noted.asked).toEqual([])
})

test('do not disturb is switched for good or for a while, and read', async () => {
  const { ask, noted } = open()
  const off = { doNotDisturb: false, until: null, quiet: { on: false, because: null, until: null } }
  expect(await ask({ verb: 'dnd' })).toEqual(off)
  const until = '2030-01-02T03:34:05.678Z'
  expect(await ask({ verb: 'dnd', on: true, minutes: 30 })).toEqual({
    ...{ doNotDisturb: true, until },
    quiet: { on: true, because: 'timer', until },
  })
  expect(await ask({ verb: 'dnd', on: false })).toEqual(off)
  expect(noted.asked).toEqual([
    ['setDoNotDisturb', true, 30],
    ['setDoNotDisturb', false, null],
  ])
  noted.answerWith = { ok: false, code: 'storage-failed' }
  expect(await ask({ verb: 'dnd', on: true })).toMatchObject({ error: { code: 'storage-failed' } })
})

test('quiet that the user did not switch on says who wants it, and the weekly times until when', async () => {
  const now = new Date(new ManualClock().date())
  const minute = now.getHours() * 60 + now.getMinutes()
  const time = { days: [now.getDay()], from: minute, to: (minute + 90) % 1440 }
  const by = (because: 'schedule' | 'desktop') =>
    phone({
      quiet: { on: true, because },
      settings: { ...defaultSettings, doNotDisturbSchedule: [time] },
    })
  const switchedOff = { doNotDisturb: false, until: null }
  const end = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 0, minute + 90).toISOString()
  expect(await open(by('schedule')).ask({ verb: 'dnd' })).toEqual({
    ...switchedOff,
    quiet: { on: true, because: 'schedule', until: end },
  })
  expect(await open(by('desktop')).ask({ verb: 'dnd' })).toEqual({
    ...switchedOff,
    quiet: { on: true, because: 'desktop', until: null },
  })
})

test('who waits is told the outcome, who does not the acceptance', async () => {
  const { ask, noted } = open(talking)
  noted.outcome = Promise.resolve({ ok: false, code: 'timed-out' })
  expect(await ask({ verb: 'hold' })).toEqual({ call: 'c1' })
  expect(await ask({ verb: 'hold', wait: true })).toMatchObject({ error: { code: 'timed-out' } })
  expect(await ask({ verb: 'call', target: '600', wait: true })).toMatchObject({ error: { code: 'timed-out' } })
})

test('show opens the window', async () => {
  const { ask, shown } = open()
  expect(await ask({ verb: 'show' })).toEqual({ ok: true })
  expect(shown()).toBe(1)
})

test.each<RequestErrorCode>([...requestErrorCodes])('a refusal as %s keeps its code and has words', async (code) => {
  const { ask, noted } = open(talking)
  noted.answerWith = { ok: false, code, detail: 'why' }
  const answer = await ask({ verb: 'end' })
  expect(answer).toMatchObject({ error: { code, message: expect.stringMatching(/ \(why\)$/) } })
})

test.each([
  ['nonsense', 'not a line of JSON'],
  ['7', 'unknown verb'],
  ['{"verb":"dance"}', 'unknown verb'],
  ['{"verb":"call"}', 'target: missing, unknown or malformed'],
  ['{"verb":"call","target":""}', 'target: missing, unknown or malformed'],
  ['{"verb":"status","extra":1}', 'extra: missing, unknown or malformed'],
  ['{"verb":"dtmf","digits":"1234x"}', 'digits: only 0-9 * # A-D and commas, at most 64'],
])('the line %s is answered with an error', (line, message) => {
  expect(parseRequest(line)).toEqual({ error: { code: 'invalid-argument', message } })
})

const at = '2030-01-02T03:04:05.678Z'

test('events begin with everything', () => {
  expect(firstEvent(phone(), '33.2.1', startedAt)).toMatchObject({
    event: 'status',
    at,
    version: '1.2.3',
    calls: [],
  })
})

test('a call’s life is told in lines', () => {
  const idle = phone()
  const ringing = phone({ calls: [view(callOf('c1', { state: 'incoming' }))] })
  const busy = phone({ calls: [view(callOf('c1', ended))] })
  expect(eventsBetween(idle, ringing, startedAt)).toMatchObject([
    { event: 'call', at, call: { id: 'c1', state: 'incoming' } },
  ])
  expect(eventsBetween(ringing, busy, startedAt)).toMatchObject([
    { event: 'ended', call: { id: 'c1', state: 'ended' }, cause: 'busy', sipStatus: 486, reason: 'Busy Here' },
  ])
  expect(eventsBetween(busy, idle, startedAt)).toEqual([])
  expect(eventsBetween(ringing, idle, startedAt)).toMatchObject([{ event: 'ended', call: { id: 'c1' }, cause: null }])
})

test('counters are not news, a codec and the far end’s hold are', () => {
  const counted = phone({ calls: [view(callOf('c1', active()), { packetsSent: 50 })] })
  const coded = phone({ calls: [view(callOf('c1', active()), { packetsSent: 50, codec: 'opus' })] })
  const onHold = phone({ calls: [view(callOf('c1', { ...active(), remoteHeld: true } as never), { codec: 'opus' })] })
  expect(eventsBetween(talking, counted, startedAt)).toEqual([])
  expect(eventsBetween(counted, coded, startedAt)).toHaveLength(1)
  expect(eventsBetween(coded, onHold, startedAt)).toHaveLength(1)
})

test('registrations are told when they change, and accounts when they go', () => {
  const before = phone({ accounts: [account('a1', 'Work'), account('a2', 'Home')] })
  const after = phone({ accounts: [account('a1', 'Work', { registration: { state: 'registering' } })] })
  expect(eventsBetween(before, after, startedAt)).toMatchObject([
    { event: 'registration', account: { id: 'a1', registration: { state: 'registering', reason: null } } },
    { event: 'account-removed', account: { id: 'a2' } },
  ])
  expect(eventsBetween(before, { ...before, accounts: [...before.accounts] }, startedAt)).toEqual([])
})

test('an account is tested, and the answer comes when that is over', async () => {
  const { ask, noted } = open()
  const lines = [{ step: 'dns', state: 'passed', found: 'seen', tookMs: 3 }]
  expect(await ask({ verb: 'test' })).toEqual({ account: 'Work', lines })
  expect(await ask({ verb: 'test', account: 'work' })).toEqual({ account: 'Work', lines })
  expect(noted.asked).toEqual([
    ['testAccount', 'a1'],
    ['testAccount', 'a1'],
  ])
  expect(await ask({ verb: 'test', account: 'nobody' })).toMatchObject({ error: { code: 'unknown-account' } })
  const two = open(phone({ accounts: [account('a1', 'Work'), account('a2', 'Home')] }))
  expect(await two.ask({ verb: 'test' })).toMatchObject({ error: { code: 'ambiguous-account' } })
  expect(await open(phone({ accounts: [] })).ask({ verb: 'test' })).toMatchObject({ error: { code: 'no-account' } })
})
