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

export class Pseudonyms {
  readonly #names = new Map<string, string>()
  readonly #counts = new Map<Kind, number>()
  /** What was named, longest first when asked: to be found again in texts that are not understood. */
  readonly #known = new Map<string, string>()
  #patterns: { readonly size: number; readonly all: readonly RegExp[] } = { size: 0, all: [] }

  /** Of the part before the `@`: numbers are numbers in whatever notation, and what nobody hides stays. */
  user(text: string): string {
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

  /** Everything that was ever named, replaced wherever it stands as a word of its own. Short numbers may be anything, and stay. */
  scrub(text: string): string {
    if (this.#patterns.size !== this.#known.size) this.#patterns = { size: this.#known.size, all: this.#compile() }
    let out = text
    for (const pattern of this.#patterns.all) {
      out = out.replace(pattern, (word) => this.#known.get(word.toLowerCase()) ?? '***')
    }
    return out
  }

  #compile(): RegExp[] {
    const words = [...this.#known.keys()]
      .filter((word) => word.length >= 2 && !/^\d{1,3}$/.test(word))
      .sort((a, b) => b.length - a.length)
      .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    const patterns: RegExp[] = []
    for (let from = 0; from < words.length; from += 200) {
      const some = words.slice(from, from + 200).join('|')
      patterns.push(new RegExp(`(?<![\\p{L}\\p{N}_])(?:${some})(?![\\p{L}\\p{N}_])`, 'giu'))
    }
    return patterns
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
    const word = text.trim().toLowerCase()
    if (word !== '' && !this.#known.has(word)) this.#known.set(word, name)
    return name
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
