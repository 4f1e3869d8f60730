/*
 * Why a call is not heard, from what is measured anyway: the browser's statistics, the gateway's counters and the addresses that descriptions name. It asks
 * nobody and decides nothing; measurements are handed in. It would rather say nothing than something that is not so: each finding has to last.
 */
import type { MediaTrouble } from '../../../common/diagnosis'
import { FarHearing } from './far-hearing'
import { isOtherPrivateNetwork } from './private-address'
import { soundPoint, type SoundPoint, type SoundSample } from './sound-point'

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

export class SoundJudge {
  #points: SoundPoint[] = []
  /** The last moment, ms, at which each was as it should be. */
  #heardAt = 0
  #sentAt = 0
  #spokeAt = 0
  #heardAnything = false
  #spokeAnything = false
  #farSpoke = false
  #isLossy = false
  readonly #farHearing = new FarHearing()
  /** Since when the far end's description says that it sends nothing; null: it does not. */
  #listensSince: number | null = null

  /** The call was held, resumed or moved: what was measured before tells nothing of what follows. */
  restart(): void {
    this.#points = []
    this.#isLossy = false
    this.#listensSince = null
    this.#farHearing.restart()
  }

  /** What is wrong as of this sample; null: nothing, as far as one can tell. */
  take(sample: SoundSample): Finding | null {
    const point = soundPoint(sample)
    const last = this.#points.at(-1)
    // Counters that ran backwards are another connection's.
    if (!last || !(sample.sends || sample.hears) || point.received < last.received || point.sent < last.sent) {
      this.restart()
      this.#heardAt = this.#sentAt = this.#spokeAt = sample.at
      this.#points = [point]
      this.#farHearing.take(point, sample.sends)
      return null
    }
    this.#points = [...this.#points.filter(({ at }) => at > point.at - lossMs), point]
    if (point.received > last.received) this.#heardAt = point.at
    if (point.sent > last.sent) this.#sentAt = point.at
    if (point.received > 0) this.#heardAnything = true
    if ((point.heard ?? 0) > 0) this.#farSpoke = true
    if ((point.spoken ?? 0) > 0) this.#spokeAnything = true
    if (sample.muted || point.spoken === null || point.spoken !== last.spoken) this.#spokeAt = point.at
    if (sample.listensOnly === true) this.#listensSince ??= point.at
    else this.#listensSince = null
    const unheardOf = this.#farHearing.take(point, sample.sends)
    return (
      this.#unheard(sample, point, unheardOf) ??
      this.#unsaid(sample, point) ??
      (unheardOf === null ? null : { trouble: 'not-heard', evidence: unheardOf }) ??
      this.#listening(point) ??
      // Whom nothing is said to may send it back.
      this.#mute(sample, point) ??
      this.#lossy(sample, point)
    )
  }

  #unheard(sample: SoundSample, point: SoundPoint, unheardOf: string | null): Finding | null {
    const silent = point.at - this.#heardAt
    if (!sample.hears || silent < (this.#heardAnything ? silentLaterMs : silentMs)) return null
    const { gateway, own } = sample
    const first = this.#points[0] ?? point
    const { signalled = null, turnedAway = null } = gateway ?? {}
    const where = signalled === null ? '' : `; the far end named ${signalled}`
    const neither = unheardOf === null ? '' : `; ${unheardOf}`
    const counted = `sent ${point.sent} packets, received ${point.received}, none for ${seconds(silent)}${where}${neither}`
    const refused = point.refused - first.refused
    if (refused > 0) return { trouble: 'srtp-refused', evidence: `${counted}; ${refused} could not be decrypted` }
    const strangers = point.strangers - first.strangers
    if (strangers > 0) return { trouble: 'strangers-only', evidence: `${counted}; ${strangers} came from elsewhere` }
    const named = own === null ? counted : `${counted}, we ${own}`
    if (signalled !== null && isOtherPrivateNetwork(signalled, own))
      return { trouble: 'private-address', evidence: named }
    if (turnedAway !== null)
      return { trouble: 'turned-away', evidence: `${counted}; nobody takes packets at ${turnedAway}, as is said there` }
    // Who was heard knows the way.
    const mayNotReach = !this.#heardAnything && own !== null && signalled !== null
    if (mayNotReach && isOtherPrivateNetwork(own, signalled)) return { trouble: 'own-private-address', evidence: named }
    return { trouble: 'nothing-received', evidence: counted }
  }

  #listening(point: SoundPoint): Finding | null {
    if (this.#listensSince === null || point.at - this.#listensSince < silentMs) return null
    return {
      trouble: 'listens-only',
      evidence: `sent ${point.sent} packets, received ${point.received}; their description says recvonly`,
    }
  }

  #mute(sample: SoundSample, point: SoundPoint): Finding | null {
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

  #unsaid(sample: SoundSample, point: SoundPoint): Finding | null {
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

  #lossy(sample: SoundSample, point: SoundPoint): Finding | null {
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

/** The least that the far end's reports tell over the whole window: one bad report is a moment, and reports come every five seconds. */
function lastingly(points: readonly SoundPoint[]): number {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || last.at - first.at < lossMs * 0.7) return 0
  return Math.min(...points.map(({ farLoss }) => farLoss ?? 0))
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`
const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`
