import { describe, expect, it } from 'vitest'
import { silentLog } from '../../../common/log'
import { TrayObserver } from '../../../main/observers/tray'
import { type TrayFace, trayIcon, trayMenu, trayTooltip, type TrayVerb } from '../../../main/observers/tray-menu'
import type { PhoneState } from '../../../common/phone-state'
import { accountState, callOf, ended, incoming, missedEntry, stateOf, talking } from '../../fakes/phone-state'
import { requested } from '../../fakes/requested'

/** The menu as a person reads it: `- label`, `[x] label`, `> verb`. */
const read = (state: PhoneState): string[] =>
  trayMenu(state).map((item) => {
    if (item.type === 'separator') return '—'
    if (item.type === 'label') return `- ${item.label}`
    return `${item.checked === null ? '>' : item.checked ? '[x]' : '[ ]'} ${item.label}`
  })

const failed = accountState({
  state: 'failed',
  reason: 'wrong-password',
  sipStatus: 403,
  retryAt: null,
  certificate: null,
})

const footer = ['—', '[ ] Do not disturb', '—', '> Open Patchcord', '> Quit']

describe('the tray menu', () => {
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
    expect(read(stateOf(many)).length).toBeLessThan(40)
  })

  it('shows do not disturb as it is, and would switch it', () => {
    const item = trayMenu(stateOf([], { doNotDisturb: true })).find((one) => 'verb' in one && one.checked !== null)
    expect(item).toMatchObject({ checked: true, verb: { type: 'setDoNotDisturb', on: false } })
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
        return requested()
      }
    const tray = new TrayObserver({
      view: { show: (face) => faces.push(face), onVerb: (listener) => (choose = listener) },
      verbs: {
        answer: note('answer'),
        decline: note('decline'),
        end: note('end'),
        setHeld: note('setHeld'),
        setMuted: note('setMuted'),
      },
      setDoNotDisturb: (on) => acted.push(`quiet ${on}`),
      silence: (callId) => acted.push(`silence ${callId}`),
      openWindow: () => acted.push('open'),
      quit: () => acted.push('quit'),
      log: silentLog,
    })
    return { faces, acted, tray, choose: (verb: TrayVerb) => choose(verb) }
  }

  it('is drawn anew only when something on it changes', () => {
    const { faces, tray } = setUp()
    tray.update(stateOf([talking()]))
    tray.update(stateOf([talking()], { revision: 2 }))
    expect(faces).toHaveLength(1)
    tray.update(stateOf([talking({}, 'held')]))
    expect(faces).toHaveLength(2)
  })

  it('does what is chosen, in its own name', () => {
    const { acted, choose } = setUp()
    choose({ type: 'answer', callId: 'c' })
    choose({ type: 'decline', callId: 'c' })
    choose({ type: 'silence', callId: 'c' })
    choose({ type: 'end', callId: 'c' })
    choose({ type: 'setHeld', callId: 'c', held: true })
    choose({ type: 'setMuted', callId: 'c', muted: false })
    choose({ type: 'setDoNotDisturb', on: true })
    choose({ type: 'open' })
    choose({ type: 'quit' })
    expect(acted).toEqual([
      'answer c tray',
      'decline c tray',
      'silence c',
      'end c tray',
      'setHeld c true tray',
      'setMuted c false tray',
      'quiet true',
      'open',
      'quit',
    ])
  })
})
