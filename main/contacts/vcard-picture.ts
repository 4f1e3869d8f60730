/*
 * The picture in a vCard: inside the card as base64, as 3.0 and 4.0 write it, checked by its first bytes. A picture that is
 * elsewhere is not fetched: whoever sends a card must not learn who reads it.
 */
import { paramsOf, unescaped, type ContentLine } from './content-lines'

/** As `contactDraftSchema` has it, in characters of the data URL. */
const longest = 200_000
const widest = 1_024

type Kind = 'png' | 'jpeg' | 'webp'

/** A data URL that a page may show; null: none, elsewhere, too large, or no picture. */
export function avatarOf(line: ContentLine | undefined): string | null {
  if (!line || line.value.length > longest * 2) return null
  const value = unescaped(line.value).trim()
  const inUrl = /^data:[a-z0-9/+.-]*;base64,/i.exec(value)
  const inLine = paramsOf(line, 'ENCODING').some((encoding) => /^(?:b|base64)$/i.test(encoding))
  if (!inUrl && !inLine) return null
  const bytes = Buffer.from(value.slice(inUrl?.[0].length ?? 0).replace(/\s+/g, ''), 'base64')
  const kind = kindOf(bytes)
  if (kind === null || !isSmall(bytes, kind)) return null
  const url = `data:image/${kind};base64,${bytes.toString('base64')}`
  return url.length <= longest ? url : null
}

/** Whether a data URL is a picture of at most 1024 by 1024. */
export function isAvatar(url: string): boolean {
  const bytes = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
  const kind = kindOf(bytes)
  return kind !== null && isSmall(bytes, kind)
}

export function avatarLine(url: string, version: '3.0' | '4.0'): ContentLine {
  if (version === '4.0') return { group: '', name: 'PHOTO', params: [], value: url }
  const kind = /^data:image\/([a-z]+)/.exec(url)?.[1]?.toUpperCase() ?? 'PNG'
  const params = [['ENCODING', ['b']] as const, ['TYPE', [kind]] as const]
  return { group: '', name: 'PHOTO', params, value: url.slice(url.indexOf(',') + 1) }
}

function kindOf(bytes: Buffer): Kind | null {
  if (bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n') return 'png'
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  const webp = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'
  return webp ? 'webp' : null
}

/** By what the file says of itself. A picture that hides its size is none. */
function isSmall(bytes: Buffer, kind: Kind): boolean {
  const size = kind === 'png' ? pngSize(bytes) : kind === 'jpeg' ? jpegSize(bytes) : webpSize(bytes)
  return size !== null && size[0] > 0 && size[1] > 0 && size[0] <= widest && size[1] <= widest
}

const pngSize = (bytes: Buffer): [number, number] | null =>
  bytes.length < 24 ? null : [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]

/** The first frame header (ITU-T T.81, B.2.2). */
function jpegSize(bytes: Buffer): [number, number] | null {
  let at = 2
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)]
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return null
}

/** VP8, VP8L or VP8X (RFC 9649). */
function webpSize(bytes: Buffer): [number, number] | null {
  if (bytes.length < 30) return null
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff]
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21)
      return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1]
    }
    case 'VP8X':
      return [bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1]
    default:
      return null
  }
}
