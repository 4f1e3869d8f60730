import { describe, expect, test } from 'vitest'
import type { PhoneState } from '../../common/phone-state'
import { silentLog } from '../../common/log'
import { PhoneStore } from '../../main/phone-store'

const empty = { revision: 0, engine: 'starting', calls: [], notices: [] } as unknown as PhoneState

describe('the state of the phone', () => {
  test('is a new value at each change, one revision higher', () => {
    const store = new PhoneStore(empty, silentLog)
    store.put({ engine: 'ready' })
    expect(store.current).toMatchObject({ engine: 'ready', revision: 1 })
    expect(empty.engine).toBe('starting')
  })

  test('says nothing when nothing has changed', () => {
    const store = new PhoneStore(empty, silentLog)
    let told = 0
    store.observe(() => told++)
    store.put({ engine: 'starting', calls: empty.calls })
    expect(told).toBe(0)
    expect(store.current.revision).toBe(0)
  })

  test('tells every change in order, also one that a listener makes', () => {
    const store = new PhoneStore(empty, silentLog)
    const seen: string[] = []
    store.observe((now) => {
      if (now.engine === 'ready') store.put({ engine: 'restarting' })
    })
    store.observe((now, before) => seen.push(`${before.engine} → ${now.engine}`))
    store.put({ engine: 'ready' })
    expect(seen).toEqual(['starting → ready', 'ready → restarting'])
  })

  test('keeps telling the others when one listener fails', () => {
    const complaints: string[] = []
    const store = new PhoneStore(empty, { ...silentLog, error: (message) => complaints.push(message) })
    const seen: number[] = []
    store.observe(() => {
      throw new Error('broken')
    })
    store.observe((now) => seen.push(now.revision))
    store.put({ engine: 'ready' })
    store.put({ engine: 'failed' })
    expect(seen).toEqual([1, 2])
    expect(complaints[0]).toContain('broken')
  })

  test('tells nobody who has stopped listening', () => {
    const store = new PhoneStore(empty, silentLog)
    let told = 0
    const stop = store.observe(() => told++)
    stop()
    store.put({ engine: 'ready' })
    expect(told).toBe(0)
  })
})
