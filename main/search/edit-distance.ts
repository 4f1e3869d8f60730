/*
 * Whether a word is meant by what was typed, some slips allowed: a letter missing, too many, wrong, or two of them in the
 * wrong order (Damerau and Levenshtein). Pure, and quick to say no.
 */

/** Slips that are allowed in a word of this length. */
export const slipsAllowed = (length: number): number => (length < 3 ? 0 : length < 6 ? 1 : 2)

/** Which letters a word has, one bit each; a word that lacks more of them than there may be slips is another word. */
export function lettersOf(word: string): number {
  let bits = 0
  for (let n = 0; n < word.length; n++) bits |= 1 << (word.charCodeAt(n) & 31)
  return bits
}

/** How often a word has each letter, by bit. */
export function timesOf(word: string): Uint8Array {
  const times = new Uint8Array(32)
  for (let n = 0; n < word.length; n++) {
    const bit = word.charCodeAt(n) & 31
    times[bit] = (times[bit] ?? 0) + 1
  }
  return times
}

/** How many signs of a word are of these letters: one that lacks them all is at least so many slips away. */
export function signsOf(letters: number, times: Uint8Array): number {
  let count = 0
  for (let rest = letters; rest !== 0; rest &= rest - 1) count += times[31 - Math.clz32(rest & -rest)] ?? 0
  return count
}

let [older, old, current] = [new Uint8Array(64), new Uint8Array(64), new Uint8Array(64)]

/** Slips between `typed` and the beginning of `word` that is most like it; more than `most`: `most` + 1. Words of up to 60 letters. */
export function slipsToPrefix(typed: string, word: string, most: number): number {
  const width = Math.min(word.length, typed.length + most, 60)
  if (typed.length > 60 || width < typed.length - most) return most + 1
  for (let x = 0; x <= width; x++) old[x] = x
  for (let y = 1; y <= typed.length; y++) {
    const letter = typed.charCodeAt(y - 1)
    // Further from the diagonal than slips are allowed nothing counts.
    const from = Math.max(1, y - most)
    const to = Math.min(width, y + most)
    current[from - 1] = from === 1 ? y : most + 1
    let least = from === 1 ? y : most + 1
    for (let x = from; x <= to; x++) {
      const same = letter === word.charCodeAt(x - 1)
      let cost = Math.min((old[x] ?? 0) + 1, (current[x - 1] ?? 0) + 1, (old[x - 1] ?? 0) + (same ? 0 : 1))
      const swapped =
        y > 1 && x > 1 && letter === word.charCodeAt(x - 2) && typed.charCodeAt(y - 2) === word.charCodeAt(x - 1)
      if (swapped) cost = Math.min(cost, (older[x - 2] ?? 0) + 1)
      current[x] = cost
      if (cost < least) least = cost
    }
    if (least > most) return most + 1
    if (to < width) current[to + 1] = most + 1
    ;[older, old, current] = [old, current, older]
  }
  let best = most + 1
  // What is typed may be the beginning of a longer word, but not a shorter word with something behind it.
  for (let x = Math.max(0, typed.length - most); x <= width; x++) best = Math.min(best, old[x] ?? best)
  return best
}
