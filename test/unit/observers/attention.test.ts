import { describe, expect, it } from 'vitest'
import { Attention } from '../../../main/observers/attention'
import { WakeLock } from '../../../main/observers/wake-lock'
import { callOf, ended, incoming, missedEntry, stateOf, talking } from '../../fakes/phone-state'

describe('attention', () => {
  const setUp = () => {
    const done: string[] = []
    const attention = new Attention({
      effects: { setUrgent: (on) => done.push(`urgent ${on}`), setBadge: (count) => done.push(`badge ${count}`) },
    })
    return { done, attention }
  }

  it('is asked for while a call rings and no longer', () => {
    const { done, attention } = setUp()
    attention.update(stateOf())
    attention.update(stateOf([incoming()]))
    attention.update(stateOf([incoming()], { revision: 2 }))
    attention.update(stateOf([talking()]))
    expect(done).toEqual(['urgent true', 'urgent false'])
  })

  it('counts the missed calls that were not seen', () => {
    const { done, attention } = setUp()
    attention.update(stateOf([], { history: [missedEntry(), missedEntry({ id: '2' }), missedEntry({ seen: true })] }))
    attention.update(stateOf([], { history: [missedEntry({ seen: true }), missedEntry({ missed: false })] }))
    expect(done).toEqual(['badge 2', 'badge 0'])
  })
})

describe('the wake lock', () => {
  it('is held while any call lives, and let go once', () => {
    const held: boolean[] = []
    const lock = new WakeLock({ setAwake: (awake) => held.push(awake) })
    lock.update(stateOf())
    lock.update(stateOf([incoming()]))
    lock.update(stateOf([talking(), incoming({ id: 'call-2' })]))
    lock.update(stateOf([callOf({ state: 'ending', connectedAt: 0, cause: 'hung-up' })]))
    lock.update(stateOf([ended()]))
    expect(held).toEqual([true, false])
  })
})
