/*
 * One look at a call's sound, in the few numbers that it is judged by: out of the browser's statistics and the gateway's counters. It judges nothing.
 */
import type { GatewayCounters } from '../../../common/contract/gateway'
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
  /** The far end's description says that it sends nothing, and not because we hold it. */
  readonly listensOnly?: boolean
  readonly stats: StatsRows
  /** null: nothing is between the browser and the far end. */
  readonly gateway: GatewayCounters | null
  /** `address:port` of ours in the last description; null: not known. */
  readonly own: string | null
}

export interface SoundPoint {
  readonly at: number
  readonly sent: number
  readonly received: number
  readonly lost: number
  readonly spoken: number | null
  readonly heard: number | null
  /** Of the far end's last report, 0 to 1. */
  readonly farLoss: number | null
  /** The far end's reports so far. */
  readonly reports: number
  /** Changes whenever they tell that more of ours arrived. */
  readonly arrived: number | null
  readonly strangers: number
  readonly refused: number
}

/** Of 256 parts, as reports tell it, all but one at most are lost. */
const allLost = 0.99

export function soundPoint({ at, stats, gateway }: SoundSample): SoundPoint {
  const rows = rowsOf(stats).filter(({ kind }) => kind === 'audio')
  const row = (type: string) => rows.find((one) => one.type === type)
  const [inbound, outbound, source] = [row('inbound-rtp'), row('outbound-rtp'), row('media-source')]
  const [reported, reporting] = [row('remote-inbound-rtp'), row('remote-outbound-rtp')]
  const farLoss = count(reported?.fractionLost)
  // It reads no reports that the browser and the far end encrypt for each other.
  const reader = gateway?.encryption === 'dtls' ? null : gateway
  return {
    at,
    // What the gateway carries is what the wire sees.
    sent: gateway?.sent ?? count(outbound?.packetsSent) ?? 0,
    received: gateway?.received ?? count(inbound?.packetsReceived) ?? 0,
    lost: count(inbound?.packetsLost) ?? 0,
    spoken: count(source?.totalAudioEnergy),
    heard: count(inbound?.totalAudioEnergy),
    farLoss,
    reports: reader?.reports ?? count(reporting?.reportsSent) ?? 0,
    // The browser tells of a report on our stream when it came, and a stream nobody hears has none; one that lost all of it says so besides.
    arrived: reader?.progress ?? ((farLoss ?? 0) > allLost ? null : count(reported?.timestamp)),
    strangers: gateway?.strangers ?? 0,
    refused: gateway?.refused ?? 0,
  }
}

const count = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
