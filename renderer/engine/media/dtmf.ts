/*
 * Digits on their way to the far end as RFC 4733 events, none lost and none twice. It owns the queue because the browser's
 * own buffer is replaced by each insertDTMF. Digits are secrets (PINs): nothing here logs or throws them.
 */
import type { Clock, Timer } from '../../../common/clock'

/** The part of RTCDTMFSender that is used. */
export type DtmfSender = Pick<RTCDTMFSender, 'canInsertDTMF' | 'insertDTMF' | 'ontonechange'>

const toneMs = 100
const gapMs = 70
/** What `,` means to the browser. */
const pauseMs = 2_000

/** How long after its due end a digit may still be reported as played before the queue goes on without the report. */
const graceMs = 1_000
const maxQueued = 256

export class DtmfQueue {
  #waiting = ''
  #playing = false
  #notBefore = -Infinity
  #sender: DtmfSender | null = null
  #deadline: Timer | null = null

  constructor(private readonly clock: Clock) {}

  /** Gives the queue its way out; null or another one (a new peer connection) drops what was not yet played. */
  use(sender: DtmfSender | null): void {
    if (sender === this.#sender) return
    this.stop()
    this.#sender = sender
  }

  /** Lets no digit go within the next `ms`; those added meanwhile wait. */
  holdOff(ms: number): void {
    this.#notBefore = this.clock.now() + ms
  }

  /**
   * Puts `digits` (0-9 * # A-D, `,` pauses) behind those still being played. False, and nothing queued, when a character is another one, the queue is
   * full, or the sender cannot send now.
   */
  add(digits: string): boolean {
    if (!/^[0-9*#A-D,]+$/i.test(digits) || this.#waiting.length + digits.length > maxQueued) return false
    if (this.#sender === null || !this.#sender.canInsertDTMF) return false
    this.#waiting += digits.toUpperCase()
    if (!this.#playing) this.#begin()
    return true
  }

  /** Forgets what is not yet played and lets go of the sender. */
  stop(): void {
    this.#waiting = ''
    this.#playing = false
    if (this.#deadline !== null) this.clock.clearTimeout(this.#deadline)
    this.#deadline = null
    const sender = this.#sender
    this.#sender = null
    if (sender === null) return
    sender.ontonechange = null
    if (sender.canInsertDTMF) sender.insertDTMF('')
  }

  #begin(): void {
    const wait = this.#notBefore - this.clock.now()
    if (wait <= 0) return this.#playNext()
    this.#playing = true
    this.#deadline = this.clock.setTimeout(() => this.#playNext(), wait)
  }

  /** One digit at a time: the browser then never holds one that a later call could overwrite. */
  #playNext(): void {
    if (this.#deadline !== null) this.clock.clearTimeout(this.#deadline)
    this.#deadline = null
    const digit = this.#waiting[0]
    const sender = this.#sender
    this.#playing = digit !== undefined && sender !== null && sender.canInsertDTMF
    if (digit === undefined || sender === null || !this.#playing) {
      this.#waiting = ''
      return
    }
    this.#waiting = this.#waiting.slice(1)
    // The empty tone says that the buffer has run dry, which is the only safe moment to fill it.
    sender.ontonechange = ({ tone }) => {
      if (tone === '' && sender === this.#sender && this.#playing) this.#playNext()
    }
    sender.insertDTMF(digit, toneMs, gapMs)
    const due = digit === ',' ? pauseMs : toneMs + gapMs
    this.#deadline = this.clock.setTimeout(() => this.#playNext(), due + graceMs)
  }
}
