/*
 * The lines a vCard is made of (RFC 6350 section 3.3, RFC 2426, vCard 2.1), read without losing what nobody here understands
 * and written back as they came. It knows lines, parameters and escapes; what a property means it does not.
 */

/** One property. `value` as it is in the file, unfolded, its transfer encoding undone, its escapes left. */
export interface ContentLine {
  /** `item1` of `item1.TEL`; empty: none. */
  readonly group: string
  /** In capitals. */
  readonly name: string
  /** Names in capitals; a bare parameter of vCard 2.1 is a TYPE. */
  readonly params: readonly (readonly [name: string, values: readonly string[]])[]
  readonly value: string
}

/** A longer line is no line of a contact: a picture as a camera takes it is, and must not be lost to those who can show it. */
const lineAtMost = 16_000_000
const linesAtMost = 2_000

/** The cards of a file, each as its lines, oldest version or newest. What stands between cards is ignored. */
export function* cardsIn(text: string): Generator<readonly ContentLine[]> {
  let card: ContentLine[] | null = null
  let depth = 0
  let holdsCard = false
  // Lines of the first Macintosh end in a carriage return alone.
  for (const raw of unfolded(text.includes('\n') ? text : text.replaceAll('\r', '\n'))) {
    const bare = raw.trim().toUpperCase()
    if (bare === 'BEGIN:VCARD') {
      // A card within a card (AGENT) is nobody the user knows; any other that begins before one has ended was cut off.
      if (card && depth === 1 && !holdsCard) yield card
      else depth++
      if (depth === 1) card = []
      continue
    }
    holdsCard = bare === '' ? holdsCard : /^(?:[\w-]+\.)?AGENT\b/.test(bare)
    if (bare === 'END:VCARD') {
      if (depth > 0 && --depth === 0 && card) {
        yield card
        card = null
      }
      continue
    }
    if (!card || depth !== 1 || raw.length > lineAtMost || card.length >= linesAtMost) continue
    const line = readLine(raw)
    if (line) card.push(line)
  }
  if (card && card.length > 0) yield card
}

/** Logical lines: continuations joined, also the soft breaks of quoted-printable (vCard 2.1). */
function* unfolded(text: string): Generator<string> {
  let parts: string[] = []
  let quoted = false
  let from = text.startsWith('\uFEFF') ? 1 : 0
  while (from <= text.length) {
    const at = text.indexOf('\n', from)
    const end = at < 0 ? text.length : at
    const line = text.slice(from, end > from && text[end - 1] === '\r' ? end - 1 : end)
    from = end + 1
    if (parts.length > 0 && quoted && parts.at(-1)?.endsWith('=')) {
      parts.push(line)
    } else if (parts.length > 0 && (line.startsWith(' ') || line.startsWith('\t'))) {
      parts.push(line.slice(1))
    } else {
      if (parts.length > 0) yield join(parts, quoted)
      parts = [line]
      quoted = /;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i.test(line)
    }
  }
  if (parts.length > 0) yield join(parts, quoted)
}

const join = (parts: readonly string[], quoted: boolean): string =>
  quoted ? parts.map((part, n) => (n < parts.length - 1 ? part.replace(/=$/, '') : part)).join('') : parts.join('')

/** null for what is no line. */
function readLine(raw: string): ContentLine | null {
  const head = /^(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)/.exec(raw)
  if (!head) return null
  const [whole, group = '', name = ''] = head
  const params: [string, string[]][] = []
  let at = whole.length
  while (raw[at] === ';') {
    const read = readParameter(raw, at + 1)
    if (!read) return null
    const known = params.find(([other]) => other === read.name)
    if (known) known[1].push(...read.values)
    else if (params.length < 64) params.push([read.name, read.values])
    at = read.end
  }
  if (raw[at] !== ':') return null
  const line: ContentLine = { group, name: name.toUpperCase(), params, value: raw.slice(at + 1) }
  return isQuotedPrintable(line) ? decoded(line) : line
}

function readParameter(raw: string, from: number): { name: string; values: string[]; end: number } | null {
  const head = /[A-Za-z0-9-]+/y
  head.lastIndex = from
  const name = head.exec(raw)?.[0]
  if (name === undefined) return null
  let at = from + name.length
  if (raw[at] !== '=')
    return {
      name: /^(?:QUOTED-PRINTABLE|BASE64|8BIT|7BIT)$/i.test(name) ? 'ENCODING' : 'TYPE',
      values: [name],
      end: at,
    }
  const values: string[] = []
  do {
    at++
    if (raw[at] === '"') {
      const close = raw.indexOf('"', at + 1)
      if (close < 0) return null
      values.push(raw.slice(at + 1, close))
      at = close + 1
    } else {
      const value = /[^;:,"]*/y
      value.lastIndex = at
      const text = value.exec(raw)?.[0] ?? ''
      values.push(text)
      at += text.length
    }
  } while (raw[at] === ',')
  return { name: name.toUpperCase(), values, end: at }
}

const isQuotedPrintable = (line: ContentLine): boolean =>
  paramsOf(line, 'ENCODING').some((value) => value.toUpperCase() === 'QUOTED-PRINTABLE')

/** Quoted-printable (RFC 2045 section 6.7) undone, so that the line says the same in every version. */
function decoded(line: ContentLine): ContentLine {
  const charset = paramsOf(line, 'CHARSET')[0] ?? 'utf-8'
  const bytes: number[] = []
  for (let n = 0; n < line.value.length; n++) {
    const hex = line.value[n] === '=' ? line.value.slice(n + 1, n + 3) : ''
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16))
      n += 2
    } else bytes.push(...new TextEncoder().encode(line.value[n] ?? ''))
  }
  const params = line.params.filter(([name]) => name !== 'ENCODING' && name !== 'CHARSET')
  const text = decoderOf(charset).decode(Uint8Array.from(bytes))
  return { ...line, params, value: text.replace(/\r\n|[\r\n]/g, '\\n') }
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}

/** Values of one parameter, in the order they stand; a list in quotes counts as a list (as vCard 4 writers do). */
export const paramsOf = (line: ContentLine, name: string): readonly string[] =>
  line.params.filter(([other]) => other === name).flatMap(([, values]) => values.flatMap((value) => value.split(',')))

/** What the escapes of a text stand for. */
export const unescaped = (value: string): string =>
  value.replace(/\\(.)/gs, (_, after: string) => (after === 'n' || after === 'N' ? '\n' : after))

/** A text as it is written into a value. */
export const escaped = (text: string): string =>
  text.replace(/[\\,;]/g, (found) => `\\${found}`).replace(/\r\n|[\r\n]/g, '\\n')

/** The components of a structured value, unescaped. */
export function components(value: string): readonly string[] {
  const parts: string[] = ['']
  for (let n = 0; n < value.length; n++) {
    const char = value[n] ?? ''
    if (char === ';') parts.push('')
    else parts[parts.length - 1] += char === '\\' ? char + (value[++n] ?? '') : char
  }
  return parts.map(unescaped)
}

/** Lines of at most 75 bytes (RFC 6350 section 3.2), never cut within a character. */
export function written({ group, name, params, value }: ContentLine): string {
  const head = params.map(([key, values]) => `;${key}=${values.map(quoted).join(',')}`).join('')
  const line = `${group === '' ? '' : `${group}.`}${name}${head}:${value.replace(/[\r\n]+/g, '\\n')}`
  if (line.length < 60) return `${line}\r\n`
  let [folded, bytes] = ['', 0]
  for (const char of line) {
    const size = char.length === 1 && char < '\u0080' ? 1 : Buffer.byteLength(char)
    if (bytes + size > 75) {
      folded += '\r\n '
      bytes = 1
    }
    folded += char
    bytes += size
  }
  return `${folded}\r\n`
}

const quoted = (value: string): string => {
  const safe = value.replace(/["\p{Cc}]/gu, "'")
  return /[;:,]/.test(safe) ? `"${safe}"` : safe
}
