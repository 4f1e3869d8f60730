import { beforeEach, describe, expect, test } from 'vitest'
import type { UiCommand, UiDown } from '../../../common/contract/ui'
import { silentLog } from '../../../common/log'
import type { PhoneState } from '../../../common/phone-state'
import { PhoneApi, type WishOutcome } from '../../../main/windows/phone-api'
import { ManualClock } from '../../fakes/manual-clock'

const state = { revision: 1 } as PhoneState

class HandPort {
  sent: UiDown[] = []
  hear: (message: unknown) => void = () => {}
  close: () => void = () => {}
  send(message: UiDown): void {
    this.sent.push(message)
  }
  onMessage(listener: (message: unknown) => void): void {
    this.hear = listener
  }
  onClose(listener: () => void): void {
    this.close = listener
  }
}

describe('the way of a page into the phone', () => {
  let clock: ManualClock
  let wishes: UiCommand[]
  let outcome: () => Promise<WishOutcome>
  let api: PhoneApi
  let port: HandPort
  let left: number

  beforeEach(() => {
    clock = new ManualClock()
    wishes = []
    left = 0
    outcome = () => Promise.resolve({ callId: null, error: null })
    port = new HandPort()
    api = new PhoneApi({
      clock,
      log: silentLog,
      current: () => state,
      perform: (command) => {
        wishes.push(command)
        return outcome()
      },
      onLastPortClosed: () => left++,
    })
    api.serve(port)
  })

  test('begins with the whole state', () => {
    expect(port.sent).toEqual([{ kind: 'state', state }])
  })

  test('performs a wish and answers it once', async () => {
    port.hear({ id: 4, command: { type: 'call', target: '600', accountId: null } })
    await clock.advanceAsync(0)
    expect(wishes).toEqual([{ type: 'call', target: '600', accountId: null }])
    expect(port.sent.at(-1)).toEqual({ kind: 'reply', id: 4, callId: null, error: null, answer: null })
  })

  test.each([
    ['no object', 'x'],
    ['an unknown command', { id: 1, command: { type: 'launchMissiles' } }],
    ['an extra field', { id: 1, command: { type: 'testRing', extra: 1 } }],
    ['a call id that is none', { id: 1, command: { type: 'end', callId: '../../etc' } }],
    ['digits that are none', { id: 1, command: { type: 'playDtmf', callId: crypto.randomUUID(), digits: '1;rm' } }],
    ['a message that is too large', { id: 1, command: { type: 'call', target: 'x'.repeat(270_000), accountId: null } }],
  ])('does nothing on %s', async (_name, message) => {
    port.hear(message)
    await clock.advanceAsync(0)
    expect(wishes).toEqual([])
  })

  test('survives a message with a cycle in it', async () => {
    const cycle: Record<string, unknown> = { id: 1 }
    cycle.command = cycle
    port.hear(cycle)
    await clock.advanceAsync(0)
    expect(wishes).toEqual([])
  })

  test('answers a wish that throws, and says that it failed', async () => {
    outcome = () => Promise.reject(new Error('bug'))
    port.hear({ id: 9, command: { type: 'testRing' } })
    await clock.advanceAsync(0)
    expect(port.sent.at(-1)).toMatchObject({ kind: 'reply', id: 9, error: { code: 'failed' } })
  })

  test('drops a flood, and serves again a second later', async () => {
    for (let i = 0; i < 500; i++) port.hear({ id: i, command: { type: 'testRing' } })
    expect(wishes).toHaveLength(100)
    clock.advance(1_000)
    port.hear({ id: 1, command: { type: 'testRing' } })
    expect(wishes).toHaveLength(101)
  })

  test('tells once that the last page is gone, however it went', () => {
    const reloaded = new HandPort()
    api.serve(reloaded)
    port.close()
    port.close()
    expect(left).toBe(0)
    reloaded.close()
    reloaded.close()
    expect(left).toBe(1)
  })

  test('silences a call by its id and by nothing else', () => {
    const callId = crypto.randomUUID()
    port.hear({ id: 1, command: { type: 'silence', callId } })
    port.hear({ id: 2, command: { type: 'silence' } })
    expect(wishes).toEqual([{ type: 'silence', callId }])
  })

  test('says nothing to a page that is gone', () => {
    port.close()
    api.send({ kind: 'level', microphone: -30, speaker: -30 })
    expect(port.sent).toHaveLength(1)
  })
})
