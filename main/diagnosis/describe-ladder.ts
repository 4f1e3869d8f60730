/*
 * The messages between the phone and one server as they went to and fro, each redacted; the questions that only keep a connection alive are
 * counted. Pure.
 */
import type { LadderEntries } from './ladders'
import type { Pseudonyms } from './pseudonyms'
import { redactSip } from './redact-sip'

/** Call-IDs of the guard's and the gateway's own questions. */
const keepAlive = /^(?:Call-ID|i)[ \t]*:[ \t]*(?:ping|greeting)-/im

export function describeLadder(entries: LadderEntries, names: Pseudonyms, clean: (text: string) => string): string {
  const shown: string[] = []
  let quiet = 0
  const count = (): void => {
    if (quiet > 0) shown.push(`(${quiet} message${quiet === 1 ? ' that keeps' : 's that keep'} the connection alive)`)
    quiet = 0
  }
  for (const { at, direction, note, text } of entries) {
    if (keepAlive.test(text)) {
      quiet++
      continue
    }
    count()
    const head = `${new Date(at).toISOString()} ${direction === 'out' ? '→ to the server' : '← from the server'}`
    const body = redactSip(text, names).replaceAll('\r\n', '\n    ')
    shown.push(`${head}${note === '' ? '' : ` (${clean(note)})`}\n    ${body}`)
  }
  count()
  return shown.join('\n\n')
}
