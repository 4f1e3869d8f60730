/*
 * Names for what is not to be read: whoever is named, the same name each time, so that a reader can still follow who talked to whom. One of
 * these serves one bundle of diagnostics; what stands behind a name is in its memory alone.
 */
import { isIP } from 'node:net'
import { isPrivateHost } from '../../common/server-address'

type Kind =
  'user' | 'number' | 'host' | 'public-address' | 'private-address' | 'call' | 'branch' | 'tag' | 'account' | 'person'

/** Hosts that say nothing of anybody. */
const open = /^(?:localhost|(?:demo|anonymous|far-end|else)\.invalid)$/i
const openAddress = /^(?:127\.[\d.]+|0\.0\.0\.0|::1|::|255\.255\.255\.255)$/

/** What stands for somebody already. */
export const isPseudonym = (text: string): boolean =>
  /^(?:user|number|host|public-address|private-address)\d+$/.test(text)

interface Phrase {
  readonly phrase: string
  readonly before: number
  readonly name: string
}

export class Pseudonyms {
  readonly #names = new Map<string, string>()
  readonly #counts = new Map<Kind, number>()
  readonly #known = new Set<string>()
  /** What was named, by its first word, longest first: to be found again in texts that are not understood. `before`: letters in front of that word. */
  readonly #phrases = new Map<string, readonly Phrase[]>()

  /** Of the part before the `@`: numbers are numbers in whatever notation, and what nobody hides stays. */
  user(text: string): string {
    if (isPseudonym(text)) return text
    const clear = unescaped(text)
    const digits = clear.replace(/[\s().\-/]/g, '')
    if (/^\+?[\d*#]{2,}$/.test(digits)) return this.number(digits)
    if (/^(?:anonymous|unknown|restricted)$/i.test(clear)) return clear
    return this.#remember(clear, this.#name('user', clear.toLowerCase()))
  }

  number(digits: string): string {
    return this.#remember(digits, this.#name('number', digits))
  }

  /** A name or a numeric address; private ones are told from others, for that is half of what goes wrong. */
  host(text: string): string {
    const bare = text.replace(/^\[|\]$/g, '').replace(/\.$/, '')
    if (isPseudonym(bare)) return bare
    if (isIP(bare) !== 0) return this.#address(bare)
    if (open.test(bare)) return bare.toLowerCase()
    // A single word is an alias of somebody's network.
    return this.#remember(bare, this.#name('host', bare.toLowerCase()))
  }

  callId(text: string): string {
    return this.#name('call', text)
  }

  branch(text: string): string {
    return this.#name('branch', text)
  }

  tag(text: string): string {
    return this.#name('tag', text)
  }

  account(id: string): string {
    return this.#name('account', id)
  }

  /** For something else that has this name already. */
  alias(text: string, name: string): void {
    this.#remember(text, name)
  }

  /** What somebody is called: told from others, and nothing more. */
  person(name: string): string {
    return this.#remember(name, this.#name('person', name.toLowerCase()))
  }

  /** Everything that was ever named, replaced wherever it stands as a word of its own. Short numbers may be anything, and stay. Linear. */
  scrub(text: string): string {
    const lower = text.toLowerCase()
    // Where lower case is longer, places in the one are not those of the other.
    if (lower.length !== text.length) return this.scrub(lower)
    let out = ''
    let done = 0
    for (const { 0: word, index } of lower.matchAll(words)) {
      if (index < done) continue
      const found = this.#phrases.get(word)?.find(({ before, phrase }) => {
        const from = index - before
        const end = from + phrase.length
        return from >= done && lower.startsWith(phrase, from) && !isWord(lower, end) && !isWord(lower, from - 1)
      })
      if (found === undefined) continue
      out += text.slice(done, index - found.before) + found.name
      done = index - found.before + found.phrase.length
    }
    return out + text.slice(done)
  }

  #address(address: string): string {
    if (openAddress.test(address)) return address
    const isPrivate = isPrivateHost(address.includes(':') ? `[${address}]` : address)
    return this.#remember(address, this.#name(isPrivate ? 'private-address' : 'public-address', address.toLowerCase()))
  }

  #name(kind: Kind, what: string): string {
    const key = `${kind} ${what}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    const name = `${kind}${count}`
    this.#names.set(key, name)
    return name
  }

  #remember(text: string, name: string): string {
    const phrase = text.trim().toLowerCase()
    if (phrase.length < 2 || /^\d{1,3}$/.test(phrase) || this.#known.has(phrase)) return name
    this.#known.add(phrase)
    const first = phrase.match(words)?.[0]
    if (first === undefined) return name
    const others = this.#phrases.get(first) ?? []
    const before = phrase.indexOf(first)
    this.#phrases.set(
      first,
      [...others, { phrase, before, name }].sort((a, b) => b.phrase.length - a.phrase.length),
    )
    return name
  }
}

const words = /[\p{L}\p{N}_]+/gu
const isWord = (text: string, at: number): boolean => /[\p{L}\p{N}_]/u.test(text.charAt(at))

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
