/*
 * Strangers' text (a caller's name, a number, a reason) made safe to show as one short line anywhere: in a notification,
 * a menu, a window title. It knows nothing of markup: whoever shows text in a place that reads markup escapes it there.
 */

/** Breaks become a space, so that words do not run together. */
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]/g

/**
 * What has no business in a name: C0 and C1 controls, bidi marks, embeddings, overrides and isolates, zero-width and
 * filler characters (but not the joiners that emoji and Indic scripts need), tag characters, lone surrogates.
 */
const unwanted =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu

/** More than any honest grapheme needs (a family emoji with skin tones has 23); stacks of combining marks end here. */
const unitsPerGrapheme = 32

/** Nobody reads further, and the work stays bounded. */
const unitsRead = 4096

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * `text` as one line of at most `max` graphemes (the last is `…` when something was cut): NFC, without control, bidi and
 * invisible characters, white space collapsed. Never throws; idempotent.
 */
export function plain(text: string, max = 64): string {
  const line = text
    .slice(0, unitsRead)
    .replace(breaks, ' ')
    .replace(unwanted, '')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim()
  // Short text without combining characters needs no segmenting, and this is on the path from INVITE to notification.
  if (line.length <= max && /^[\u0020-\u02ff]*$/.test(line)) return line
  const kept: string[] = []
  for (const { segment } of graphemes.segment(line)) {
    if (kept.length === max) {
      kept[max - 1] = '…'
      break
    }
    kept.push(segment.length > unitsPerGrapheme ? segment.slice(0, unitsPerGrapheme).replace(unwanted, '') : segment)
  }
  return kept.join('').trim()
}
