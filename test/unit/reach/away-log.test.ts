/*
 * When the phone could not be reached, told by proofs alone.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Registration } from '../../../common/account'
import type { RegistrationFailure } from '../../../common/errors'
import type { Away } from '../../../common/reach'
import { AwayLog } from '../../../main/reach/away-log'
import { ManualClock } from '../../fakes/manual-clock'
import { accountState } from '../../fakes/phone-state'

const account = accountState().account
let clock: ManualClock
let log: AwayLog
let away: readonly Away[]
let kept: ReadonlyMap<string, number>

const open = (known: ReadonlyMap<string, number> = new Map()): void => {
  away = []
  kept = new Map()
  log = new AwayLog({
    clock,
    known,
    keep: (proofs) => (kept = new Map(proofs)),
    onChange: (list) => (away = list),
    newId: () => `away-${clock.now()}`,
    uptime: () => clock.now() + 50_000,
  })
}
beforeEach(() => {
  clock = new ManualClock()
  open()
})

const proven = (afterMs = 0): void => {
  clock.advance(afterMs)
  log.proven('work', clock.date())
}
const lost = (reason: RegistrationFailure, enabled = true): void => {
  const failed: Registration = { state: 'failed', reason, sipStatus: null, retryAt: null, certificate: null }
  log.registrations([{ ...account, enabled }], new Map([['work', failed]]))
}

describe('the away report', () => {
  it('reaches from the last proof before to the first proof after', () => {
    proven()
    const from = clock.date()
    clock.advance(8_000)
    lost('connection-lost')
    proven(60_000)
    expect(away).toEqual([
      { id: 'away-68000', accountId: 'work', from, to: from + 68_000, because: 'network', newMessages: null },
    ])
  })

  it.each([2 * 86_400_000, -3_600_000])('is not misled by a wall clock that is set meanwhile (%s ms)', (set) => {
    let wall = 0
    const { date } = ManualClock.prototype
    clock.date = () => date.call(clock) + wall
    proven()
    lost('connection-lost')
    wall = set
    proven(1_000)
    expect(away).toEqual([])
    lost('connection-lost')
    wall = 0
    proven(60_000)
    expect(away).toMatchObject([{ from: clock.date() - 60_000, to: clock.date() }])
  })

  it('says nothing of a gap that nobody would notice', () => {
    proven()
    clock.advance(1_000)
    lost('connection-lost')
    proven(2_000)
    expect(away).toEqual([])
  })

  it.each<[RegistrationFailure, Away['because']]>([
    ['unreachable', 'server'],
    ['timeout', 'server'],
    ['forbidden', 'refused'],
    ['unknown-host', 'network'],
  ])('after %s says that it was for the %s', (reason, because) => {
    proven()
    lost(reason)
    proven(10_000)
    expect(away).toMatchObject([{ because }])
  })

  it('says that the computer slept, whatever failed when it woke', () => {
    proven()
    log.slept()
    clock.advance(3_600_000)
    log.woke()
    lost('connection-lost')
    proven(1_000)
    expect(away).toMatchObject([{ because: 'sleep' }])
  })

  it('says that there was no network, when there was none', () => {
    proven()
    log.network(false)
    lost('unreachable')
    log.network(true)
    proven(20_000)
    expect(away).toMatchObject([{ because: 'network' }])
  })

  it('tells after a start for how long the phone was closed, if that was longer than a moment', () => {
    open(new Map([['work', clock.date() - 3_600_000]]))
    proven()
    expect(away).toMatchObject([{ because: 'closed', to: clock.date(), from: clock.date() - 3_600_000 }])
    open(new Map([['work', clock.date() - 30_000]]))
    proven()
    expect(away).toEqual([])
  })

  it('is not about an account that its user switched off', () => {
    proven()
    lost('connection-lost', false)
    proven(3_600_000)
    expect(away).toEqual([])
  })

  it('keeps the last proof for the next start, when it is lost and before the phone stops', () => {
    proven()
    const at = clock.date()
    clock.advance(5_000)
    lost('unreachable')
    expect(kept).toEqual(new Map([['work', at]]))
    proven(20_000)
    log.keep()
    expect(kept).toEqual(new Map([['work', clock.date()]]))
  })

  it('adds the voice messages that came meanwhile, once, and goes when it was seen', () => {
    proven()
    log.voicemail('work', 2)
    lost('unreachable')
    proven(20_000)
    expect(away).toMatchObject([{ newMessages: null }])
    log.voicemail('work', 5)
    log.voicemail('work', 6)
    expect(away).toMatchObject([{ newMessages: 3 }])
    log.dismiss(away[0]?.id ?? '')
    expect(away).toEqual([])
  })

  it('knows of voice messages also when the server tells of them before the proof', () => {
    proven()
    log.voicemail('work', 2)
    lost('unreachable')
    log.voicemail('work', 3)
    proven(20_000)
    expect(away).toMatchObject([{ newMessages: 1 }])
  })

  it('does not guess: neither from a mailbox that was not known before, nor from news long after', () => {
    proven()
    lost('unreachable')
    proven(20_000)
    log.voicemail('work', 4)
    log.voicemail('work', 5)
    expect(away).toMatchObject([{ newMessages: null }])
    clock.advance(61_000)
    log.voicemail('work', 6)
    expect(away).toMatchObject([{ newMessages: null }])
  })
})
