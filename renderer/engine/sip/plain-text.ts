/*
 * Strangers' text made fit to be shown: display names, reason phrases. Pure; knows nothing of who shows it or where.
 */

// Controls, the bidi marks and overrides, invisible separators and lone surrogates. ZWJ stays: emoji need it.
const unwanted = /[\p{Cc}\p{Cs}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u2069\uFEFF\uFFF9-\uFFFD]/gu
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** NFC, without control and bidi characters, blanks collapsed, at most `limit` graphemes and 240 UTF-16 units; null when nothing is left. */
export function plainText(text: string, limit = 64): string | null {
  // Nearly every name there is needs none of the rest.
  if (text.length <= limit && /^[!-~]+(?: [!-~]+)*$/.test(text)) return text
  const clean = text.slice(0, 4096).normalize('NFC').replace(unwanted, ' ').replace(/\s+/g, ' ').trim()
  let out = ''
  let count = 0
  for (const { segment } of graphemes.segment(clean)) {
    if (count++ === limit || out.length + segment.length > 240) break
    out += segment
  }
  return out.trim() || null
}
