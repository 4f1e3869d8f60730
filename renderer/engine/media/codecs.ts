/*
 * Which audio codecs we speak, best first, and in which order one description lists them. Pure; the browser's list of
 * capabilities comes in as a parameter.
 */

/** What setCodecPreferences takes; the part of it that matters here. */
export interface Codec {
  readonly mimeType: string
  readonly clockRate: number
}

/** Lower-case encoding names in our order. Anything else the browser knows (red, iSAC …) is not offered. */
const spoken = ['opus', 'g722', 'pcmu', 'pcma', 'telephone-event', 'cn']

/**
 * The codecs for a description of ours. Without an offer: our order. For an answer the offerer's order rules (RFC 3264 section 6.1 recommends it):
 * a server that puts PCMU first does so to avoid transcoding.
 */
export function chooseCodecs<C extends Codec>(available: readonly C[], offer: string | null): C[] {
  const ours = available.filter((codec) => spoken.includes(name(codec)))
  const offered = offer === null ? [] : offeredNames(offer)
  const rank = (codec: C): number => {
    const place = offered.indexOf(name(codec))
    return place < 0 ? offered.length + spoken.indexOf(name(codec)) : place
  }
  return ours
    .map((codec, index) => ({ codec, index }))
    .sort((a, b) => rank(a.codec) - rank(b.codec) || a.index - b.index)
    .map(({ codec }) => codec)
}

/** Encoding names of an audio section in the order of its media line; the static types 0, 8, 9 and 13 need no rtpmap (RFC 3551). */
function offeredNames(section: string): string[] {
  const types = (/^m=audio \S+ \S+ (.*)$/m.exec(section)?.[1] ?? '').trim().split(/\s+/).slice(0, 64)
  const names = new Map([...section.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)/gm)].map(([, type, codec]) => [type, codec]))
  const fixed: Record<string, string> = { '0': 'pcmu', '8': 'pcma', '9': 'g722', '13': 'cn' }
  return types.map((type) => (names.get(type) ?? fixed[type] ?? '').toLowerCase()).filter((codec) => codec !== '')
}

const name = (codec: Codec): string => codec.mimeType.replace(/^audio\//i, '').toLowerCase()
