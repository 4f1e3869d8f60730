/*
 * What a provider says of a call, as a sparse patch (CXCallUpdate, contract section 2.4): a property that is absent leaves
 * things as they are, null clears, a value sets. It decides nothing about states.
 */
import type { CallEvent, CallFacts, Capabilities } from '../../common/call'
import { anonymous, type Handle } from '../../common/handle'
import { normalHandle } from './handle'
import { visibleText } from './visible-text'

export interface CallUpdate {
  /** null: the caller became anonymous. */
  readonly remoteHandle?: Handle | null
  readonly localizedCallerName?: string | null
  readonly supportsHolding?: boolean
  readonly supportsGrouping?: boolean
  readonly supportsUngrouping?: boolean
  readonly supportsDtmf?: boolean
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
      capabilities: merged(facts.capabilities, update),
    },
  }
}

const merged = (before: Capabilities, update: CallUpdate): Capabilities => ({
  holding: update.supportsHolding ?? before.holding,
  grouping: update.supportsGrouping ?? before.grouping,
  ungrouping: update.supportsUngrouping ?? before.ungrouping,
  dtmf: update.supportsDtmf ?? before.dtmf,
})

const visibleName = (name: string | null): string | null => (name === null ? null : visibleText(name) || null)
