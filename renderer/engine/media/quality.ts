/*
 * From the browser's statistics of one peer connection to the numbers of MediaQuality. It keeps the last few seconds, so
 * that loss is what is heard now and not the mean of an hour. It asks nobody; reports are handed in.
 */
import type { Clock } from '../../../common/clock'
import { noMedia, type MediaQuality } from '../../../common/media'
import { estimateMos } from './mos'
import { rowsOf, type StatsRow, type StatsRows } from './stats-rows'

/** Loss and jitter-buffer delay are taken over this long, ms. */
const windowMs = 5_000

const dryMs = 3_000

/** How long after a hold or resume the first packets may take to come, ms. */
const settleMs = 1_000

/** Delay of sender and receiver that no statistic tells: 20 ms of packet, 5 ms Opus look-ahead, 20 ms sound hardware. */
const fixedDelayMs = 45

interface Sample {
  readonly at: number
  readonly received: number
  readonly lost: number
  readonly bufferDelay: number
  readonly buffered: number
}

type Row = StatsRow

export class QualityWatch {
  #samples: Sample[] = []
  /** Samples before this tell nothing, ms of the clock. */
  #from = -Infinity

  constructor(private readonly clock: Clock) {}

  /** The call was held or resumed: the gap that leaves in the packets' numbers is no loss. */
  restart(): void {
    this.#from = this.clock.now() + settleMs
  }

  /** The quality as of this report. `noMedia` when no stream has moved a packet yet. */
  read(report: StatsRows): MediaQuality {
    const rows = rowsOf(report)
    const inbound = rows.find((row) => row.type === 'inbound-rtp' && row.kind === 'audio')
    const outbound = rows.find((row) => row.type === 'outbound-rtp' && row.kind === 'audio')
    const packetsReceived = number(inbound?.packetsReceived) ?? 0
    const packetsSent = number(outbound?.packetsSent) ?? 0
    if (packetsReceived === 0 && packetsSent === 0) return noMedia

    const packetsLost = number(inbound?.packetsLost) ?? 0
    const now: Sample = {
      at: this.clock.now(),
      received: packetsReceived,
      lost: packetsLost,
      bufferDelay: number(inbound?.jitterBufferDelay) ?? 0,
      buffered: number(inbound?.jitterBufferEmittedCount) ?? 0,
    }
    const since = this.#oldest(now)
    this.#samples.push(now)

    // What we send first: Chromium names the first codec of the list for what it receives until it has looked closer.
    const codec = codecOf(rows, outbound) ?? codecOf(rows, inbound)
    const jitter = packetsReceived === 0 ? null : number(inbound?.jitter)
    const roundTripMs = roundTrip(rows)
    const lossRatio = packetsReceived === 0 ? null : lossBetween(since, now)
    const buffered = now.buffered - since.buffered
    const bufferMs = buffered > 0 ? (1000 * (now.bufferDelay - since.bufferDelay)) / buffered : 0
    return {
      codec,
      packetsSent,
      packetsReceived,
      packetsLost,
      jitterMs: jitter === null ? null : jitter * 1000,
      roundTripMs,
      lossRatio,
      mos:
        lossRatio === null || isDry(since, now)
          ? null
          : estimateMos({ codec, lossRatio, delayMs: (roundTripMs ?? 0) / 2 + bufferMs + fixedDelayMs }),
      // The statistics know the browser's own transport only.
      encryption: null,
    }
  }

  /**
   * The sample that opens the window. The first one with packets opens the first: what went missing before it is no loss but the beginning, where a
   * server drops what it has before its own side of DTLS is through. Counters that ran backwards (a new peer connection) are another beginning.
   */
  #oldest(now: Sample): Sample {
    const last = this.#samples.at(-1)
    if (last === undefined || last.received === 0 || now.received < last.received) this.#samples = []
    const from = Math.max(now.at - windowMs, this.#from)
    this.#samples = this.#samples.filter((sample) => sample.at >= from)
    return this.#samples[0] ?? now
  }
}

/** Nothing came for so long that no score says anything; the longest pause of a codec that is silent is far shorter. */
const isDry = (before: Sample, now: Sample): boolean => now.at - before.at >= dryMs && now.received === before.received

/** Late packets may make the lost count fall; that is no loss. */
function lossBetween(before: Sample, now: Sample): number {
  const lost = Math.max(0, now.lost - before.lost)
  const expected = Math.max(0, now.received - before.received) + lost
  return expected === 0 ? 0 : lost / expected
}

function codecOf(rows: readonly Row[], stream: Row | undefined): string | null {
  const codec = rows.find((row) => row.type === 'codec' && row.id === stream?.codecId)
  return typeof codec?.mimeType === 'string' ? codec.mimeType.replace(/^audio\//i, '').slice(0, 64) : null
}

/** RTCP's round trip when the far end reports (RFC 3550 section 6.4.1), else that of ICE's checks. */
function roundTrip(rows: readonly Row[]): number | null {
  const reported = number(rows.find((row) => row.type === 'remote-inbound-rtp' && row.kind === 'audio')?.roundTripTime)
  const pairId = rows.find((row) => row.type === 'transport')?.selectedCandidatePairId
  const pair = rows.find((row) => row.type === 'candidate-pair' && row.id === pairId)
  const seconds = reported ?? number(pair?.currentRoundTripTime)
  return seconds === null ? null : seconds * 1000
}

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
