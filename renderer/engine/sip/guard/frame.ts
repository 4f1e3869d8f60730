/*
 * What came in one WebSocket frame, as text. It reads nothing of it.
 */
import { MAX_MESSAGE } from '../../../../common/wire-message'

/** null: too large, or neither text nor bytes. */
export const decodeFrame = (data: unknown): string | null => {
  if (typeof data === 'string') return data.length > MAX_MESSAGE ? null : data
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data instanceof Uint8Array ? data : null
  if (bytes === null || bytes.byteLength > MAX_MESSAGE) return null
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

/** Keep-alives of RFC 5626 section 3.5.1, in either form, and empty frames. */
export const isKeepAlive = (text: string): boolean => text === '' || /^[\r\n]{1,8}$/.test(text)
