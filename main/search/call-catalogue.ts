/*
 * What the calls of years are found by, in memory: one text of a line a call, newest first, so that a page of a hundred thousand is
 * found in milliseconds. It is told what comes and goes; it reads no file.
 */
import { isFound } from './call-lines'
import type { CallLine, CallSearch } from './search-messages'

export type CallHit = Pick<CallLine, 'id' | 'startedAt'>

/** Changes until everything is written down anew. */
const changesAtMost = 2_000

/** Calls as they were when it was made, newest first. */
interface Lines {
  readonly ids: readonly string[]
  /** Falling. */
  readonly starts: Float64Array
  readonly kinds: Uint8Array
  readonly text: string
  /** Where in `text` each begins, and its end. */
  readonly at: Uint32Array
}

export class CallCatalogue {
  private base: Lines = linesOf([])
  /** Since then, by id. */
  private readonly newer = new Map<string, CallLine>()
  private readonly gone = new Set<string>()

  /** `lines` in any order. */
  replace(lines: readonly CallLine[]): void {
    this.base = linesOf(lines)
    this.newer.clear()
    this.gone.clear()
  }

  put(lines: readonly CallLine[]): void {
    for (const line of lines) {
      this.gone.add(line.id)
      this.newer.set(line.id, line)
    }
    this.settle()
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      this.newer.delete(id)
      this.gone.add(id)
    }
    this.settle()
  }

  /** Newest first: `limit` of them, and all that began in the same millisecond as the last. */
  find(search: CallSearch): { readonly calls: readonly CallHit[]; readonly more: boolean } {
    const newer = [...this.newer.values()]
      .filter((line) => line.startedAt < search.before && isFound(line, search))
      .sort((a, b) => b.startedAt - a.startedAt)
    const older = this.older(search)
    const calls: CallHit[] = []
    let [next, old] = [0, older.next()]
    for (;;) {
      const [ours, theirs] = [newer[next], old.done ? undefined : old.value]
      const hit = ours && (!theirs || ours.startedAt >= theirs.startedAt) ? ours : theirs
      if (!hit) return { calls, more: false }
      if (calls.length >= search.limit && hit.startedAt !== calls.at(-1)?.startedAt) return { calls, more: true }
      calls.push({ id: hit.id, startedAt: hit.startedAt })
      if (hit === ours) next++
      else old = older.next()
    }
  }

  private *older(search: CallSearch): Generator<CallHit> {
    const { ids, starts, kinds, text, at } = this.base
    const needle = search.digits || search.words.reduce((best, word) => (word.length > best.length ? word : best), '')
    let n = firstWhere(starts.length, (place) => (starts[place] ?? 0) < search.before)
    while (n < ids.length) {
      if (needle !== '') {
        const found = text.indexOf(needle, at[n])
        if (found < 0) return
        n = firstWhere(ids.length, (place) => (at[place + 1] ?? 0) > found)
      }
      const [id, startedAt] = [ids[n], starts[n]]
      const line = { text: needle === '' ? '' : text.slice(at[n], at[n + 1]), kind: kinds[n] ?? 0 }
      if (id !== undefined && startedAt !== undefined && isFound(line, search) && !this.gone.has(id))
        yield { id, startedAt }
      n++
    }
  }

  private settle(): void {
    if (this.gone.size <= changesAtMost) return
    const { ids, starts, kinds, text, at } = this.base
    const kept = ids.flatMap((id, n) =>
      this.gone.has(id)
        ? []
        : [{ id, startedAt: starts[n] ?? 0, kind: kinds[n] ?? 0, text: text.slice(at[n], (at[n + 1] ?? 0) - 1) }],
    )
    this.replace([...kept, ...this.newer.values()])
  }
}

function linesOf(given: readonly CallLine[]): Lines {
  const lines = given.toSorted((a, b) => b.startedAt - a.startedAt)
  const at = new Uint32Array(lines.length + 1)
  lines.forEach(({ text }, n) => (at[n + 1] = (at[n] ?? 0) + text.length + 1))
  return {
    ids: lines.map(({ id }) => id),
    starts: Float64Array.from(lines, ({ startedAt }) => startedAt),
    kinds: Uint8Array.from(lines, ({ kind }) => kind),
    text: lines.map(({ text }) => `${text}\n`).join(''),
    at,
  }
}

/** The first place from 0 on where it is true, and stays true. */
function firstWhere(length: number, isTrue: (place: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isTrue(middle)) high = middle
    else low = middle + 1
  }
  return low
}
