/*
 * Puts the phone's state together from the parts that own it and tells everyone at each change. It decides nothing and
 * owns nothing: calls are the registry's, accounts and settings the files', registrations the engine's.
 */
import type { Log } from '../common/log'
import type { Notice, PhoneState } from '../common/phone-state'

export type PhoneListener = (now: PhoneState, before: PhoneState) => void

export class PhoneStore {
  private readonly listeners = new Set<PhoneListener>()
  private readonly queue: { now: PhoneState; before: PhoneState }[] = []
  private telling = false

  constructor(
    private state: PhoneState,
    private readonly log: Log,
  ) {}

  get current(): PhoneState {
    return this.state
  }

  /** Takes in what a part says of itself. A change made while listeners are being told is told after them, in order. */
  put(part: Partial<Omit<PhoneState, 'revision' | 'version'>>): void {
    const before = this.state
    const changed = (Object.keys(part) as (keyof typeof part)[]).some((key) => part[key] !== before[key])
    if (!changed) return
    this.state = { ...before, ...part, revision: before.revision + 1 }
    this.queue.push({ now: this.state, before })
    if (!this.telling) this.tell()
  }

  /** Something the user should know, in place of what was said of the same before. */
  notify(notice: Notice): void {
    this.put({ notices: [...this.state.notices.filter(({ id }) => id !== notice.id), notice] })
  }

  /** Calls `listener` after every change, in order. Returns how to stop. */
  observe(listener: PhoneListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private tell(): void {
    this.telling = true
    for (let change = this.queue.shift(); change; change = this.queue.shift()) {
      for (const listener of [...this.listeners]) {
        try {
          listener(change.now, change.before)
        } catch (error) {
          // One observer's fault must not keep the others from knowing.
          this.log.error(`observer failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        }
      }
    }
    this.telling = false
  }
}
