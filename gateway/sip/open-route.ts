/*
 * Finds an account's server and connects to it: everywhere it may be, in order, those that failed of late last, until one answers (RFC 3263
 * section 4.3). It says how it got there. What is then said on the channel is not its business.
 */
import type { GatewayAccount } from '../../common/contract/gateway'
import type { CachedNames } from './cached-names'
import type { ChannelEvents, ChannelFailure } from './channel'
import { findTargets } from './find-targets'
import type { LineMemory } from './line-memory'
import {
  openTarget,
  type AnsweredTarget,
  type ElsewhereTarget,
  type TargetNeeds,
  type TargetOutcome,
  type TargetParts,
} from './open-target'
import { serversOf } from './servers-of'
import { targetKey, type Target } from './target'

export interface RouteParts extends TargetParts {
  readonly names: CachedNames
  readonly memory: LineMemory
  /** As Math.random. */
  readonly random: () => number
}

/** Where a target stands among all that could be tried. */
export interface Rank {
  /** That it was found for, in the form of `Account.server`. */
  readonly server: string
  /** Nothing is preferred to it. */
  readonly isFirst: boolean
}

export type RouteOutcome =
  | (AnsweredTarget & {
      /** Every address the account's servers are known to have. */
      readonly addresses: ReadonlySet<string>
      /** What else could be tried: targets, by `targetKey`, and servers that were not looked up. */
      readonly others: readonly string[]
      readonly rank: Rank
    })
  | ElsewhereTarget
  | { readonly kind: 'failed'; readonly failure: ChannelFailure }

/** In all, ms. */
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
  const order: { readonly server: string; readonly target: Target }[] = []
  let silent: Target | null = null
  let hasName = false
  let foundAny = false

  const open = async (
    target: Target,
    how: Pick<TargetNeeds, 'isOneOfMany' | 'isLastResort'>,
  ): Promise<TargetOutcome> => {
    const outcome = await openTarget({ account, target, localPort: memory.udpPort, signal, ...how }, parts, events)
    if (outcome.kind === 'opened' && !outcome.channel.reliable) memory.udpPort = outcome.channel.local.port
    return outcome
  }
  const attempt = async (target: Target): Promise<RouteOutcome | null> => {
    if (signal.aborted || clock.now() >= deadline) return null
    const isOneOfMany = [...known].some((key) => key !== targetKey(target) && !memory.hasFailed(key))
    const outcome = await open(target, { isOneOfMany })
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
  const finished = (opened: AnsweredTarget, target: Target, why: string): RouteOutcome => {
    const others = [...known].filter((key) => key !== targetKey(target))
    const place = order.findIndex((one) => targetKey(one.target) === targetKey(target))
    const server = order[place]?.server ?? account.server
    const isPreferred = order.slice(0, place).some((one) => one.server === server && outranks(one.target, target))
    return { ...opened, addresses, others, why, rank: { server, isFirst: server === servers[0] && !isPreferred } }
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
      order.push({ server, target })
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
    const outcome = await open(silent, { isOneOfMany: false, isLastResort: true })
    if (outcome.kind === 'opened') return finished(outcome, silent, outcome.why)
  }
  return { kind: 'failed', failure: worst(failures) ?? nothing(account.server, foundAny, hasName) }
}

/** Of two targets of one server, found in this order: whether the first is more than an equal, or a guess. */
export const outranks = (before: Target, target: Target): boolean => !before.guessed && before.why !== target.why

const explain = (why: string, failures: readonly ChannelFailure[]): string =>
  (failures.length === 0 ? why : `${why}; before it: ${failures.map(({ detail }) => detail).join('; ')}`).slice(0, 512)

/** Of several failures these are of most use to know, the first most. */
const telling = ['certificate', 'client-certificate', 'old-tls', 'server-error', 'no-tls', 'unreachable'] as const

/** What is most use to know of several failures. */
function worst(failures: readonly ChannelFailure[]): ChannelFailure | null {
  const by = (reason: ChannelFailure['reason']): ChannelFailure | undefined =>
    failures.find((failure) => failure.reason === reason)
  const main = telling.map(by).find((failure) => failure !== undefined) ?? failures[0]
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
