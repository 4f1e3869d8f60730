/*
 * The one truth of calls. Every change is a legal transition (common/call-transition.ts) and is told to everyone as a whole new list,
 * in one total order. It knows nothing of requests, providers or sound, and keeps an ended call only long enough to be read.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import { transition, type CallEvent, type Transition } from '../../common/call-transition'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import { settledGroups } from './groups'

/** Called after every change with the calls as they are and were. `sequence` grows by one each time. */
export type RegistryListener = (now: readonly Call[], before: readonly Call[], sequence: number) => void

/** What a registry needs. */
export interface RegistryOptions {
  readonly clock: Clock
  readonly log: Log
  /** Gets every call that ended, exactly once. Must not throw. */
  readonly history: (call: Call) => void
  /** How long an ended call stays in `calls`, ms; 4000 when left out. */
  readonly lingerMs?: number
}

interface Change {
  readonly now: readonly Call[]
  readonly before: readonly Call[]
  readonly sequence: number
}

/** The one truth of calls: everything that changes one goes through it, and everybody hears of it in the same order. */
export class Registry {
  private list: readonly Call[] = []
  private count = 0
  private telling = false
  private readonly changes: Change[] = []
  private readonly listeners = new Set<RegistryListener>()

  constructor(private readonly options: RegistryOptions) {}

  /** Live calls in the order they began, and calls that ended a moment ago. Immutable; a new list at each change. */
  get calls(): readonly Call[] {
    return this.list
  }

  get sequence(): number {
    return this.count
  }

  /** A call that is up, or ended a moment ago. */
  find(callId: CallId): Call | undefined {
    return this.list.find(({ id }) => id === callId)
  }

  /** Live calls only. */
  live(): readonly Call[] {
    return this.list.filter(isLive)
  }

  /** Takes in a new call. False, and nothing happens, when a live call has this id. */
  add(call: Call): boolean {
    const same = this.find(call.id)
    if (same && isLive(same)) return false
    this.put([...this.list.filter(({ id }) => id !== call.id), call])
    return true
  }

  /** Makes `event` happen to a call. An illegal one changes nothing; it says why and is logged. */
  apply(callId: CallId, event: CallEvent): Transition {
    const call = this.find(callId)
    const result: Transition = call ? transition(call, event) : { ok: false, why: `${event.type} for an unknown call` }
    if (!call || !result.ok) {
      this.options.log.debug(`call ${callId}: ignored ${result.ok ? event.type : result.why}`)
      return result
    }
    if (sameCall(call, result.call)) return result
    if (result.call.state !== call.state)
      this.options.log.info(`call ${callId}: ${call.state} → ${describe(result.call)}`)
    const now = this.put(this.list.map((other) => (other.id === callId ? result.call : other))).find(
      ({ id }) => id === callId,
    )
    if (now?.state === 'ended') this.ended(now)
    return result
  }

  /** Makes several things happen at once, told as one change. What is illegal is left out. */
  applyAll(changes: readonly (readonly [CallId, CallEvent])[]): void {
    const changed = new Map<CallId, Call>()
    for (const [callId, event] of changes) {
      const call = changed.get(callId) ?? this.find(callId)
      const result = call && transition(call, event)
      if (result?.ok) changed.set(callId, result.call)
    }
    if (changed.size > 0) this.put(this.list.map((call) => changed.get(call.id) ?? call))
  }

  /** Hands a call that was refused before it rang to the history; it never is among the calls. */
  recordRefused(call: Call & { state: 'ended' }): void {
    this.options.history(call)
  }

  /** Calls `listener` after every change from now on. Returns where things stand, so that nothing falls in between. */
  observe(listener: RegistryListener): {
    calls: readonly Call[]
    sequence: number
    /** Nothing is told any more. */
    stop: () => void
  } {
    // What is still being told is older than the snapshot returned here.
    const from = this.count
    const guarded: RegistryListener = (now, before, sequence) => {
      if (sequence > from) listener(now, before, sequence)
    }
    this.listeners.add(guarded)
    return { calls: this.list, sequence: from, stop: () => void this.listeners.delete(guarded) }
  }

  private ended(call: Call): void {
    this.options.history(call)
    // The very call, not its id: an id may live again before this fires.
    this.options.clock.setTimeout(() => {
      if (this.list.includes(call)) this.put(this.list.filter((other) => other !== call))
    }, this.options.lingerMs ?? 4_000)
  }

  /** Returns the calls as this change left them. */
  private put(calls: readonly Call[]): readonly Call[] {
    const now = settledGroups(calls)
    this.changes.push({ now, before: this.list, sequence: ++this.count })
    this.list = now
    if (this.telling) return now
    this.telling = true
    for (let change = this.changes.shift(); change; change = this.changes.shift()) {
      for (const listener of [...this.listeners]) {
        if (this.listeners.has(listener)) this.tell(listener, change)
      }
    }
    this.telling = false
    return now
  }

  private tell(listener: RegistryListener, { now, before, sequence }: Change): void {
    try {
      listener(now, before, sequence)
    } catch (error) {
      // One listener's fault must not keep the others from knowing.
      this.options.log.error(
        `call listener failed: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`,
      )
    }
  }
}

const describe = (call: Call): string =>
  call.state === 'ended' || call.state === 'ending' ? `${call.state} (${call.cause})` : call.state

/** Whether two snapshots of one call say the same; a change that changes nothing is not told. */
const sameCall = (a: Call, b: Call): boolean => JSON.stringify(a) === JSON.stringify(b)
