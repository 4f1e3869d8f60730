/*
 * An index of people that does not change: found by the beginnings and parts of words, by words with slips in them, by parts
 * of numbers, and by the keys of a keypad that spell a name. A search over fifty thousand takes a few milliseconds, without
 * a letter of them copied. It knows nobody's meaning; ranks are numbers it is given.
 */
import { lettersOf, signsOf, slipsAllowed, slipsToPrefix, timesOf } from './edit-distance'

/** Somebody to be found. */
export interface SearchEntry {
  readonly id: string
  /** Folded; the name first. */
  readonly words: readonly string[]
  /** Digits only, in every way they may be typed. */
  readonly numbers: readonly string[]
  /** 0 to 1: who is wanted more often comes first among equals. */
  readonly weight: number
}

export interface Hit {
  readonly id: string
  /** Higher is better; the same scale in all segments. */
  readonly score: number
}

/** How good a match of one word is. */
const points = { exact: 1, prefix: 0.9, part: 0.55, slip: 0.5, twoSlips: 0.3, keypad: 0.7 } as const
/** A word of the name, and the first of all, count more than others. */
const firstWordBonus = 0.15
const weightBonus = 0.4
/** Numbers that contain what was typed are counted no further; nobody reads so many. */
const numbersAtMost = 2_000

export class SearchSegment {
  private readonly ids: string[] = []
  private readonly weights: number[] = []
  private readonly vocabulary: string[] = []
  /** Who has each word: places in `ids`, all words' one after the other. */
  private postings = new Int32Array(0)
  private postingStarts = new Uint32Array(1)
  private letters = new Int32Array(0)
  /** All words, one a line, to look for parts of them. */
  private lines = ''
  private lineStarts = new Uint32Array(0)
  /** Words in the order of the keys of a keypad that spell them. */
  private keypad = new Uint32Array(0)
  private digits = ''
  private digitEnd = 0
  /** Scores of one search, kept to be used again. */
  private total = new Float32Array(0)
  private ofWord = new Float32Array(0)
  private readonly digitStarts: number[] = []
  private readonly digitOwners: number[] = []

  /** `rest` is awaited now and then, so that whoever builds a large one keeps nobody waiting. */
  static async build(entries: Iterable<SearchEntry>, rest: () => Promise<void>): Promise<SearchSegment> {
    const segment = new SearchSegment()
    const words = new Map<string, number[]>()
    const parts: string[] = []
    let count = 0
    for (const entry of entries) {
      segment.take(entry, words, parts)
      if (++count % 500 === 0) await rest()
    }
    for (const _ of segment.closing(words, parts)) await rest()
    return segment
  }

  /** A small one, at once. */
  static of(entries: Iterable<SearchEntry>): SearchSegment {
    const segment = new SearchSegment()
    const words = new Map<string, number[]>()
    const parts: string[] = []
    for (const entry of entries) segment.take(entry, words, parts)
    for (const _ of segment.closing(words, parts)) continue
    return segment
  }

  get size(): number {
    return this.ids.length
  }

  /** Best first. `words` folded, all must be found; `digits`: what was typed, were it a number; empty: it is none. */
  search(words: readonly string[], digits: string, limit: number, hidden?: (id: string) => boolean): Hit[] {
    const { total, ofWord } = this
    total.fill(0)
    words.forEach((word, which) => {
      ofWord.fill(0)
      this.matchWord(word, limit)
      for (let n = 0; n < total.length; n++) {
        const [sum = 0, score = 0] = [total[n], ofWord[n]]
        total[n] = which === 0 ? score : sum > 0 && score > 0 ? sum + score : 0
      }
    })
    if (words.length > 1) for (let n = 0; n < total.length; n++) total[n] = (total[n] ?? 0) / words.length
    if (digits.length > 0) this.matchDigits(digits)
    return this.best(limit, hidden)
  }

  private take(entry: SearchEntry, words: Map<string, number[]>, parts: string[]): void {
    const n = this.ids.push(entry.id) - 1
    this.weights.push(entry.weight)
    entry.words.forEach((word, at) => {
      const holders = words.get(word)
      // The first word of a name is marked by its sign, which costs nothing.
      const mark = at === 0 ? -n - 1 : n
      if (holders) {
        if (holders.at(-1) !== mark) holders.push(mark)
      } else words.set(word, [mark])
    })
    entry.numbers.forEach((number) => {
      this.digitStarts.push(parts.length === 0 ? 0 : this.digitEnd)
      this.digitOwners.push(n)
      parts.push(`${number}\n`)
      this.digitEnd += number.length + 1
    })
  }

  /** Puts what was taken in into order; between two steps others may work. */
  private *closing(words: Map<string, number[]>, parts: string[]): Generator<void> {
    this.digits = parts.join('')
    yield
    let total = 0
    for (const bucket of yield* inOrder([...words.keys()], (word) => word)) {
      for (const word of bucket) {
        this.vocabulary.push(word)
        total += words.get(word)?.length ?? 0
      }
      yield
    }
    const count = this.vocabulary.length
    this.postings = new Int32Array(total)
    this.postingStarts = new Uint32Array(count + 1)
    this.letters = new Int32Array(count)
    this.lineStarts = new Uint32Array(count)
    const keypad: { readonly keys: string; readonly word: number }[] = []
    let [at, posted] = [0, 0]
    for (let n = 0; n < count; n++) {
      const word = this.vocabulary[n] ?? ''
      for (const mark of words.get(word) ?? []) this.postings[posted++] = mark
      this.postingStarts[n + 1] = posted
      this.letters[n] = lettersOf(word)
      this.lineStarts[n] = at
      at += word.length + 1
      const keys = keysOf(word)
      if (keys !== '') keypad.push({ keys, word: n })
      if (n % 1_000 === 999) yield
    }
    this.lines = this.vocabulary.join('\n')
    yield
    this.keypad = new Uint32Array(keypad.length)
    let place = 0
    for (const bucket of yield* inOrder(keypad, ({ keys }) => keys)) {
      for (const { word } of bucket) this.keypad[place++] = word
      yield
    }
    this.total = new Float32Array(this.ids.length)
    this.ofWord = new Float32Array(this.ids.length)
  }

  /** Scores of one word, into `ofWord`. */
  private matchWord(typed: string, limit: number): void {
    const { vocabulary } = this
    let found = 0
    const from = lowerBound(vocabulary.length, (n) => (vocabulary[n] ?? '') < typed)
    for (let n = from; n < vocabulary.length && (vocabulary[n] ?? '').startsWith(typed); n++)
      found += this.add(this.ofWord, n, vocabulary[n] === typed ? points.exact : points.prefix)
    if (typed.length >= 3) found += this.matchParts(typed)
    if (found < limit) this.matchSlips(typed)
  }

  private matchParts(typed: string): number {
    let found = 0
    let at = this.lines.indexOf(typed)
    while (at >= 0) {
      const n = lowerBound(this.lineStarts.length, (other) => (this.lineStarts[other] ?? 0) <= at) - 1
      found += this.add(this.ofWord, n, points.part)
      at = this.lines.indexOf(typed, (this.lineStarts[n + 1] ?? this.lines.length) - 1)
    }
    return found
  }

  private matchSlips(typed: string): void {
    const most = slipsAllowed(typed.length)
    if (most === 0) return
    const [typedLetters, times] = [lettersOf(typed), timesOf(typed)]
    const { vocabulary, letters } = this
    for (let n = 0; n < vocabulary.length; n++) {
      if (signsOf(typedLetters & ~(letters[n] ?? 0), times) > most) continue
      const slips = slipsToPrefix(typed, vocabulary[n] ?? '', most)
      if (slips > 0 && slips <= most) this.add(this.ofWord, n, slips === 1 ? points.slip : points.twoSlips)
    }
  }

  /** The better of two scores counts. Returns how many have the word. */
  private add(scores: Float32Array, word: number, score: number): number {
    const [from = 0, to = 0] = [this.postingStarts[word], this.postingStarts[word + 1]]
    for (let at = from; at < to; at++) {
      const mark = this.postings[at] ?? 0
      const n = mark < 0 ? -mark - 1 : mark
      const value = mark < 0 ? score + firstWordBonus : score
      if ((scores[n] ?? 0) < value) scores[n] = value
    }
    return to - from
  }

  /** Scores of a number, into `total`. */
  private matchDigits(typed: string): void {
    const { total } = this
    let at = this.digits.indexOf(typed)
    for (let count = 0; at >= 0 && count < numbersAtMost; count++) {
      const which = lowerBound(this.digitStarts.length, (n) => (this.digitStarts[n] ?? 0) <= at) - 1
      const [start = 0, owner = 0] = [this.digitStarts[which], this.digitOwners[which]]
      const end = this.digitStarts[which + 1] ?? this.digits.length
      const score = at === start ? (end - start - 1 === typed.length ? points.exact : points.prefix) : points.part
      if ((total[owner] ?? 0) < score) total[owner] = score
      at = this.digits.indexOf(typed, end)
    }
    if (typed.length < 2) return
    const { keypad, vocabulary } = this
    const keysAt = (n: number): string => keysOf(vocabulary[keypad[n] ?? 0] ?? '')
    const from = lowerBound(keypad.length, (n) => keysAt(n) < typed)
    for (let n = from; n < keypad.length && keysAt(n).startsWith(typed); n++)
      this.add(total, keypad[n] ?? 0, points.keypad)
  }

  private best(limit: number, hidden?: (id: string) => boolean): Hit[] {
    const { total, weights, ids } = this
    const top: Hit[] = []
    let least = -Infinity
    for (let n = 0; n < total.length; n++) {
      const found = total[n] ?? 0
      if (found === 0) continue
      const score = found + weightBonus * (weights[n] ?? 0)
      if (top.length >= limit && score <= least) continue
      const id = ids[n] ?? ''
      if (hidden?.(id)) continue
      const place = lowerBound(top.length, (other) => (top[other]?.score ?? 0) >= score)
      top.splice(place, 0, { id, score })
      if (top.length > limit) top.pop()
      least = top.at(-1)?.score ?? -Infinity
    }
    return top
  }
}

/** Sorted, in buckets of a common beginning, so that no step takes long. */
function* inOrder<T>(all: readonly T[], keyOf: (one: T) => string): Generator<void, readonly (readonly T[])[]> {
  const buckets = new Map<string, T[]>()
  for (let n = 0; n < all.length; n++) {
    const one = all[n] as T
    const start = keyOf(one).slice(0, 2)
    const bucket = buckets.get(start)
    if (bucket) bucket.push(one)
    else buckets.set(start, [one])
    if (n % 2_000 === 1_999) yield
  }
  const sorted: T[][] = []
  for (const [, bucket] of [...buckets].sort(([a], [b]) => (a < b ? -1 : 1))) {
    sorted.push(bucket.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0)))
    yield
  }
  return sorted
}

/** How many of the first numbers, from 0 on, `isBefore` is true of. */
function lowerBound(length: number, isBefore: (n: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}

const keypadOf = '22233344455566677778889999'

/** The keys that spell a word (ITU-T E.161); empty when one of its signs is on no key. */
function keysOf(word: string): string {
  let keys = ''
  for (let n = 0; n < word.length; n++) {
    const key = keypadOf[word.charCodeAt(n) - 97]
    if (key === undefined) return ''
    keys += key
  }
  return keys
}
