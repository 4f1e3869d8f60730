import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../common/log'
import { Reminders } from '../../../main/observers/reminders'
import { ReminderFile } from '../../../main/recents/reminder-file'
import { FakeNotificationCenter } from '../../fakes/notification-center'
import { ManualClock } from '../../fakes/manual-clock'
import { missedEntry, stateOf } from '../../fakes/phone-state'
import { requested } from '../../fakes/requested'
import { temporaryFolder } from '../settings/support'
import { join } from 'node:path'

const minute = 60_000
let clock: ManualClock
let center: FakeNotificationCenter
let acted: string[]
let path: string

const start = (): Reminders => {
  center = new FakeNotificationCenter()
  const reminders = new Reminders({
    center,
    verbs: {
      call: async (target, accountId, by) => {
        acted.push(`call ${target} on ${accountId} by ${by}`)
        return requested('call-2')
      },
    },
    openWindow: () => acted.push('open'),
    clock,
    log: silentLog,
    file: new ReminderFile({ path, log: silentLog }),
  })
  reminders.update(missed)
  return reminders
}
const missed = stateOf([], { history: [missedEntry({ label: 'Ada Lovelace' })] })
const titles = (): string[] => [...center.shown.values()].map(({ title }) => title)

beforeEach(() => {
  clock = new ManualClock()
  acted = []
  path = join(temporaryFolder(), 'reminders.jsonl')
})

describe('a reminder of a missed call', () => {
  it('comes after a quarter of an hour and can call back', () => {
    start().remind(missedEntry({ label: 'Ada Lovelace' }))
    clock.advance(14 * minute)
    expect(titles()).toEqual([])
    clock.advance(minute)
    expect(titles()).toEqual(['Call Ada Lovelace back?'])
    center.press('reminder:call-1', 'call-back')
    expect(acted).toEqual(['open', 'call 1815 on work by notification'])
    expect(titles()).toEqual([])
    start()
    expect(titles()).toEqual([])
  })

  it('survives a restart, and one that was due meanwhile comes at once', () => {
    start().remind(missedEntry())
    clock.advance(5 * minute)
    start()
    expect(titles()).toEqual([])
    clock.advance(10 * minute)
    expect(titles()).toEqual(['Call Ada back?'])
    clock.advance(60 * minute)
    start()
    expect(titles()).toEqual(['Call Ada back?'])
  })

  it('does not come when the two have talked since', () => {
    const reminders = start()
    reminders.remind(missedEntry())
    const talked = missedEntry({
      id: 'call-2',
      direction: 'outgoing',
      missed: false,
      startedAt: clock.date() + 1,
      connectedAt: clock.date() + 2,
    })
    reminders.update(stateOf([], { history: [talked, missedEntry()] }))
    clock.advance(20 * minute)
    expect(titles()).toEqual([])
  })

  it('is forgotten with the list of calls', () => {
    const reminders = start()
    reminders.remind(missedEntry())
    reminders.update(stateOf([], { history: [] }))
    clock.advance(20 * minute)
    expect(titles()).toEqual([])
  })

  it('can be put off again, and sent away', () => {
    start().remind(missedEntry())
    clock.advance(15 * minute)
    center.press('reminder:call-1', 'remind')
    expect(titles()).toEqual([])
    clock.advance(15 * minute)
    expect(titles()).toEqual(['Call Ada back?'])
    center.emit({ type: 'dismissed', key: 'reminder:call-1' })
    clock.advance(60 * minute)
    expect(titles()).toEqual([])
  })

  it('does not say whose it is while the screen is shared', () => {
    const reminders = start()
    reminders.remind(missedEntry())
    clock.advance(15 * minute)
    reminders.update({ ...missed, sharing: true })
    expect(titles()).toEqual(['Call back?'])
    expect(JSON.stringify([...center.shown.values()])).not.toMatch(/Ada|1815/)
  })
})
