/*
 * A SIP message cut into start line, header lines and body, in one linear pass and with hard limits (RFC 3261 section 7).
 * It does not interpret any header; values are kept as they were written, apart from unfolding.
 */

export const MAX_MESSAGE = 65_536
const MAX_HEAD = 16_384
const MAX_HEADER_LINES = 200
export const MAX_LINE = 8_192

export interface Header {
  /** Long form, lower case. */
  readonly name: string
  /** As it was written. */
  readonly label: string
  value: string
}

export interface WireMessage {
  start: string
  headers: Header[]
  body: string
  /** True as soon as anything differs from what the socket delivered. */
  changed: boolean
}

type Malformed = 'too-large' | 'head-too-large' | 'too-many-lines' | 'line-too-long' | 'no-end'

/** `salvaged` holds the well-formed lines of a malformed message, so that an error can still be answered. */
export type ParsedWire =
  | { readonly ok: true; readonly message: WireMessage }
  | { readonly ok: false; readonly why: Malformed; readonly salvaged: WireMessage | null }

/** RFC 3261 section 7.3.3 and the extensions that define compact forms. */
const compactForms: Record<string, string> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
}

const longName = (label: string): string => {
  const lower = label.toLowerCase()
  return lower.length === 1 ? (compactForms[lower] ?? lower) : lower
}

// No optional space beside `[^\r\n]*`: two ways to match the same spaces would make a long line quadratic.
const headerLine = /([!%'*+\-.\w`~]+)[ \t]*:([^\r\n]*)\r\n/y
const oneLine = /^([!%'*+\-.\w`~]+)[ \t]*:([^\r\n]*)$/

/** The ordinary case: CRLF line ends, no folds, every line `token: value`. Null sends the message to the slow path. */
const parseTidy = (text: string): WireMessage | null => {
  const startEnd = text.indexOf('\r\n')
  if (startEnd <= 0 || startEnd > MAX_LINE || text.charCodeAt(0) === 0xfeff) return null
  const headers: Header[] = []
  let position = startEnd + 2
  while (text.charCodeAt(position) !== 13) {
    if (headers.length === MAX_HEADER_LINES) return null
    headerLine.lastIndex = position
    const match = headerLine.exec(text)
    if (!match) return null
    if (headerLine.lastIndex - position > MAX_LINE || headerLine.lastIndex > MAX_HEAD) return null
    position = headerLine.lastIndex
    const label = match[1] ?? ''
    headers.push({ name: longName(label), label, value: (match[2] ?? '').trim() })
  }
  if (text.charCodeAt(position + 1) !== 10) return null
  return { start: text.slice(0, startEnd), headers, body: text.slice(position + 2), changed: false }
}

/**
 * What servers also send: a BOM or empty lines before the start line, bare LF, folded lines, no empty line where no body follows. Lines that
 * are no headers are left out, as malformed ones are (RFC 3261 section 8.2.2): what is needed and was among them is missed later.
 */
const parseUntidy = (text: string): ParsedWire => {
  const from = /^[\uFEFF\r\n]*/.exec(text)?.[0].length ?? 0
  const head = text.slice(from, from + MAX_HEAD + 2)
  const end = /\r?\n\r?\n/.exec(head) ?? (text.length - from > MAX_HEAD ? null : /\r?\n$/.exec(head))
  const lines = (end ? head.slice(0, end.index) : head).split(/\r?\n/)
  const start = lines[0] ?? ''
  const headers: Header[] = []
  let why: Malformed | null = end ? null : text.length - from > MAX_HEAD ? 'head-too-large' : 'no-end'
  if (lines.length > MAX_HEADER_LINES + 1) why ??= 'too-many-lines'
  let length = 0
  let last: Header | null = null
  for (const line of lines.slice(1, MAX_HEADER_LINES + 1)) {
    const isFold = line.startsWith(' ') || line.startsWith('\t')
    length = line.length + (isFold ? length : 0)
    if (length > MAX_LINE) why ??= 'line-too-long'
    else if (isFold && last !== null) last.value = `${last.value} ${line.trim()}`.trim()
    else if (!isFold) {
      const match = oneLine.exec(line)
      last = match && { name: longName(match[1] ?? ''), label: match[1] ?? '', value: (match[2] ?? '').trim() }
      if (last !== null) headers.push(last)
    }
  }
  if (start.length > MAX_LINE) return { ok: false, why: 'line-too-long', salvaged: null }
  const body = end ? text.slice(from + end.index + end[0].length) : ''
  const message: WireMessage = { start, headers, body, changed: true }
  return why ? { ok: false, why, salvaged: message } : { ok: true, message }
}

/** Cuts a message. Linear in its length; a message over the limits costs no more than finding that out. */
export const parseWire = (text: string): ParsedWire => {
  if (text.length > MAX_MESSAGE) return { ok: false, why: 'too-large', salvaged: null }
  const message = parseTidy(text)
  return message ? { ok: true, message } : parseUntidy(text)
}

export const renderWire = (message: WireMessage): string => {
  let text = `${message.start}\r\n`
  for (const header of message.headers) text += `${header.label}: ${header.value}\r\n`
  return `${text}\r\n${message.body}`
}

export const findHeader = (message: WireMessage, name: string): Header | undefined => {
  for (const header of message.headers) if (header.name === name) return header
  return undefined
}

export const headerValue = (message: WireMessage, name: string): string | undefined => findHeader(message, name)?.value

export const setHeader = (message: WireMessage, label: string, value: string): void => {
  const existing = findHeader(message, longName(label))
  if (existing) existing.value = value
  else message.headers.push({ name: longName(label), label, value })
  message.changed = true
}

export const removeHeader = (message: WireMessage, name: string): void => {
  const kept = message.headers.filter((header) => header.name !== name)
  if (kept.length === message.headers.length) return
  message.headers = kept
  message.changed = true
}

export const isResponse = (message: WireMessage): boolean => /^SIP\//i.test(message.start)

/** Splits a header value at its top-level commas (not within quotes or angle brackets). Linear. */
export const splitList = (value: string): string[] => {
  const parts: string[] = []
  let quoted = false
  let depth = 0
  let from = 0
  for (let i = 0; i < value.length; i++) {
    const c = value[i]
    if (quoted) {
      if (c === '\\') i++
      else if (c === '"') quoted = false
    } else if (c === '"') quoted = true
    else if (c === '<') depth++
    else if (c === '>') depth--
    else if (c === ',' && depth <= 0) {
      parts.push(value.slice(from, i).trim())
      from = i + 1
    }
  }
  parts.push(value.slice(from).trim())
  return parts
}

/** A parameter behind an address, a Via or a media type: `;name=value`, case-insensitive name, quotes removed. */
export const parameter = (value: string, name: string): string | undefined => {
  const params = value.slice(value.lastIndexOf('>') + 1)
  const match = new RegExp(`;\\s*${name}\\s*=\\s*("[^"]*"|[^;,\\s]*)`, 'i').exec(params)
  return match?.[1]?.replace(/^"|"$/g, '')
}
