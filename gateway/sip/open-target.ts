/*
 * Connects to one place and asks whether SIP is spoken there. A UDP socket may first ask a STUN server how it is seen (RFC 8489), where the account names
 * one. Which places there are, and what becomes of those that do not answer, is not its business.
 */
import { isIP } from 'node:net'
import type { Clock } from '../../common/clock'
import type { GatewayAccount } from '../../common/contract/gateway'
import { parseStunServer } from '../media/stun'
import type { Channel, ChannelEvents, ChannelFailure, OpenChannel } from './channel'
import { familyOf, type Endpoint } from './endpoint'
import { Greeting } from './greeting'
import type { Names } from './names'
import type { Target } from './target'

export interface TargetParts {
  readonly clock: Clock
  readonly names: Pick<Names, 'addresses'>
  readonly openChannel: OpenChannel
  /** The URL of a WebSocket that speaks SIP; null: none there. */
  readonly probeWebSocket: (target: Target, patienceMs: number, signal: AbortSignal) => Promise<string | null>
}

export interface AnsweredTarget {
  readonly kind: 'opened'
  readonly channel: Channel
  /** As whom the server sees us, when it said so, or a STUN server does. */
  readonly seen: Endpoint | null
  /** It answered; else it only did not refuse. */
  readonly proven: boolean
  readonly why: string
}

/** It speaks WebSocket. */
export interface ElsewhereTarget {
  readonly kind: 'elsewhere'
  readonly url: string
  readonly target: Target
  readonly why: string
}

export type TargetOutcome =
  AnsweredTarget | ElsewhereTarget | { readonly kind: 'failed'; readonly failure: ChannelFailure }

export interface TargetNeeds {
  readonly account: GatewayAccount
  readonly target: Target
  /** Preferred for UDP. */
  readonly localPort: number
  /** Something else can be tried: it is not waited for as long. */
  readonly isOneOfMany: boolean
  /** Not answering is no failure. */
  readonly isLastResort?: boolean
  readonly signal: AbortSignal
}

/** To connect, and when there are others; to be answered over UDP; to be answered where the connection itself is proof enough; ms. */
const connectPatience = 4_000
const oneOfManyPatience = 2_500
const udpPatience = 2_500
const streamPatience = 700

/** `events`: of the channel, from the moment it is open; whoever asked may not listen yet. */
export async function openTarget(
  { account, target, localPort, isOneOfMany, isLastResort = false, signal }: TargetNeeds,
  parts: TargetParts,
  events: ChannelEvents,
): Promise<TargetOutcome> {
  const { clock } = parts
  const patienceMs = isOneOfMany ? oneOfManyPatience : connectPatience
  if (target.transport === 'ws' || target.transport === 'wss') {
    const url = await parts.probeWebSocket(target, patienceMs, signal)
    const where = `${target.transport} ${target.host}:${target.port}`
    return url === null
      ? failed('unreachable', `${where}: no SIP over WebSocket there`)
      : { kind: 'elsewhere', url, target, why: `${target.why}: ${url}` }
  }
  const greeting = new Greeting()
  let ended: ChannelFailure | null = null
  const opened = await parts.openChannel(
    {
      target,
      domains: [target.domain, domainOf(account.uri)],
      pin: account.certificate,
      localPort,
      patienceMs,
      signal,
    },
    {
      onMessage: (text, from) => {
        if (!greeting.takes(text)) events.onMessage(text, from)
      },
      onClosed: (failure) => {
        if (ended === null && greeting.isOpen) {
          ended = failure
          greeting.abandon()
        } else events.onClosed(failure)
      },
    },
  )
  if (!opened.ok) return { kind: 'failed', failure: opened.failure }
  const { channel } = opened
  const isUdp = target.transport === 'udp'
  const mapped = await askStun(channel, account, parts)
  if (mapped !== null) channel.sentBy = mapped
  const answerMs = isLastResort ? 0 : isUdp ? udpPatience : streamPatience
  const answer = await greeting.ask(channel, { clock, uri: account.uri, patienceMs: answerMs, signal })
  if (ended !== null) return { kind: 'failed', failure: ended }
  const where = `${target.transport} ${target.address}:${target.port}`
  if (signal.aborted || answer.status === 503 || (answer.status === null && isUdp && !isLastResort)) {
    channel.close()
    return answer.status === 503
      ? failed('server-error', `${where}: 503, it takes no requests now`)
      : failed('timeout', `${where}: no answer`)
  }
  const proven = answer.status !== null || !isUdp
  return {
    kind: 'opened',
    channel,
    seen: answer.seen ?? mapped,
    proven,
    why: proven ? target.why : `${target.why}; it answers no OPTIONS`,
  }
}

/**
 * As whom the account's STUN server sees the channel, before anything is said on it: a server that knows no `rport` (RFC 3581) answers to what the Via says
 * and nowhere else.
 */
async function askStun(
  channel: Channel,
  { connection }: GatewayAccount,
  { names }: TargetParts,
): Promise<Endpoint | null> {
  const server = connection.stun === null || channel.ask === undefined ? null : parseStunServer(connection.stun)
  if (server === null) return null
  const addresses = isIP(server.host) ? [server.host] : await names.addresses(server.host)
  const address = addresses.find((one) => familyOf(one) === familyOf(channel.local.address))
  return address === undefined ? null : ((await channel.ask?.({ address, port: server.port })) ?? null)
}

const failed = (reason: ChannelFailure['reason'], detail: string): TargetOutcome => ({
  kind: 'failed',
  failure: { reason, detail, certificate: null },
})

const domainOf = (uri: string): string =>
  /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?]+)/i.exec(uri)?.[1]?.replace(/[[\]]/g, '') ?? ''
