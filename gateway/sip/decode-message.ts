/*
 * Bytes of the wire as text, and text as bytes, with a Content-Length that counts bytes (RFC 3261 section 18.3) whatever was done to the text.
 */
import { findHeader, parseWire, renderWire, setHeader, type WireMessage } from '../../common/wire-message'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** One message. What is no UTF-8 is Latin-1, as old servers write names; the length is corrected where that changed it. */
export function decodeMessage(bytes: Buffer): string {
  const utf8 = decoder.decode(bytes)
  if (Buffer.byteLength(utf8) === bytes.length) return utf8
  const text = bytes.toString('latin1')
  const parsed = parseWire(text)
  if (!parsed.ok || !findHeader(parsed.message, 'content-length')) return text
  return encodeMessage(parsed.message)
}

/** The message as text, its Content-Length right. */
export function encodeMessage(message: WireMessage): string {
  const length = String(Buffer.byteLength(message.body))
  const header = findHeader(message, 'content-length')
  if (header === undefined) setHeader(message, 'Content-Length', length)
  else header.value = length
  return renderWire(message)
}
