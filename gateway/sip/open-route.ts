/*
 * Finds an account's server and connects to it: everywhere it may be, in order, those that failed of late last, until one answers (RFC 3263
 * section 4.3). It says how it got there. What is then said on the channel is not its business.
 */
import type { Clock } from '../../common/clock'
import type { GatewayAccount } from '../../common/contract/gateway'
import type { CachedNames } from './cached-names'
import type { Channel, ChannelEvents, ChannelFailure, OpenChannel } from './channel'
import type { Endpoint } from './endpoint'
import { findTargets } from './find-targets'
import { Greeting } from './greeting'
import type { LineMemory } from './line-memory'
import { serversOf } from './servers-of'
import { targetKey, type Target } from './target'

export interface RouteParts {
  readonly clock: Clock
  readonly names: CachedNames
  readonly openChannel: OpenChannel
  /** The URL of a WebSocket that speaks SIP; null: none there. */
  readonly probeWebSocket: (target: Target, patienceMs: number, signal: AbortSignal) => Promise<string | null>
  readonly memory: LineMemory
  /** As Math.random. */
  readonly random: () => number
}

export type RouteOutcome =
  | {
      readonly kind: 'opened'
      readonly channel: Channel
      /** As whom the server sees us, when it said so. */
      readonly seen: Endpoint | null
      /** It answered; else it only did not refuse. */
      readonly proven: boolean
      readonly why: string
      /** Every address the account's servers are known to have. */
      readonly addresses: ReadonlySet<string>
      /** What else could be tried: targets, by `targetKey`, and servers that were not looked up. */
      readonly others: readonly string[]
    }
  | { readonly kind: 'elsewhere'; readonly url: string; readonly target: Target; readonly why: string }
  | { readonly kind: 'failed'; readonly failure: ChannelFailure }

/** To connect; to be answered over UDP; to be answered where the connection itself is proof enough; in all, ms. */
const connectPatience = 4_000
const udpPatience = 2_500
const streamPatience = 700
const allPatience = 24_000

/** Whoever may still be told something of the channel before its owner listens. */
export type RouteEvents = ChannelEvents

export async function openRoute(
  account: GatewayAccount,
  parts: RouteParts,
  events: RouteEvents,
  signal: AbortSignal,
): Promise<RouteOutcome> {
  const { clock, memory } = parts
  const deadline = clock.now() + allPatience
  const addresses = new Set<string>()
  const failures: ChannelFailure[] = []
  const later: Target[] = []
  const servers = serversOf(account)
  const known = new Set<string>(servers)
  let silent: Target | null = null
  let hasName = false
  let foundAny = false

  const attempt = async (target: Target): Promise<RouteOutcome | null> => {
    if (signal.aborted || clock.now() >= deadline) return null
    const outcome = await openTarget(account, target, parts, events, signal)
    if (outcome.kind === 'failed') {
      memory.failed(targetKey(target))
      failures.push(outcome.failure)
      if (outcome.failure.reason === 'timeout') silent ??= target
      // An announced server with a certificate nobody vouches for is for the user to judge, not to be gone round.
      return outcome.failure.reason === 'certificate' && !target.guessed ? outcome : null
    }
    memory.worked(targetKey(target))
    return outcome.kind === 'opened' ? finished(outcome, target, explain(outcome.why, failures)) : outcome
  }
  const finished = (opened: Answered, target: Target, why: string): RouteOutcome => {
    const others = [...known].filter((key) => key !== targetKey(target))
    return { ...opened, addresses, others, why }
  }

  for (const server of servers) {
    if (clock.now() >= deadline) break
    known.delete(server)
    const found = await findTargets(server, parts.names, parts.random)
    if (signal.aborted) break
    if (!found.ok) {
      hasName ||= found.failure === 'unknown-host'
      continue
    }
    foundAny = true
    for (const target of found.targets) {
      addresses.add(target.address)
      known.add(targetKey(target))
    }
    for (const target of found.targets) {
      if (memory.hasFailed(targetKey(target))) later.push(target)
      else {
        const outcome = await attempt(target)
        if (outcome !== null) return outcome
      }
    }
  }
  for (const target of later) {
    const outcome = await attempt(target)
    if (outcome !== null) return outcome
  }
  parts.names.forget()
  // Some servers answer no OPTIONS of strangers: whether this one registers us is seen when it is asked.
  if (silent !== null && !signal.aborted) {
    const outcome = await openTarget(account, silent, parts, events, signal, true)
    if (outcome.kind === 'opened') return finished(outcome, silent, outcome.why)
  }
  return { kind: 'failed', failure: worst(failures) ?? nothing(account.server, foundAny, hasName) }
}

type Opened = Extract<RouteOutcome, { kind: 'opened' }>
type Answered = Omit<Opened, 'addresses' | 'others'>
type TargetOutcome = Answered | Exclude<RouteOutcome, Opened>

/** `anyway`: not answering is no failure. */
async function openTarget(
  account: GatewayAccount,
  target: Target,
  parts: RouteParts,
  events: RouteEvents,
  signal: AbortSignal,
  anyway = false,
): Promise<TargetOutcome> {
  const { clock, memory } = parts
  if (target.transport === 'ws' || target.transport === 'wss') {
    const url = await parts.probeWebSocket(target, connectPatience, signal)
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
      localPort: memory.udpPort,
      patienceMs: connectPatience,
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
  const patienceMs = anyway ? 0 : isUdp ? udpPatience : streamPatience
  const answer = await greeting.ask(channel, { clock, uri: account.uri, patienceMs, signal })
  if (ended !== null) return { kind: 'failed', failure: ended }
  const where = `${target.transport} ${target.address}:${target.port}`
  if (signal.aborted || answer.status === 503 || (answer.status === null && isUdp && !anyway)) {
    channel.close()
    return answer.status === 503
      ? failed('server-error', `${where}: 503, it takes no requests now`)
      : failed('timeout', `${where}: no answer`)
  }
  if (isUdp) memory.udpPort = channel.local.port
  const proven = answer.status !== null || !isUdp
  return {
    kind: 'opened',
    channel,
    seen: answer.seen,
    proven,
    why: proven ? target.why : `${target.why}; it answers no OPTIONS`,
  }
}

const failed = (reason: ChannelFailure['reason'], detail: string): TargetOutcome => ({
  kind: 'failed',
  failure: { reason, detail, certificate: null },
})

const domainOf = (uri: string): string =>
  /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?]+)/i.exec(uri)?.[1]?.replace(/[[\]]/g, '') ?? ''

const explain = (why: string, failures: readonly ChannelFailure[]): string =>
  (failures.length === 0 ? why : `${why}; before it: ${failures.map(({ detail }) => detail).join('; ')}`).slice(0, 512)

/** What is most use to know of several failures. */
function worst(failures: readonly ChannelFailure[]): ChannelFailure | null {
  const by = (reason: ChannelFailure['reason']): ChannelFailure | undefined =>
    failures.find((failure) => failure.reason === reason)
  const main = by('certificate') ?? by('server-error') ?? by('unreachable') ?? failures[0]
  if (main === undefined) return null
  return {
    ...main,
    detail: failures
      .map(({ detail }) => detail)
      .join('; ')
      .slice(0, 512),
  }
}

function nothing(server: string, foundAny: boolean, hasName: boolean): ChannelFailure {
  const reason = foundAny ? 'unreachable' : hasName ? 'unknown-host' : 'invalid-account'
  return { reason, detail: `${server}: nothing to connect to`, certificate: null }
}
