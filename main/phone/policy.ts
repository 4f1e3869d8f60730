/*
 * What the user wishes about callers, put together: the rules for numbers, the block list, do not disturb, and calls that leave
 * no trace. It needs no engine and no window; tests make the same phone with it.
 */
import { join } from 'node:path'
import type { Account } from '../../common/account'
import type { Call, CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { BlockRule, Screening } from '../../common/directory'
import type { Log } from '../../common/log'
import type { PhoneLibrary } from '../../common/numbers/phone-library'
import { keyOf } from '../../common/numbers/understand'
import type { HistoryEntry } from '../../common/phone-state'
import type { Settings } from '../../common/settings'
import type { Registry } from '../callkit/registry'
import { BlockList } from '../numbers/block-list'
import { Numbers } from '../numbers/numbers'
import { noSources, type CallerSources } from './caller-sources'
import { Callers } from './callers'
import { ringsBeforeAnswer } from './allowed-callers'
import { Lately } from './lately'
import { Offers } from './offers'
import { PrivateCalls } from './private-calls'
import { Quiet, type QuietState } from './quiet'

export interface PolicyOptions {
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
  readonly settings: () => Settings
  readonly accounts: () => readonly Account[]
  /** Newest first. */
  readonly history: () => readonly HistoryEntry[]
  readonly registry: () => Registry
  readonly sources?: CallerSources
  /** The desktop's own do not disturb is on; false also when it cannot be known. */
  readonly desktopIsQuiet?: () => boolean
  readonly onBlocked?: (rules: readonly BlockRule[]) => void
  readonly onQuiet?: (now: QuietState, before: QuietState) => void
  /** Something is known of a call, before it is refused or as it becomes known. */
  readonly onKnown?: (callId: CallId, known: { label: string | null; screening: Screening | null }) => void
  /** A call is to leave no trace, or may leave one again. */
  readonly onPrivate?: (callId: CallId, isPrivate: boolean) => void
  /** What is known of the calls that are up has changed. */
  readonly onChange?: () => void
  /** The numbering plans, where they are there already. */
  readonly library?: PhoneLibrary
}

export interface Policy {
  readonly numbers: Numbers
  readonly blockList: BlockList
  readonly callers: Callers
  readonly privateCalls: PrivateCalls
  readonly quiet: Quiet
  /** What was said of calls that ring or were answered. */
  readonly offers: Offers
  /** How long a call rings before it is answered by itself, s; null: it is not. */
  readonly ringsBeforeAnswer: (call: Pick<Call, 'id' | 'handle' | 'accountId'>) => number | null
}

export function makePolicy(options: PolicyOptions): Policy {
  const { folder, clock, log, settings, accounts, history, registry, sources = noSources } = options
  const numbers = new Numbers({ accounts, log, ...(options.library ? { library: options.library } : {}) })
  const blockList = new BlockList({
    path: join(folder, 'blocked.jsonl'),
    clock,
    log,
    keyOf: (text) => numbers.keyOf(text),
    onChange: (rules) => options.onBlocked?.(rules),
  })
  const privateCalls = new PrivateCalls({
    registry,
    onChange: (callId, isPrivate) => {
      options.onPrivate?.(callId, isPrivate)
      options.onChange?.()
    },
  })
  const quiet = new Quiet({
    clock,
    settings,
    desktop: () => options.desktopIsQuiet?.() ?? false,
    onChange: (now, before) => options.onQuiet?.(now, before),
  })
  const lately = new Lately({
    clock,
    history,
    keyOf: (handle, accountId) => {
      const heard = numbers.heard(handle, accountId)
      return heard && keyOf(heard)
    },
    plan: (accountId) => numbers.plan(accountId),
  })
  const callers = new Callers({
    clock,
    log,
    numbers,
    sources,
    lately,
    settings,
    quiet: () => quiet.current,
    rule: (caller) => blockList.match(caller),
    isPrivate: (callId) => privateCalls.has(callId),
    onKnown: (callId, known) => options.onKnown?.(callId, known),
    onChange: () => options.onChange?.(),
  })
  const offers = new Offers()
  const allowed = { offers, numbers, callers, quiet: () => quiet.current, settings }
  return {
    numbers,
    blockList,
    callers,
    privateCalls,
    quiet,
    offers,
    ringsBeforeAnswer: (call) => ringsBeforeAnswer(call, allowed),
  }
}
