/*
 * Addresses in header values (`"Name" <sip:…>;q=1, sip:…`), reached without touching what is written around them. Pure.
 */
import { splitList } from '../../common/wire-message'

/** Maps each address of the value; the value itself when none is changed. */
export function mapAddresses(value: string, map: (uri: string) => string): string {
  let changed = false
  const entries = splitList(value).map((entry) => {
    const place = addressIn(entry)
    if (place === null) return entry
    const [from, to] = place
    const uri = entry.slice(from, to)
    const mapped = map(uri)
    if (mapped === uri) return entry
    changed = true
    // Outside of brackets, what follows a `;` would be the header's and no longer the address's.
    const [before, after] = entry[from - 1] === '<' ? ['', ''] : ['<', '>']
    return `${entry.slice(0, from)}${before}${mapped}${after}${entry.slice(to)}`
  })
  return changed ? entries.join(', ') : value
}

/** Where the address begins and ends; null: there is none, or its brackets do not close. */
function addressIn(entry: string): readonly [number, number] | null {
  let quoted = false
  for (let at = 0; at < entry.length; at++) {
    const c = entry[at]
    if (quoted && c === '\\') at++
    else if (c === '"') quoted = !quoted
    else if (c === '<' && !quoted) {
      const end = entry.indexOf('>', at)
      return end < 0 ? null : [at + 1, end]
    }
  }
  const end = entry.search(/[;\s]/)
  return /^[a-z][\w+.-]*:/i.test(entry) ? [0, end < 0 ? entry.length : end] : null
}
