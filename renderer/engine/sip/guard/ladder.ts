/*
 * The last messages that went through one transport, for diagnostics. Secrets are taken out when somebody reads it, so that
 * a message costs nothing more than being remembered; old ones fall out.
 */
import type { Clock } from '../../../../common/clock'
import { redact } from './redact'

export type Direction = 'in' | 'out'

export interface LadderEntry {
  /** Wall-clock ms. */
  readonly at: number
  readonly direction: Direction
  /** What the guard did with it, e.g. `answered 400`, `dropped bad-line`; empty for an ordinary message. */
  readonly note: string
  /** Redacted, cut at 4096 characters. */
  readonly text: string
}

const MAX_TEXT = 4_096

export class Ladder {
  readonly #clock: Clock
  readonly #size: number
  #entries: LadderEntry[] = []

  constructor(clock: Clock, size = 200) {
    this.#clock = clock
    this.#size = size
  }

  record(direction: Direction, text: string, note = ''): void {
    if (this.#entries.length >= this.#size * 2) this.#entries = this.#entries.slice(-this.#size)
    this.#entries.push({ at: this.#clock.date(), direction, note, text })
  }

  /** Oldest first, redacted. */
  read(options: { readonly numbers?: boolean } = {}): LadderEntry[] {
    return this.#entries.slice(-this.#size).map((entry) => ({
      ...entry,
      text: redact(entry.text.slice(0, MAX_MESSAGE_FOR_REDACTION), options).slice(0, MAX_TEXT),
    }))
  }
}

/** Redaction looks at more than is kept, so that a cut can never expose the tail of a secret. */
const MAX_MESSAGE_FOR_REDACTION = 16_384
