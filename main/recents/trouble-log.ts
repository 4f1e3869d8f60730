/*
 * What was wrong with the sound of calls that are up, for the list of recents: of each call the trouble that lasted longest, with the last numbers that
 * showed it. It decides nothing and writes nothing.
 */
import type { CallId } from '../../common/call'
import type { Diagnosis, MediaTrouble, PastTrouble } from '../../common/diagnosis'

type Told = Omit<Diagnosis, 'since'>

interface Known {
  readonly now: MediaTrouble | null
  /** Since when it is as it is now. */
  readonly since: number
  readonly past: ReadonlyMap<MediaTrouble, PastTrouble>
}

export class TroubleLog {
  readonly #calls = new Map<CallId, Known>()

  /** Whenever it changes, or its numbers do; null: nothing is wrong. `at`: wall-clock ms. */
  diagnosed(callId: CallId, told: Told | null, at: number): void {
    const known = this.#calls.get(callId)
    if (known === undefined && told === null) return
    const past = new Map(known && upTo(known, at))
    if (told !== null) {
      const before = past.get(told.trouble)
      past.set(told.trouble, { ...told, since: before?.since ?? at, lasted: before?.lasted ?? 0 })
    }
    this.#calls.set(callId, { now: told?.trouble ?? null, since: at, past })
  }

  /** The worst of a call that ended at `at`, which is then forgotten; null: nothing was wrong. */
  close(callId: CallId, at: number): PastTrouble | null {
    const known = this.#calls.get(callId)
    if (known === undefined) return null
    this.#calls.delete(callId)
    const [worst = null] = [...upTo(known, at).values()].sort((a, b) => b.lasted - a.lasted)
    return worst
  }
}

/** With the time counted that it was as it is. */
function upTo({ now, since, past }: Known, at: number): ReadonlyMap<MediaTrouble, PastTrouble> {
  const current = now === null ? undefined : past.get(now)
  if (current === undefined) return past
  return new Map(past).set(current.trouble, { ...current, lasted: current.lasted + Math.max(0, at - since) })
}
