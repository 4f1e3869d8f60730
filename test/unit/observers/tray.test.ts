import { describe, expect, it } from 'vitest'
import { silentLog } from '../../../common/log'
import { TrayObserver, type TrayOptions } from '../../../main/observers/tray'
import { noFeatures, type Registration } from '../../../common/account'
import type { Call } from '../../../common/call'
import type { TrayItem, TrayVerb } from '../../../main/observers/tray-item'
import { type TrayFace, trayFace, trayIcon, trayMenu, trayTooltip } from '../../../main/observers/tray-menu'
import { ManualClock } from '../../fakes/manual-clock'
import type { AccountState, PhoneState } from '../../../common/phone-state'
import {
  accountState,
  callOf,
  ended,
  incoming,
  missedEntry,
  stateOf,
  talking,
  withCaller,
  withView,
} from '../../fakes/phone-state'
import { requested } from '../../fakes/requested'

/** The menu as a person reads it: `- label`, `[x] label`, `> verb`; a menu within it as `+ label: its items`. */
const readItem = (item: TrayItem): string => {
  switch (item.type) {
    case 'separator':
      return '—'
    case 'label':
      return `- ${item.label}`
    case 'verb':
      return `${item.checked === null ? '>' : item.checked ? '[x]' : '[ ]'} ${item.label}`
    case 'menu':
      return `+ ${item.label}: ${item.items.map(readItem).join(', ')}`
  }
}
const read = (state: PhoneState): string[] => trayMenu(state).map(readItem)
/** Up to the accounts. */
const readCalls = (...calls: Call[]): string[] => read(stateOf(calls)).slice(0, -8)

/** The verb of the item with these words, wherever it is. */
const verbOf = (state: PhoneState, label: string): TrayVerb | undefined => {
  const all = (items: readonly TrayItem[]): TrayItem[] =>
    items.flatMap((one) => (one.type === 'menu' ? all(one.items) : [one]))
  const found = all(trayMenu(state)).find((one) => one.type === 'verb' && one.label === label)
  return found?.type === 'verb' ? found.verb : undefined
}

const carol = { type: 'generic', value: '4711' } as const
const withTransfer = (call: Call): Call =>
  call.state === 'active'
    ? { ...call, transfer: { kind: 'blind', to: carol, toCallId: null, progress: 'ringing' } }
    : call
const withReferral = (call: Call): Call =>
  call.state === 'active'
    ? { ...call, referral: { handle: carol, name: 'Carol', target: 'sip:4711@pbx.example', by: null } }
    : call

/** Nobody else is to read who calls. */
const hidden = (...calls: Call[]): PhoneState => {
  const state = stateOf(calls)
  return { ...state, settings: { ...state.settings, hideCallers: 'always' } }
}

const failed = accountState({
  state: 'failed',
  reason: 'wrong-password',
  sipStatus: 403,
  retryAt: null,
  certificate: null,
})

const times = '> 30 minutes, > 1 hour, > 2 hours, > Until 08:00'
const quietItems = ['[ ] Do not disturb', `+ Do not disturb for: ${times}`, '[ ] I am sharing my screen']
const footer = ['—', ...quietItems, '—', '> Open Patchcord', '> Quit']

describe('while callers are hidden', () => {
  it.each<[string, Call[]]>([
    ['rings', [incoming()]],
    ['is up', [talking()]],
    ['is transferred', [withTransfer(talking())]],
    ['asks us to call somebody', [withReferral(talking())]],
    ['is one of several', [talking({}, 'held'), talking({ id: 'call-2', name: 'Bob' }), incoming({ id: 'call-3' })]],
    ['is a consultation', [talking({}, 'held'), talking({ id: 'call-2', name: 'Bob', consultationOf: 'call-1' })]],
    ['is a conference', [talking({ groupId: 'g' }), talking({ id: 'call-2', name: 'Bob', groupId: 'g' })]],
    ['has ended', [ended()]],
  ])('nothing of the tray names a call that %s', (_, calls) => {
    const named = JSON.stringify(trayFace(stateOf(calls)))
    if (calls[0]?.state !== 'ended') expect(named).toMatch(/Ada|1815/)
    expect(JSON.stringify(trayFace(hidden(...calls)))).not.toMatch(/Ada|1815|Bob|Carol|4711/)
  })

  it('calls are told apart by their number, and each keeps its verbs', () => {
    const state = hidden(talking({}, 'held'), talking({ id: 'call-2' }))
    expect(read(state).filter((line) => line.startsWith('- Call'))).toEqual([
      '- Call 1 — on hold',
      '- Call 2 — in call',
    ])
    expect(read(hidden(talking()))[0]).toBe('- A call — in call')
    expect(trayTooltip(hidden(talking()))).toBe('Patchcord — In a call')
    expect(trayTooltip(hidden(incoming()))).toBe('Patchcord — Incoming call')
    expect(read(hidden(talking()))).toContain('> Hang up')
  })

  it('nobody is asked in the menu whether to call a person who cannot be read', () => {
    const state = hidden(withReferral(talking()))
    expect(read(state)).toContain('- A call waits for your answer')
    expect(verbOf(state, 'Do not call')).toBeUndefined()
  })
})

describe('the tray menu', () => {
  it('says of a call that it was answered by itself', () => {
    expect(read(withView(stateOf([talking()]), { autoAnswered: true }))[0]).toBe('- Ada — in call, answered by itself')
  })

  it('of an idle phone has its accounts, do not disturb, open and quit', () => {
    expect(read(stateOf())).toEqual(['- Work: ready', ...footer])
  })

  it('says that there is no account', () => {
    expect(read(stateOf([], { accounts: [] }))).toEqual(['- No account yet', ...footer])
  })

  it.each([
    [failed, 'Work: wrong user name or password'],
    [accountState({ state: 'registering' }), 'Work: connecting…'],
    [accountState({ state: 'unregistered' }), 'Work: not connected'],
    [accountState(undefined, { enabled: false, name: 'Home\u202e' }), 'Home: off'],
  ])('says in words how an account is: %#', (account, words) => {
    expect(read(stateOf([], { accounts: [account] }))[0]).toBe(`- ${words}`)
  })

  it.each([
    [incoming(), ['- Ada — calling', '> Answer', '> Decline', '> Silence']],
    [callOf({ state: 'dialing' }, { direction: 'outgoing' }), ['- Ada — dialing', '> Hang up']],
    [talking(), ['- Ada — in call', '> Hold', '[ ] Mute', '> Hang up']],
    [talking({}, 'active', true), ['- Ada — in call, muted', '> Hold', '[x] Mute', '> Hang up']],
    [talking({}, 'held'), ['- Ada — on hold', '> Resume', '[ ] Mute', '> Hang up']],
    [callOf({ state: 'ending', connectedAt: 0, cause: 'hung-up' }), ['- Ada — ending']],
  ])('has the verbs that a call allows: %#', (call, items) => {
    expect(read(stateOf([call]))).toEqual([...items, '—', '- Work: ready', ...footer])
  })

  it('has nothing to silence on a call that is silenced', () => {
    const menu = read(stateOf([incoming()], { silenced: ['call-1'] }))
    expect(menu.slice(0, 4)).toEqual(['- Ada — calling', '> Answer', '> Decline', '—'])
  })

  it('has no entry for a call that has ended', () => {
    expect(read(stateOf([ended()]))).toEqual(['- Work: ready', ...footer])
  })

  it('does not grow out of the screen', () => {
    const many = Array.from({ length: 40 }, (_, index) => incoming({ id: `call-${index}` }))
    expect(read(stateOf(many)).length).toBeLessThan(42)
  })

  it('shows do not disturb as it is, and would switch it', () => {
    const quiet = stateOf([], { doNotDisturb: true })
    expect(read(quiet)).toContain('[x] Do not disturb')
    expect(read(quiet)).toContain(`+ Do not disturb for: ${times}, > Off`)
    expect(verbOf(quiet, 'Do not disturb')).toEqual({ type: 'setDoNotDisturb', on: false, lasts: null })
    expect(verbOf(quiet, 'Off')).toEqual({ type: 'setDoNotDisturb', on: false, lasts: null })
    expect(verbOf(stateOf(), '2 hours')).toEqual({ type: 'setDoNotDisturb', on: true, lasts: 120 })
  })

  it('says why it is quiet when nobody switched it', () => {
    const quiet = (because: 'schedule' | 'desktop') => stateOf([], { quiet: { on: true, because } })
    expect(read(quiet('schedule'))).toContain('[x] Do not disturb (scheduled)')
    expect(read(quiet('schedule')).join()).toContain('> Off')
    // Whoever switches off what is on means it.
    for (const words of ['Do not disturb (scheduled)', 'Off'])
      expect(verbOf(quiet('schedule'), words)).toEqual({ type: 'setDoNotDisturb', on: false, lasts: null })
    expect(trayTooltip(quiet('desktop'))).toBe('Patchcord — Do not disturb (as the desktop)')
    expect(trayFace(quiet('desktop')).icon).toBe('do-not-disturb')
  })

  it('lets its user say that the screen is shared, where that hides who calls', () => {
    expect(verbOf(stateOf(), 'I am sharing my screen')).toEqual({ type: 'setSharing', on: true })
    expect(read(stateOf([], { sharing: true }))).toContain('[x] I am sharing my screen')
    const state = stateOf()
    const always = { ...state, settings: { ...state.settings, hideCallers: 'always' as const } }
    expect(read(always).join()).not.toContain('sharing')
  })

  it('names callers as the phone knows them', () => {
    const state = withCaller(stateOf([incoming()]), { name: 'Ada Lovelace', source: 'contact' })
    expect(read(state)[0]).toBe('- Ada Lovelace — calling')
    expect(trayTooltip(state)).toBe('Patchcord — Ada Lovelace is calling')
  })

  it('says when do not disturb ends', () => {
    const state = stateOf([], { doNotDisturb: true })
    const until = new Date(2030, 0, 2, 14, 30).getTime()
    const timed = { ...state, settings: { ...state.settings, doNotDisturbUntil: until } }
    expect(read(timed)).toContain('[x] Do not disturb until 14:30')
    expect(trayTooltip(timed)).toBe('Patchcord — Do not disturb until 14:30')
  })
})

describe('the tray menu with several calls', () => {
  const bob = { id: 'call-2', name: 'Bob' }
  const cleo = { id: 'call-3', name: 'Cleo' }
  const able = { capabilities: { holding: true, dtmf: true, grouping: true, ungrouping: true } }

  it('of a second caller offers to hold or to end the first', () => {
    expect(readCalls(talking(), incoming(bob))).toEqual([
      ...['- Ada — in call', '> Hold', '[ ] Mute', '> Hang up', '—'],
      ...['- Bob — calling', '> Hold & Answer', '> End & Answer', '> Decline', '> Silence', '—'],
    ])
    expect(verbOf(stateOf([talking(), incoming(bob)]), 'Hold & Answer')).toEqual({ type: 'answer', callId: 'call-2' })
  })

  it('calls a mailbox in which something waits, and says how much', () => {
    const box = { accountId: 'work', waiting: true, fresh: 2, old: 5, urgent: 0 }
    const accounts = [accountState(undefined, { features: { ...noFeatures, voicemail: '*97' } })]
    expect(verbOf(stateOf([], { accounts, voicemail: [box] }), 'Voicemail (2)…')).toEqual({
      type: 'listenToVoicemail',
      accountId: 'work',
      number: '*97',
    })
    const empty = stateOf([], { accounts, voicemail: [{ ...box, waiting: false, fresh: 0 }] })
    expect(read(empty).join()).not.toContain('Voicemail')
  })

  it('sends a caller to voicemail where the account has one', () => {
    const accounts = [accountState(undefined, { features: { ...noFeatures, voicemail: '*97', park: '700' } })]
    const menu = read(stateOf([incoming(), talking(bob)], { accounts }))
    expect(menu).toContain('> Send to voicemail')
    expect(menu).toContain('> Park')
  })

  it('swaps when one is up and one is on hold, merges what can be one conference', () => {
    const state = stateOf([talking(able), talking({ ...bob, ...able }, 'held')])
    expect(read(state).slice(0, 11)).toEqual([
      ...['- Ada — in call', '> Hold', '[ ] Mute', '> Hang up', '—'],
      ...['- Bob — on hold', '> Resume', '[ ] Mute', '> Hang up', '—'],
      '> Swap calls',
    ])
    expect(verbOf(state, 'Merge calls')).toEqual({ type: 'merge', callIds: ['call-1', 'call-2'] })
  })

  it.each<[string, Call[]]>([
    ['one call', [talking(able)]],
    ['two on hold', [talking(able, 'held'), talking({ ...bob, ...able }, 'held')]],
    ['two on hold beside one that is up', [talking(), talking(bob, 'held'), talking(cleo, 'held')]],
    ['a call that rings', [talking(), incoming(bob)]],
  ])('does not swap %s', (_, calls) => {
    expect(verbOf(stateOf(calls), 'Swap calls')).toBeUndefined()
  })

  it('hands over whom somebody was asked about, once that can be done', () => {
    const consulting = (to: Call) => stateOf([talking({}, 'held'), to])
    const asked = { ...bob, consultationOf: 'call-1' }
    const handOver = 'Hand Ada over to Bob'
    const wanted = { type: 'transferToCall', callId: 'call-1', toCallId: 'call-2' }
    expect(verbOf(consulting(talking(asked)), handOver)).toEqual(wanted)
    expect(verbOf(consulting(talking(bob)), handOver)).toBeUndefined()
    expect(verbOf(consulting({ ...talking(asked), state: 'connecting' } as Call), handOver)).toBeUndefined()
  })

  it('does not merge what cannot be grouped', () => {
    const rigid = { capabilities: { ...able.capabilities, grouping: false } }
    expect(verbOf(stateOf([talking(rigid), talking({ ...bob, ...able }, 'held')]), 'Merge calls')).toBeUndefined()
  })

  it('has a conference as one, its members below it', () => {
    const group = { ...able, groupId: 'g' }
    const state = stateOf([talking(group, 'active', true), talking({ ...bob, ...group }, 'active', true)])
    expect(read(state).slice(0, 7)).toEqual([
      '- Conference of 2 — in call, muted',
      '> Hold',
      '[x] Mute',
      '+ Ada: > Talk alone, > Hang up',
      '+ Bob: > Talk alone, > Hang up',
      '> End conference',
      '—',
    ])
    expect(verbOf(state, 'Mute')).toEqual({ type: 'setMuted', callIds: ['call-1', 'call-2'], muted: false })
    expect(verbOf(state, 'End conference')).toEqual({ type: 'endGroup', callId: 'call-1' })
    expect(verbOf(state, 'Talk alone')).toEqual({ type: 'split', callId: 'call-1' })
    expect(verbOf(state, 'Merge calls')).toBeUndefined()
  })

  it('resumes a conference on hold, swaps it with the call that is up, and takes that call in', () => {
    const group = { ...able, groupId: 'g' }
    const held = [talking(group, 'held'), talking({ ...bob, ...group }, 'held')]
    expect(read(stateOf(held)).slice(0, 2)).toEqual(['- Conference of 2 — on hold', '> Resume'])
    const state = stateOf([...held, talking({ ...cleo, ...able })])
    expect(verbOf(state, 'Swap calls')).toEqual({ type: 'swap' })
    expect(verbOf(state, 'Merge calls')).toEqual({ type: 'merge', callIds: ['call-1', 'call-2', 'call-3'] })
  })

  it('says that a call is being handed on, and asks what only the user can say', () => {
    const call = talking()
    if (call.state !== 'active') throw new Error()
    const to = { type: 'generic', value: '18\u202e16' } as const
    const transfer = { kind: 'blind', to, toCallId: null, progress: 'trying' } as const
    expect(readCalls({ ...call, transfer })[0]).toBe('- Ada — being transferred to 1816')
    const referral = { handle: to, target: 'sip:1816@pbx.example', by: null }
    expect(readCalls({ ...call, referral, digitsWaiting: 4 }).slice(0, 6)).toEqual([
      '- Ada — in call',
      '- Asks you to call 1816',
      '> Call 1816',
      '> Do not call',
      '> Send 4 more digits',
      '> Do not send',
    ])
  })
})

describe('the tray icon', () => {
  it.each([
    ['registered', stateOf()],
    ['unregistered', stateOf([], { accounts: [] })],
    ['unregistered', stateOf([], { accounts: [failed] })],
    ['unregistered', stateOf([], { accounts: [accountState(), failed] })],
    ['registered', stateOf([], { accounts: [accountState(), accountState(undefined, { enabled: false })] })],
    ['ringing', stateOf([talking(), incoming({ id: 'call-2' })])],
    ['in-call', stateOf([talking()], { doNotDisturb: true })],
    ['do-not-disturb', stateOf([], { doNotDisturb: true })],
    ['registered', stateOf([ended()])],
  ] as const)('is %s: %#', (icon, state) => {
    expect(trayIcon(state)).toBe(icon)
  })
})

describe('what proves that an account can be called', () => {
  const at = new Date(2030, 0, 1, 10, 42).getTime()
  const proven = { provenAt: at, nextAt: null, roundTripMs: 4, doubt: null }
  const withReach = (reach: AccountState['reach'], registration?: Registration): PhoneState =>
    stateOf([], { accounts: [{ ...accountState(registration), reach }] })

  it('is told with its time', () => {
    expect(trayFace(withReach(proven)).tooltip).toBe('Patchcord — Ready for calls, proven at 10:42')
  })

  it('fails aloud: an account that is registered and doubted is not ready', () => {
    const face = trayFace(withReach({ ...proven, doubt: 'no-answer' }))
    expect(face.icon).toBe('unregistered')
    expect(face.tooltip).toBe('Patchcord — Work: the server does not answer, asking again')
  })

  it('and an account that failed says when it is tried next', () => {
    const failed = { state: 'failed', reason: 'unreachable', sipStatus: null, retryAt: at, certificate: null } as const
    expect(trayFace(withReach(proven, failed)).tooltip).toBe(
      'Patchcord — Work: server cannot be reached, next try at 10:42',
    )
  })
})

describe('the tray tooltip', () => {
  it.each([
    ['Patchcord — Ready for calls', stateOf()],
    ['Patchcord — No account', stateOf([], { accounts: [] })],
    ['Patchcord — Work: wrong user name or password', stateOf([], { accounts: [accountState(), failed] })],
    ['Patchcord — Ada is calling', stateOf([talking({ name: 'Bob' }), incoming()])],
    ['Patchcord — In a call with Ada', stateOf([talking()])],
    ['Patchcord — 2 calls', stateOf([talking(), talking({ id: 'call-2' }, 'held')])],
    ['Patchcord — 1 missed call · Ready for calls', stateOf([], { history: [missedEntry()] })],
  ])('%s', (words, state) => {
    expect(trayTooltip(state)).toBe(words)
  })
})

describe('the tray', () => {
  const setUp = () => {
    const faces: TrayFace[] = []
    const acted: string[] = []
    let choose: (verb: TrayVerb) => void = () => {}
    const note =
      (name: string) =>
      async (...args: unknown[]) => {
        acted.push([name, ...args].join(' '))
        return requested(null)
      }
    const clock = new ManualClock(new Date(2030, 0, 1, 22, 0, 30).getTime())
    const names = ['answer', 'endAndAnswer', 'decline', 'sendToVoicemail', 'end', 'endGroup', 'split', 'park']
    const more = ['setHeld', 'setMuted', 'swap', 'merge', 'answerReferral', 'continueDigits', 'transferToCall']
    const verbs = Object.fromEntries([...names, ...more].map((name) => [name, note(name)]))
    const tray = new TrayObserver({
      view: { show: (face) => faces.push(face), onVerb: (listener) => (choose = listener) },
      verbs: verbs as unknown as TrayOptions['verbs'],
      setSharing: (on) => acted.push(`sharing ${on}`),
      setDoNotDisturb: (on, minutes) => acted.push(`quiet ${on} ${minutes}`),
      silence: (callId) => acted.push(`silence ${callId}`),
      openWindow: () => acted.push('open'),
      quit: () => acted.push('quit'),
      clock,
      log: silentLog,
    })
    return { faces, acted, tray, choose: (verb: TrayVerb) => choose(verb), clock }
  }

  it('is drawn anew only when something on it changes', () => {
    const { faces, tray } = setUp()
    tray.update(stateOf([talking()]))
    tray.update(stateOf([talking()], { revision: 2 }))
    expect(faces).toHaveLength(1)
    tray.update(stateOf([talking({}, 'held')]))
    expect(faces).toHaveLength(2)
  })

  it('is drawn a few times a second at most while calls come in a flood, and then as it is', () => {
    const { faces, tray, clock } = setUp()
    for (let n = 0; n < 100; n++) {
      tray.update(stateOf([incoming({ id: `call-${n}`, name: `Caller ${n}` })]))
      tray.update(stateOf([]))
      clock.advance(10)
    }
    expect(faces.length).toBeLessThanOrEqual(16)
    tray.update(stateOf([incoming({ name: 'The last one' })]))
    clock.advance(1_000)
    expect(JSON.stringify(faces.at(-1))).toContain('The last one')
  })

  it('does what is chosen, in its own name', () => {
    const { acted, choose } = setUp()
    const callId = 'c'
    const types = ['answer', 'endAndAnswer', 'decline', 'sendToVoicemail', 'end', 'endGroup', 'split', 'park'] as const
    for (const type of types) choose({ type, callId })
    choose({ type: 'silence', callId })
    choose({ type: 'setHeld', callId, held: true })
    choose({ type: 'setMuted', callIds: ['c', 'd'], muted: false })
    choose({ type: 'swap' })
    choose({ type: 'merge', callIds: ['c', 'd'] })
    choose({ type: 'transferToCall', callId, toCallId: 'd' })
    choose({ type: 'answerReferral', callId, accept: true })
    choose({ type: 'continueDigits', callId, send: false })
    choose({ type: 'open' })
    choose({ type: 'quit' })
    expect(acted).toEqual([
      ...types.map((type) => `${type} c tray`),
      'silence c',
      'setHeld c true tray',
      'setMuted c false tray',
      'setMuted d false tray',
      'swap tray',
      'merge c,d tray',
      'transferToCall c d tray',
      'answerReferral c true tray',
      'continueDigits c false tray',
      'open',
      'quit',
    ])
  })

  it('knows how long it is until the morning', () => {
    const { acted, choose, clock } = setUp()
    const morning: TrayVerb = { type: 'setDoNotDisturb', on: true, lasts: 'until-morning' }
    choose(morning)
    clock.advance(2.5 * 3_600_000)
    choose(morning)
    choose({ type: 'setDoNotDisturb', on: true, lasts: 30 })
    choose({ type: 'setDoNotDisturb', on: false, lasts: null })
    expect(acted).toEqual(['quiet true 600', 'quiet true 450', 'quiet true 30', 'quiet false null'])
  })
})
