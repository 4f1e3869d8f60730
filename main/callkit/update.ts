/*
 * What a provider says of a call, as a sparse patch (CXCallUpdate): a property that is absent leaves things as they are,
 * null clears, a value sets. It decides nothing about states.
 */
import { defaultCapabilities, type CallFacts, type Capabilities } from '../../common/call'
import type { CallEvent } from '../../common/call-transition'
import { anonymous, type Handle } from '../../common/handle'
import { normalHandle } from './handle'
import { visibleText } from './visible-text'

/** What a provider says of a call (CXCallUpdate). Left out: as it was. null: cleared. A value: set. */
export interface CallUpdate {
  /** null: the caller became anonymous. */
  readonly remoteHandle?: Handle | null
  readonly localizedCallerName?: string | null
  /** For these null is what holds until somebody says otherwise (`defaultCapabilities`). */
  readonly supportsHolding?: boolean | null
  readonly supportsGrouping?: boolean | null
  readonly supportsUngrouping?: boolean | null
  readonly supportsDtmf?: boolean | null
  readonly hasVideo?: boolean | null
}

/** The event that makes `update` true of a call with these `facts`. */
export function updated(facts: Pick<CallFacts, 'capabilities'>, update: CallUpdate): CallEvent & { type: 'updated' } {
  return {
    type: 'updated',
    patch: {
      ...(update.remoteHandle === undefined
        ? {}
        : { handle: update.remoteHandle === null ? anonymous : normalHandle(update.remoteHandle) }),
      ...(update.localizedCallerName === undefined ? {} : { name: visibleName(update.localizedCallerName) }),
      ...(update.hasVideo === undefined ? {} : { hasVideo: update.hasVideo ?? false }),
      capabilities: merged(facts.capabilities, update),
    },
  }
}

const merged = (before: Capabilities, update: CallUpdate): Capabilities => ({
  holding: either(update.supportsHolding, before.holding, defaultCapabilities.holding),
  grouping: either(update.supportsGrouping, before.grouping, defaultCapabilities.grouping),
  ungrouping: either(update.supportsUngrouping, before.ungrouping, defaultCapabilities.ungrouping),
  dtmf: either(update.supportsDtmf, before.dtmf, defaultCapabilities.dtmf),
})

const either = (said: boolean | null | undefined, before: boolean, byDefault: boolean): boolean =>
  said === undefined ? before : (said ?? byDefault)

const visibleName = (name: string | null): string | null => (name === null ? null : visibleText(name) || null)
