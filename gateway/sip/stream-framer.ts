/*
 * Cuts a stream of bytes into SIP messages by their Content-Length (RFC 3261 section 18.3). What cannot be SIP ends the stream: there is no
 * way back into step. It reads nothing else of what it cuts.
 */
import { decodeMessage } from './decode-message'

const maxHead = 16_384
const maxBody = 49_152
/** A start line longer than this is none. */
const maxStart = 8_192
/** What is wrong in it can be answered as long as the stream is in step. */
const startLine = /^(?:SIP\/\d\.\d |[!%'*+\-.\w`~]{1,64} .* SIP\/\d\.\d[ \t]*$)/i

export type Nonsense = 'not-sip' | 'too-large' | 'no-length'

export class StreamFramer {
  #held: Buffer = Buffer.alloc(0)
  /** So far the end of the head was looked for in what is held. */
  #searched = 0
  #broken: Nonsense | null = null

  /**
   * The messages that are complete now, and keep-alives (`\r\n`, `\r\n\r\n`), in order; or why this stream is none of SIP's, from then
   * on for ever.
   */
  push(chunk: Buffer): { readonly messages: readonly string[]; readonly broken: Nonsense | null } {
    const messages: string[] = []
    if (this.#broken === null) {
      this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
      for (let next = this.#next(); next !== null; next = this.#next()) messages.push(next)
    }
    return { messages, broken: this.#broken }
  }

  #next(): string | null {
    const held = this.#held
    if (this.#broken !== null || held.length === 0) return null
    const blank = leadingBlank(held)
    if (blank > 0) {
      this.#take(blank)
      return blank >= 4 ? '\r\n\r\n' : '\r\n'
    }
    if (!this.#mayBeStart(held)) return this.#break('not-sip')
    const end = held.indexOf('\r\n\r\n', Math.max(0, this.#searched - 3))
    if (end < 0 || end > maxHead) {
      this.#searched = held.length
      return held.length > maxHead || end > maxHead ? this.#break('too-large') : null
    }
    const length = contentLength(held.toString('latin1', 0, end))
    if (length === null) return this.#break('no-length')
    if (length > maxBody) return this.#break('too-large')
    if (held.length < end + 4 + length) {
      this.#searched = end
      return null
    }
    return decodeMessage(this.#take(end + 4 + length))
  }

  #mayBeStart(held: Buffer): boolean {
    const end = held.indexOf('\r\n')
    if (end < 0) return held.length <= maxStart && /^[\x20-\x7e\x80-\xff]*\r?$/.test(held.toString('latin1', 0, 64))
    return end <= maxStart && startLine.test(held.toString('latin1', 0, end))
  }

  #take(length: number): Buffer {
    const taken = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    this.#searched = 0
    return taken
  }

  #break(why: Nonsense): null {
    this.#broken = why
    this.#held = Buffer.alloc(0)
    return null
  }
}

/** How many bytes of line ends the bytes begin with: 0, 2 or 4, as far as they are here. */
function leadingBlank(bytes: Buffer): number {
  const blank = (at: number): boolean => bytes[at] === 13 && bytes[at + 1] === 10
  return blank(0) ? (blank(2) ? 4 : 2) : 0
}

/** null: none, or more than one to choose from. */
function contentLength(head: string): number | null {
  // A value may go on in lines that begin with a blank (RFC 3261 section 7.3.1).
  const unfolded = head.replace(/\r\n[ \t]+/g, ' ')
  const found = [...unfolded.matchAll(/^(?:content-length|l)[ \t]*:[ \t]*(\S*)[ \t]*$/gim)].map(
    ([, value]) => value ?? '',
  )
  // Without a type there is no body either. If there is, the next start line is none.
  if (found.length === 0 && !/^(?:content-type|c)[ \t]*:/im.test(unfolded)) return 0
  const [first = ''] = found
  return /^\d{1,7}$/.test(first) && found.every((value) => value === first) ? Number(first) : null
}
