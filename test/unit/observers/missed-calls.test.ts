import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../common/log'
import { MissedCalls } from '../../../main/observers/missed-calls'
import { FakeNotificationCenter } from '../../fakes/notification-center'
import { requested } from '../../fakes/requested'
import { ended, incoming, missedEntry, stateOf } from '../../fakes/phone-state'

let center: FakeNotificationCenter
let acted: string[]
let observer: MissedCalls

beforeEach(() => {
  center = new FakeNotificationCenter()
  acted = []
  observer = new MissedCalls({
    center,
    verbs: {
      call: async (target, accountId, by) => {
        acted.push(`call ${target} on ${accountId} by ${by}`)
        return requested('call-2')
      },
    },
    openWindow: () => acted.push('open'),
    remind: ({ id }) => acted.push(`remind of ${id}`),
    log: silentLog,
  })
})

const ringAndMiss = (change = {}) => {
  observer.update(stateOf([incoming()]))
  observer.update(stateOf([ended()], { history: [missedEntry(change)] }))
}

describe('a missed call', () => {
  it('leaves a notification that can call back', () => {
    ringAndMiss()
    expect(center.shown.get('missed:call-1')).toEqual({
      key: 'missed:call-1',
      kind: 'missed',
      title: 'Missed call from Ada',
      body: '1815 · Work',
      actions: [
        { key: 'default', label: 'Open' },
        { key: 'call-back', label: 'Call back' },
        { key: 'remind', label: 'Remind me' },
      ],
      urgent: false,
    })
  })

  it('names the caller as the phone knew them', () => {
    ringAndMiss({ label: 'Ada Lovelace' })
    expect(center.shown.get('missed:call-1')).toMatchObject({ title: 'Missed call from Ada Lovelace' })
  })

  it('does not say who called while the screen is shared, and does afterwards', () => {
    observer.update(stateOf([incoming()]))
    const missed = { history: [missedEntry({ label: 'Ada Lovelace' })] }
    observer.update(stateOf([ended()], { ...missed, sharing: true }))
    const shown = center.shown.get('missed:call-1')
    expect(shown).toMatchObject({ title: 'Missed call', body: 'Work' })
    expect(JSON.stringify(shown)).not.toMatch(/Ada|1815/)
    observer.update(stateOf([ended()], missed))
    expect(center.shown.get('missed:call-1')?.title).toBe('Missed call from Ada Lovelace')
  })

  it('calls back on the account it came in on, and shows the window', () => {
    ringAndMiss()
    center.press('missed:call-1', 'call-back')
    expect(acted).toEqual(['open', 'call 1815 on work by notification'])
    expect(center.shown.size).toBe(0)
  })

  it('is told of again later when the user wants that, and stays away until then', () => {
    ringAndMiss()
    center.press('missed:call-1', 'remind')
    expect(acted).toEqual(['remind of call-1'])
    ringAndMiss()
    expect(center.shown.size).toBe(0)
  })

  it('does not call back twice', () => {
    ringAndMiss()
    center.press('missed:call-1', 'call-back')
    center.press('missed:call-1', 'call-back')
    expect(acted.filter((act) => act.startsWith('call'))).toHaveLength(1)
  })

  it('from a hidden number cannot be called back', () => {
    ringAndMiss({ handle: { type: 'generic', value: '' }, name: null })
    expect(center.shown.get('missed:call-1')?.actions).toEqual([{ key: 'default', label: 'Open' }])
  })

  it('goes when the user has seen it in the window', () => {
    ringAndMiss()
    observer.update(stateOf([], { history: [missedEntry({ seen: true })] }))
    expect(center.shown.size).toBe(0)
  })

  it('stays away once dismissed', () => {
    ringAndMiss()
    center.emit({ type: 'dismissed', key: 'missed:call-1' })
    observer.update(stateOf([], { history: [missedEntry()] }))
    expect(center.asked).toEqual(['show missed:call-1'])
  })
})

describe('no notification is left by', () => {
  it('a call that was answered or declined elsewhere', () => {
    ringAndMiss({ missed: false, cause: 'answered-elsewhere' })
    expect(center.asked).toEqual([])
  })

  it('a call missed before the phone was started', () => {
    observer.update(stateOf([], { history: [missedEntry({ id: 'old' })] }))
    expect(center.asked).toEqual([])
  })
})

describe('a call that was answered and came to nothing', () => {
  it('says why: its user may see no window', () => {
    ringAndMiss({ cause: 'microphone-missing', missed: false, seen: true })
    expect(center.shown.get('missed:call-1')).toMatchObject({
      title: 'Could not answer Ada',
      body: 'there is no microphone · 1815 · Work',
      actions: [{ key: 'default' }, { key: 'call-back' }, { key: 'remind' }],
    })
  })

  it('goes when its notification is sent away, or the recents are cleared', () => {
    ringAndMiss({ cause: 'media-failed', missed: false, seen: true })
    observer.update(stateOf([], { history: [] }))
    expect(center.shown.size).toBe(0)
  })

  it.each(['declined', 'answered-elsewhere', 'remote-hung-up'] as const)('says nothing when it was %s', (cause) => {
    ringAndMiss({ cause, missed: false, seen: true })
    expect(center.shown.size).toBe(0)
  })

  it('says nothing of a call that was spoken on before its sound broke', () => {
    ringAndMiss({ cause: 'media-failed', missed: false, seen: true, connectedAt: 500 })
    expect(center.shown.size).toBe(0)
  })
})

describe('several missed calls', () => {
  const entries = [
    missedEntry({ id: 'call-3', accountId: 'home', endedAt: 3000 }),
    missedEntry({ id: 'call-2', handle: { type: 'generic', value: '1816' }, name: 'Bob', endedAt: 2000 }),
    missedEntry({ id: 'call-1', endedAt: 1000 }),
  ]
  const missAll = (from = 0) => {
    for (const entry of entries) observer.update(stateOf([incoming({ id: entry.id })]))
    for (let first = entries.length - 1; first >= from; first--)
      observer.update(stateOf([], { history: entries.slice(first) }))
  }

  it('of one caller are one notification, replaced in place, with their count', () => {
    missAll()
    expect(center.asked).toEqual(['show missed:call-1', 'show missed:call-2', 'show missed:call-1'])
    expect(center.shown.get('missed:call-1')).toMatchObject({ title: '2 missed calls from Ada' })
    expect(center.shown.get('missed:call-2')).toMatchObject({ title: 'Missed call from Bob' })
  })

  it('are called back on the account of the newest', () => {
    missAll()
    center.press('missed:call-1', 'call-back')
    expect(acted).toEqual(['open', 'call 1815 on home by notification'])
    expect([...center.shown.keys()]).toEqual(['missed:call-2'])
  })

  it('are counted anew after the user sent the notification away', () => {
    missAll(1)
    center.emit({ type: 'dismissed', key: 'missed:call-1' })
    observer.update(stateOf([], { history: entries }))
    expect([...center.shown.values()].map(({ title }) => title)).toEqual([
      'Missed call from Bob',
      'Missed call from Ada',
    ])
  })

  it('of hidden numbers are told apart by the names they give', () => {
    const hidden = { type: 'generic', value: '' } as const
    const history = [
      missedEntry({ id: 'call-3', handle: hidden, name: null }),
      missedEntry({ id: 'call-2', handle: hidden, name: 'Mum' }),
      missedEntry({ id: 'call-1', handle: hidden, name: null }),
    ]
    for (const { id } of history) observer.update(stateOf([incoming({ id })]))
    observer.update(stateOf([], { history }))
    expect([...center.shown.values()].map(({ title }) => title)).toEqual([
      '2 missed calls from Unknown caller',
      'Missed call from Mum',
    ])
  })

  it('are told apart from those that could not be answered', () => {
    const history = [missedEntry({ id: 'call-2', cause: 'microphone-missing', missed: false }), missedEntry()]
    for (const { id } of history) observer.update(stateOf([incoming({ id })]))
    observer.update(stateOf([], { history }))
    expect([...center.shown.values()].map(({ title }) => title)).toEqual([
      'Could not answer Ada',
      'Missed call from Ada',
    ])
  })

  it('are remembered in a phone that runs for years, the old ones not', () => {
    for (let index = 0; index < 5000; index++) observer.update(stateOf([incoming({ id: `old-${index}` })]))
    missAll()
    expect(center.shown.size).toBe(2)
  })
})

describe('no missed call is', () => {
  it.each(['deflected', 'forwarded', 'transferred', 'remote-transferred'] as const)('one that was %s', (cause) => {
    ringAndMiss({ cause, missed: false })
    expect(center.asked).toEqual([])
  })
})
