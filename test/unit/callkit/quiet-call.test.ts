/* Who gets through do not disturb, what the others meet, and when its weekly times are. */
import { afterEach, describe, expect, it } from 'vitest'
import { defaultSettings } from '../../../common/settings'
import { quietCall, type QuietFacts } from '../../../main/callkit/quiet-call'
import { isWithin, nextEdge } from '../../../common/weekly-times'

const stranger: QuietFacts = { accountId: 'work', emergency: false, vip: false, favourite: false, repeated: false }
const lets = { vip: true, favourites: true, repeated: true }
const wishes = { ...defaultSettings, doNotDisturbLets: lets }

describe('do not disturb', () => {
  it.each(['refuse', 'silent', 'forward'] as const)('makes %s of a call when the user wishes so', (answer) =>
    expect(quietCall(stranger, { ...wishes, doNotDisturbAnswer: answer })).toBe(answer),
  )

  it.each(['vip', 'favourite', 'repeated', 'emergency'] as const)('lets %s through', (who) =>
    expect(quietCall({ ...stranger, [who]: true }, wishes)).toBe('ring'),
  )

  it('lets nobody but a call back after an emergency call through when the user wants none', () => {
    const none = { ...wishes, doNotDisturbLets: { vip: false, favourites: false, repeated: false } }
    const all = { ...stranger, vip: true, favourite: true, repeated: true }
    expect(quietCall(all, none)).toBe('refuse')
    expect(quietCall({ ...all, emergency: true }, none)).toBe('ring')
  })

  it('is only for the accounts that are named', () => {
    expect(quietCall(stranger, { ...wishes, doNotDisturbAccounts: ['home'] })).toBe('ring')
    expect(quietCall(stranger, { ...wishes, doNotDisturbAccounts: ['home', 'work'] })).toBe('refuse')
  })
})

describe('weekly times', () => {
  const zone = process.env.TZ
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
  /** Local wall clock; 1 March 2027 is a Monday. */
  const at = (day: number, hour: number, minute = 0) => new Date(2027, 2, day, hour, minute).getTime()
  const office = { days: [1, 2, 3, 4, 5], from: 9 * 60, to: 17 * 60 }
  const night = { days: [5], from: 22 * 60, to: 7 * 60 }
  const allDay = { days: [0], from: 0, to: 0 }

  it.each([
    [office, at(1, 8, 59), false],
    [office, at(1, 9), true],
    [office, at(1, 16, 59), true],
    [office, at(1, 17), false],
    [office, at(6, 10), false],
    [night, at(5, 23), true],
    [night, at(6, 6, 59), true],
    [night, at(6, 7), false],
    [night, at(5, 3), false],
    [night, at(6, 23), false],
    [allDay, at(7, 0), true],
    [allDay, at(7, 23, 59), true],
    [allDay, at(8, 0), false],
  ])('%j at %d: %s', (time, moment, expected) => expect(isWithin(time, moment)).toBe(expected))

  it('the next edge is where one begins or ends, today or tomorrow', () => {
    expect(nextEdge([office], at(1, 10))).toBe(at(1, 17))
    expect(nextEdge([office], at(1, 18))).toBe(at(2, 9))
    expect(nextEdge([office, night], at(1, 18))).toBe(at(1, 22))
    expect(nextEdge([], at(1, 18))).toBeNull()
  })

  it('follow the clock on the wall in a night that has an hour less', () => {
    process.env.TZ = 'Europe/Berlin'
    // 28 March 2027, 02:00 becomes 03:00.
    const eve = new Date(2027, 2, 27, 23).getTime()
    const until = { days: [6], from: 22 * 60, to: 7 * 60 }
    const edges: number[] = []
    for (let now = eve; edges.length < 2;) {
      now = nextEdge([until], now) ?? Infinity
      edges.push(now)
    }
    expect(edges.map((edge) => new Date(edge).toString().slice(4, 21))).toEqual([
      'Mar 28 2027 07:00',
      'Mar 28 2027 22:00',
    ])
    expect(((edges[0] ?? 0) - eve) / 3_600_000).toBe(7)
  })
})
