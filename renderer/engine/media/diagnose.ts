/*
 * Why a call is not heard, from what is measured anyway: the browser's statistics, the gateway's counters and the addresses that descriptions name. It asks
 * nobody and decides nothing; measurements are handed in. It would rather say nothing than something that is not so: each finding has to last.
 */
import type { GatewayCounters } from '../../../common/contract/gateway'
import type { MediaTrouble } from '../../../common/diagnosis'
import { isOtherPrivateNetwork } from './private-address'
import { rowsOf, type StatsRows } from './stats-rows'

/** One look at a call's sound. */
export interface SoundSample {
  /** ms of the clock. */
  readonly at: number
  /** Sound is meant to leave, and to come. A call that anybody holds does neither. */
  readonly sends: boolean
  readonly hears: boolean
  /** The user said nothing is to be heard of the microphone. */
  readonly muted: boolean
  readonly stats: StatsRows
  /** null: nothing is between the browser and the far end. */
  readonly gateway: GatewayCounters | null
  /** `address:port` of ours in the last description; null: not known. */
  readonly own: string | null
}

/** What is wrong, and the numbers that show it; no user and no key is in them. */
export interface Finding {
  readonly trouble: MediaTrouble
  readonly evidence: string
}

/** Nothing came, or left, for so long, ms: longer than any pause of a codec that saves silence, or than a server needs to find its sound file. */
const silentMs = 6_000
/** A far end that was heard before may be saving what it does not say. */
const silentLaterMs = 12_000
/** A microphone that never gave anything but zeros, and one that stopped to. */
const mutedMs = 8_000
const mutedLaterMs = 30_000
/** Loss is judged over this long, ms, of so many packets at least. */
const lossMs = 10_000
const lossPackets = 200
const heavy = 0.1
const bearable = 0.05

interface Point {
  readonly at: number
  readonly sent: number
  readonly received: number
  readonly lost: number
  readonly spoken: number | null
  readonly heard: number | null
  /** Of the far end's last report, 0 to 1. */
  readonly farLoss: number | null
  readonly strangers: number
  readonly refused: number
}

export class SoundJudge {
  #points: Point[] = []
  /** The last moment, ms, at which each was as it should be. */
  #heardAt = 0
  #sentAt = 0
  #spokeAt = 0
  #heardAnything = false
  #spokeAnything = false
  #farSpoke = false
  #isLossy = false

  /** The call was held, resumed or moved: what was measured before tells nothing of what follows. */
  restart(): void {
    this.#points = []
    this.#isLossy = false
  }

  /** What is wrong as of this sample; null: nothing, as far as one can tell. */
  take(sample: SoundSample): Finding | null {
    const point = read(sample)
    const last = this.#points.at(-1)
    // Counters that ran backwards are another connection's.
    if (!last || !(sample.sends || sample.hears) || point.received < last.received || point.sent < last.sent) {
      this.restart()
      this.#heardAt = this.#sentAt = this.#spokeAt = sample.at
      this.#points = [point]
      return null
    }
    this.#points = [...this.#points.filter(({ at }) => at > point.at - lossMs), point]
    if (point.received > last.received) this.#heardAt = point.at
    if (point.sent > last.sent) this.#sentAt = point.at
    if (point.received > 0) this.#heardAnything = true
    if ((point.heard ?? 0) > 0) this.#farSpoke = true
    if ((point.spoken ?? 0) > 0) this.#spokeAnything = true
    if (sample.muted || point.spoken === null || point.spoken !== last.spoken) this.#spokeAt = point.at
    return (
      this.#unheard(sample, point) ??
      this.#unsaid(sample, point) ??
      // Whom nothing is said to may send it back.
      this.#mute(sample, point) ??
      this.#lossy(sample, point)
    )
  }

  #unheard(sample: SoundSample, point: Point): Finding | null {
    if (!sample.hears) return null
    const { gateway, own } = sample
    const silent = point.at - this.#heardAt
    if (silent >= (this.#heardAnything ? silentLaterMs : silentMs)) {
      const first = this.#points[0] ?? point
      const { signalled = null } = gateway ?? {}
      const where = signalled === null ? '' : `; the far end named ${signalled}`
      const counted = `sent ${point.sent} packets, received ${point.received}, none for ${seconds(silent)}${where}`
      const refused = point.refused - first.refused
      if (refused > 0) return { trouble: 'srtp-refused', evidence: `${counted}; ${refused} could not be decrypted` }
      const strangers = point.strangers - first.strangers
      if (strangers > 0) return { trouble: 'strangers-only', evidence: `${counted}; ${strangers} came from elsewhere` }
      if (signalled !== null && isOtherPrivateNetwork(signalled, own)) {
        return { trouble: 'private-address', evidence: own === null ? counted : `${counted}, we ${own}` }
      }
      return { trouble: 'nothing-received', evidence: counted }
    }
    return null
  }

  #mute(sample: SoundSample, point: Point): Finding | null {
    if (!sample.hears) return null
    // Whoever was heard before has nothing to say now; whoever never was may have a microphone that is off.
    const isMute = !this.#farSpoke && point.heard !== null && point.received > 0
    const first = this.#points[0] ?? point
    const came = point.received - first.received
    if (isMute && point.at - first.at >= mutedMs && came >= (point.at - first.at) / 100) {
      return {
        trouble: 'far-end-silent',
        evidence: `received ${point.received} packets, with nothing but zeros in them`,
      }
    }
    return null
  }

  #unsaid(sample: SoundSample, point: Point): Finding | null {
    if (!sample.sends) return null
    const unsent = point.at - this.#sentAt
    if (unsent >= silentMs) {
      return { trouble: 'nothing-sent', evidence: `sent ${point.sent} packets, none for ${seconds(unsent)}` }
    }
    const quiet = point.at - this.#spokeAt
    if (quiet < (this.#spokeAnything ? mutedLaterMs : mutedMs)) return null
    return {
      trouble: 'microphone-silent',
      evidence: `sent ${point.sent} packets, nothing but zeros for ${seconds(quiet)}`,
    }
  }

  #lossy(sample: SoundSample, point: Point): Finding | null {
    const first = this.#points[0] ?? point
    const lost = Math.max(0, point.lost - first.lost)
    const expected = point.received - first.received + lost
    const ratio = sample.hears && expected >= lossPackets ? lost / expected : null
    const worst = Math.max(ratio ?? 0, lastingly(this.#points))
    // What only just is too much is said until it is clearly less.
    this.#isLossy = worst > (this.#isLossy ? bearable : heavy)
    if (!this.#isLossy) return null
    const there = point.farLoss === null ? '' : `; the far end lost ${percent(point.farLoss)} of ours`
    return { trouble: 'heavy-loss', evidence: `lost ${percent(ratio ?? 0)} of ${expected} packets${there}` }
  }
}

function read({ at, stats, gateway }: SoundSample): Point {
  const rows = rowsOf(stats)
  const inbound = rows.find((row) => row.type === 'inbound-rtp' && row.kind === 'audio')
  const outbound = rows.find((row) => row.type === 'outbound-rtp' && row.kind === 'audio')
  const source = rows.find((row) => row.type === 'media-source' && row.kind === 'audio')
  const reported = rows.find((row) => row.type === 'remote-inbound-rtp' && row.kind === 'audio')
  return {
    at,
    // What the gateway carries is what the wire sees.
    sent: gateway?.sent ?? count(outbound?.packetsSent) ?? 0,
    received: gateway?.received ?? count(inbound?.packetsReceived) ?? 0,
    lost: count(inbound?.packetsLost) ?? 0,
    spoken: count(source?.totalAudioEnergy),
    heard: count(inbound?.totalAudioEnergy),
    farLoss: count(reported?.fractionLost),
    strangers: gateway?.strangers ?? 0,
    refused: gateway?.refused ?? 0,
  }
}

/** The least that the far end's reports tell over the whole window: one bad report is a moment, and reports come every five seconds. */
function lastingly(points: readonly Point[]): number {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || last.at - first.at < lossMs * 0.7) return 0
  return Math.min(...points.map(({ farLoss }) => farLoss ?? 0))
}

const count = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`
const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`
