/*
 * Keeps the history complete whatever happens to this process: what is known of every call that is up is written down as it
 * changes, and what a run of the phone left open is settled at the next start as interrupted. It decides nothing about calls,
 * and of what is done in them it writes nothing.
 */
import { connectedAt, defaultCapabilities, isLive, isMissed, type Call, type CallId } from '../../common/call'
import type { Clock, Timer } from '../../common/clock'
import type { PastTrouble } from '../../common/diagnosis'
import type { HistoryEntry } from '../../common/phone-state'
import type { HistoryFile, OpenCall } from './history-file'

export interface CallJournalOptions {
  readonly file: HistoryFile
  readonly clock: Clock
  /** Nothing is written of such a call. */
  readonly leavesNoTrace: (call: Call) => boolean
}

/** How often it is noted that the calls are up still, ms: how well the end of an interrupted one is known. */
const aliveEveryMs = 30_000

export class CallJournal {
  /** What the file says of each call that is up. */
  private readonly noted = new Map<CallId, string>()
  private timer: Timer | null = null

  constructor(private readonly options: CallJournalOptions) {}

  /** Calls that a former run of the phone did not see the end of have ended as interrupted, when they were last known to be up. */
  settle(): void {
    for (const { call, lastSeenAt } of this.options.file.open) {
      const ended = { state: 'ended', cause: 'interrupted', sipStatus: null, reason: null, at: lastSeenAt } as const
      const facts = { capabilities: defaultCapabilities, waiting: false, groupId: null }
      this.options.file.append(entryOf({ ...call, ...facts, ...ended }, nothingKnown))
    }
  }

  /** Writes down what is new in the calls that are up; of one that ended the end itself is written by whoever keeps the history. */
  update(calls: readonly Call[]): void {
    const { file, clock } = this.options
    const live = calls.filter((call) => isLive(call) && !this.options.leavesNoTrace(call))
    for (const id of this.noted.keys()) if (!live.some((call) => call.id === id)) this.noted.delete(id)
    for (const call of live) {
      const known = factsOf(call)
      const line = JSON.stringify(known)
      if (this.noted.get(call.id) === line) continue
      this.noted.set(call.id, line)
      file.noteOpen(known, clock.date())
    }
    this.watch()
  }

  /** Runs while calls are up, and only then. */
  private watch(): void {
    const { file, clock } = this.options
    if (this.noted.size === 0 && this.timer !== null) {
      clock.clearTimeout(this.timer)
      this.timer = null
    } else if (this.noted.size > 0) {
      this.timer ??= clock.setTimeout(() => {
        this.timer = null
        file.noteAlive(clock.date())
        this.watch()
      }, aliveEveryMs)
    }
  }
}

/** What is listed of a call besides what its end says. */
export interface KnownOfCall extends Pick<HistoryEntry, 'label' | 'screening' | 'mos' | 'relations'> {
  readonly trouble: PastTrouble | null
  readonly diverted: NonNullable<HistoryEntry['diverted']>
}
const nothingKnown: KnownOfCall = {
  label: null,
  screening: null,
  mos: null,
  relations: [],
  trouble: null,
  diverted: [],
}

/** A call that ended, as it is listed. */
export function entryOf(call: Call & { state: 'ended' }, known: KnownOfCall): HistoryEntry {
  const { cause, sipStatus, at } = call
  const missed = isMissed(call)
  const { screening, mos, relations, trouble, diverted } = known
  const label = known.label?.slice(0, 256) ?? null
  return {
    ...factsOf(call),
    ...{ cause, sipStatus, endedAt: at, missed, seen: !missed, label, screening, mos, relations },
    ...(trouble !== null && { trouble }),
    ...(diverted.length > 0 && { diverted: diverted.map(shortened) }),
  }
}

const shortened = ({ handle, name, reason }: KnownOfCall['diverted'][number]): KnownOfCall['diverted'][number] => ({
  handle: { type: handle.type, value: handle.value.slice(0, 512) },
  name: name?.slice(0, 256) ?? null,
  reason: reason?.slice(0, 64) ?? null,
})

/** What the network says has no end; what is listed has one. */
const factsOf = (call: Call): OpenCall => ({
  id: call.id,
  accountId: call.accountId,
  direction: call.direction,
  handle: { type: call.handle.type, value: call.handle.value.slice(0, 512) },
  name: call.name?.slice(0, 256) ?? null,
  startedAt: call.startedAt,
  connectedAt: connectedAt(call),
})
