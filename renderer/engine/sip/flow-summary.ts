/*
 * How an account stands, out of how it stands with each of the servers it is registered with at once: as well as with the best of them. Pure.
 */
import type { Registration } from '../../../common/account'
import type { Reach } from '../../../common/reach'
import { unknownReach } from './reach-watch'
import { retryClass } from './registration-failure'

/** What is known of one registration. */
export interface FlowFacts {
  readonly registration: Registration
  readonly reach: Reach
}

/** `before`: what was said last. Not known to have failed before all have: one that succeeds is enough. */
export function registrationOf(all: readonly Registration[], before: Registration): Registration {
  const [only] = all
  if (only !== undefined && all.length === 1) return only
  const up = all.filter((one) => one.state === 'registered')
  if (up.length > 0) {
    const since = before.state === 'registered' ? before.since : Math.min(...up.map((one) => one.since))
    return { state: 'registered', since, expiresAt: Math.max(...up.map(({ expiresAt }) => expiresAt)) }
  }
  const isOpen = all.some(({ state }) => state === 'registering')
  const failures = all.filter((one) => one.state === 'failed')
  // What only the user can help is the reason that matters; of others the server that is preferred has the word.
  const worst = failures.find(({ reason }) => retryClass(reason) === 'never') ?? failures[0]
  if (worst === undefined || (isOpen && before.state !== 'failed'))
    return { state: isOpen ? 'registering' : 'unregistered' }
  const tries = failures.flatMap(({ retryAt }) => retryAt ?? [])
  return { ...worst, retryAt: tries.length === 0 ? null : Math.min(...tries) }
}

/** The newest proof that still holds; else the newest there is. */
export function reachOf(flows: readonly FlowFacts[]): Reach {
  const up = flows.filter(({ registration }) => registration.state === 'registered')
  const sure = up.filter(({ reach }) => reach.doubt === null)
  const known = sure.length > 0 ? sure : up.length > 0 ? up : flows
  const [newest = unknownReach] = known
    .map(({ reach }) => reach)
    .sort((a, b) => (b.provenAt ?? -Infinity) - (a.provenAt ?? -Infinity) || 0)
  const next = known.flatMap(({ reach }) => reach.nextAt ?? [])
  return { ...newest, nextAt: next.length === 0 ? null : Math.min(...next) }
}
