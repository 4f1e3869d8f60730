/*
 * Which of the chirps that were sent have come back, how late and how loud: fed with what was sent and with what is heard, it keeps the
 * account. Pure; the times are those of one sound clock, s.
 */
import { chirpLevel, type ChirpKind } from './chirp'
import type { EchoHeard } from './media'

interface Sent {
  readonly kind: ChirpKind
  readonly at: number
  back: { readonly at: number; readonly level: number } | null
}

/** No echo of a telephone line is later than this, s; and chirps of one kind are further apart. */
const latest = 1.4

export class EchoCount {
  readonly #sent: Sent[] = []
  #loudest = -100

  sent(kind: ChirpKind, at: number): void {
    this.#sent.push({ kind, at, back: null })
  }

  /** A chirp was heard, maybe not for the first time. */
  heard(kind: ChirpKind, at: number, level: number): void {
    const source = this.#sent.findLast((sent) => sent.kind === kind && sent.at <= at)
    if (source === undefined || at - source.at > latest || source.back !== null) return
    source.back = { at, level }
  }

  /** How loud all is that comes, ours or not, dBFS. */
  loudness(level: number): void {
    this.#loudest = Math.max(this.#loudest, level)
  }

  get returned(): number {
    return this.#sent.filter(({ back }) => back !== null).length
  }

  /** `now`: what was sent so late that it could not be back yet does not count. */
  result(now: number): EchoHeard {
    const back = this.#sent.flatMap((sent) => (sent.back === null ? [] : [{ ...sent.back, sent: sent.at }]))
    const delays = back.map((one) => (one.at - one.sent) * 1000)
    const delayMs = delays.length === 0 ? null : median(delays)
    const due = this.#sent.filter((sent) => sent.back !== null || now - sent.at > (delayMs ?? 0) / 1000 + 0.7)
    return {
      sent: due.length,
      returned: back.length,
      delayMs: delayMs === null ? null : Math.round(delayMs),
      sentLevel: chirpLevel,
      level: back.length === 0 ? null : median(back.map(({ level }) => level)),
      anything: this.#loudest,
    }
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
