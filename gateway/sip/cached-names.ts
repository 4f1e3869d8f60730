/*
 * Names remembered for a while, so that a phone that connects again and again does not ask as often. Node does not tell the lifetime of
 * these records, so it is short; and it ends at once when what they led to did not answer. While no name server answers, a name leads to where it led
 * last (RFC 8767).
 */
import type { Clock } from '../../common/clock'
import type { AskedNames, Names } from './names'

const keepFor = 30_000
const maxKept = 256
/** How long the last answer counts while there is no other, ms. */
const staleFor = 86_400_000

export class CachedNames implements Names {
  readonly #names: AskedNames
  readonly #clock: Clock
  readonly #kept = new Map<string, { readonly until: number; readonly answer: Promise<readonly unknown[]> }>()
  readonly #last = new Map<string, { readonly until: number; readonly answer: readonly unknown[] }>()

  constructor(names: AskedNames, clock: Clock) {
    this.#names = names
    this.#clock = clock
  }

  naptr(domain: string): ReturnType<Names['naptr']> {
    return this.#ask(`naptr ${domain}`, () => this.#names.naptr(domain))
  }

  srv(name: string): ReturnType<Names['srv']> {
    return this.#ask(`srv ${name}`, () => this.#names.srv(name))
  }

  addresses(host: string): ReturnType<Names['addresses']> {
    return this.#ask(`host ${host}`, () => this.#names.addresses(host))
  }

  /** The network is another one, or what was found was not there. */
  forget(): void {
    this.#kept.clear()
  }

  #ask<T>(key: string, ask: () => Promise<readonly T[] | null>): Promise<readonly T[]> {
    const now = this.#clock.now()
    const known = this.#kept.get(key)
    if (known !== undefined && known.until > now) return known.answer as Promise<readonly T[]>
    if (this.#kept.size >= maxKept) this.#kept.clear()
    const answer = ask().then((found) => this.#remembered(key, found))
    this.#kept.set(key, { until: now + keepFor, answer })
    return answer
  }

  #remembered<T>(key: string, found: readonly T[] | null): readonly T[] {
    const now = this.#clock.now()
    const last = this.#last.get(key)
    if (found === null) return last !== undefined && last.until > now ? (last.answer as readonly T[]) : []
    if (this.#last.size >= maxKept) this.#last.clear()
    this.#last.set(key, { until: now + staleFor, answer: found })
    return found
  }
}
