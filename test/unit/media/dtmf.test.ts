/* Digits leave in order, each once, whatever the browser's buffer does. */
import { beforeEach, describe, expect, it } from 'vitest'
import { DtmfQueue, type DtmfSender } from '../../../renderer/engine/media/dtmf'
import { ManualClock } from '../../fakes/manual-clock'

/** RTCDTMFSender as specified: each insertDTMF sets the buffer anew, and an empty tone follows the last one. */
class Sender {
  canInsertDTMF = true
  ontonechange: DtmfSender['ontonechange'] = null
  readonly played: { digit: string; at: number }[] = []
  deaf = false
  #buffer = ''
  #busy = false

  constructor(private readonly clock: ManualClock) {}

  insertDTMF(tones: string, duration = 100, gap = 70): void {
    if (!this.canInsertDTMF) throw new DOMException('cannot', 'InvalidStateError')
    this.#buffer = tones
    if (!this.#busy && tones !== '') this.#play(duration, gap)
  }

  #play(duration: number, gap: number): void {
    const digit = this.#buffer[0]
    this.#busy = digit !== undefined
    if (!this.deaf)
      this.ontonechange?.call(this as unknown as RTCDTMFSender, { tone: digit ?? '' } as RTCDTMFToneChangeEvent)
    if (digit === undefined) return
    this.#buffer = this.#buffer.slice(1)
    this.played.push({ digit, at: this.clock.now() })
    this.clock.setTimeout(() => this.#play(duration, gap), digit === ',' ? 2000 : duration + gap)
  }

  get text(): string {
    return this.played.map(({ digit }) => digit).join('')
  }
}

let clock: ManualClock
let sender: Sender
let queue: DtmfQueue

beforeEach(() => {
  clock = new ManualClock()
  sender = new Sender(clock)
  queue = new DtmfQueue(clock)
  queue.use(sender as unknown as DtmfSender)
})

describe('digits', () => {
  it('are played in order with 170 ms from one to the next', () => {
    expect(queue.add('12#')).toBe(true)
    clock.advance(5000)
    expect(sender.played).toEqual([
      { digit: '1', at: 0 },
      { digit: '2', at: 170 },
      { digit: '#', at: 340 },
    ])
  })

  it('pressed while others play wait for their turn and take nothing away', () => {
    queue.add('12')
    clock.advance(50)
    queue.add('3')
    clock.advance(150)
    queue.add('d')
    clock.advance(5000)
    expect(sender.text).toBe('123D')
  })

  it('wait while the far end is not ready for them, and then go in order', () => {
    queue.holdOff(400)
    queue.add('12')
    clock.advance(100)
    queue.add('3')
    clock.advance(5000)
    expect(sender.played.map(({ digit, at }) => `${digit} ${at}`)).toEqual(['1 400', '2 570', '3 740'])
  })

  it('wait two seconds at a comma', () => {
    queue.add('1,2')
    clock.advance(5000)
    expect(sender.played.map(({ at }) => at)).toEqual([0, 170, 2170])
  })

  it('that are none are refused whole', () => {
    expect(queue.add('12x')).toBe(false)
    expect(queue.add('')).toBe(false)
    expect(queue.add('1;2')).toBe(false)
    expect(queue.add('1'.repeat(257))).toBe(false)
    clock.advance(5000)
    expect(sender.text).toBe('')
  })

  it('cannot be sent when the sender cannot, or there is none', () => {
    sender.canInsertDTMF = false
    expect(queue.add('1')).toBe(false)
    queue.use(null)
    expect(queue.add('1')).toBe(false)
  })

  it('go on when the browser never reports a tone', () => {
    sender.deaf = true
    queue.add('12')
    clock.advance(5000)
    expect(sender.text).toBe('12')
  })

  it('are forgotten when the call ends, with no timer left', () => {
    queue.add('123')
    clock.advance(50)
    queue.stop()
    clock.advance(5000)
    expect(sender.text).toBe('1')
    expect(clock.pending).toBe(0)
  })

  it('that can no longer be sent are dropped, and later ones are not blocked by them', () => {
    queue.add('123')
    sender.canInsertDTMF = false
    clock.advance(5000)
    sender.canInsertDTMF = true
    expect(queue.add('4')).toBe(true)
    clock.advance(5000)
    expect(sender.text).toBe('14')
  })
})
