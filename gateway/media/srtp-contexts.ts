/*
 * The SRTP state of one call's two directions: kept while a key stays the same, so that roll-over counters and the memory of what was seen go
 * on, and begun anew with another key (RFC 3711 section 3.3.1, RFC 4568 section 7.1.4).
 */
import type { CryptoLine } from './sdes'
import { SrtpReceiver, SrtpSender } from './srtp'
import type { CryptoPair } from './srtp-policy'

/** Keys remembered a direction: forks have one each, and a call may go back to one. */
const maxKeys = 8

export class SrtpContexts {
  readonly #senders = new Map<string, SrtpSender>()
  readonly #receivers = new Map<string, SrtpReceiver>()

  of(pair: CryptoPair): { readonly sender: SrtpSender | null; readonly receiver: SrtpReceiver | null } {
    if (pair === null) return { sender: null, receiver: null }
    const { ours, theirs } = pair
    return {
      sender: kept(this.#senders, ours, () => new SrtpSender(ours.master, ours.suite)),
      receiver: kept(this.#receivers, theirs, () => new SrtpReceiver(theirs.master, theirs.suite, theirs.mki)),
    }
  }
}

function kept<T>(contexts: Map<string, T>, { suite, master, mki = 0 }: CryptoLine, make: () => T): T {
  const name = `${suite} ${mki} ${master.toString('base64')}`
  const context = contexts.get(name) ?? make()
  contexts.delete(name)
  contexts.set(name, context)
  const [first] = contexts.keys()
  if (contexts.size > maxKeys && first !== undefined) contexts.delete(first)
  return context
}
