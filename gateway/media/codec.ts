/*
 * The codecs that pass through the gateway, and how two descriptions' payload types name the same one (RFC 3551, RFC 4733, RFC 7587). Pure.
 */

export interface Codec {
  /** Payload type in the description it is of. */
  readonly type: number
  /** Encoding name as it is usually written. */
  readonly name: string
  readonly clockRate: number
  readonly channels: number
  /** Its parameters (`a=fmtp`), null for none. */
  readonly parameters: string | null
}

/** What the browser and the wire both speak. Everything else (red, G.729, iLBC …) is left out of every description. */
const known: readonly Omit<Codec, 'type' | 'parameters'>[] = [
  { name: 'opus', clockRate: 48_000, channels: 2 },
  { name: 'G722', clockRate: 8_000, channels: 1 },
  { name: 'PCMU', clockRate: 8_000, channels: 1 },
  { name: 'PCMA', clockRate: 8_000, channels: 1 },
  { name: 'telephone-event', clockRate: 8_000, channels: 1 },
  { name: 'telephone-event', clockRate: 48_000, channels: 1 },
  { name: 'CN', clockRate: 8_000, channels: 1 },
]

/** Payload types that need no `a=rtpmap` (RFC 3551 table 4). */
const fixed: Readonly<Record<number, string>> = {
  0: 'PCMU/8000',
  8: 'PCMA/8000',
  9: 'G722/8000',
  13: 'CN/8000',
}

/** By these numbers alone browsers know the codecs that have one of their own. */
export const fixedCodecs = (): Codec[] =>
  Object.keys(fixed).flatMap((type) => codecOf(Number(type), undefined, null) ?? [])

/** The codec that a payload type stands for; `map`: the rest of its `a=rtpmap`. Null for one that does not pass. */
export function codecOf(type: number, map: string | undefined, parameters: string | null): Codec | null {
  const [name = '', clockRate = '', channels = '1'] = (map ?? fixed[type] ?? '').split('/')
  const found = known.find(
    (codec) =>
      codec.name.toLowerCase() === name.toLowerCase() &&
      codec.clockRate === Number(clockRate) &&
      // RFC 7587 section 7 has two; some forget them.
      (codec.channels === Number(channels) || codec.name === 'opus'),
  )
  return found === undefined ? null : { ...found, type, parameters }
}

/** The same codec, whatever its payload type and parameters. */
export const keyOf = ({ name, clockRate }: Codec): string => `${name}/${clockRate}`

/** It carries speech, not events or silence. */
export const isSpeech = ({ name }: Codec): boolean => name !== 'telephone-event' && name !== 'CN'

/**
 * Events are timed by the clock of the speech beside them (RFC 4733 section 2.1): those of a rate that none of the speech has go, except that 8000
 * stays beside Opus when there is nothing else, which is what most servers offer.
 */
export function withFittingEvents(codecs: readonly Codec[]): Codec[] {
  const rates = new Set(codecs.filter(isSpeech).map(({ clockRate }) => clockRate))
  const fits = (codec: Codec): boolean => isSpeech(codec) || rates.has(codec.clockRate)
  const fitting = codecs.filter(fits)
  if (fitting.some(isEvent) || rates.size === 0) return fitting
  return codecs.filter((codec) => fits(codec) || (isEvent(codec) && codec.clockRate === 8_000))
}

export const isEvent = ({ name }: Codec): boolean => name === 'telephone-event'

/** Those of `first`, in its order, that `second` has too. */
export function common(first: readonly Codec[], second: readonly Codec[]): Codec[] {
  const others = new Set(second.map(keyOf))
  return first.filter((codec) => others.has(keyOf(codec)))
}

/** Those of `codecs` that `others` has too, with the numbers it gives them. */
export function numberedAs(codecs: readonly Codec[], others: readonly Codec[]): Codec[] {
  const types = new Map(others.map((codec) => [keyOf(codec), codec.type]))
  return common(codecs, others).map((codec) => ({ ...codec, type: types.get(keyOf(codec)) ?? codec.type }))
}

/** The line's formats and maps, in order. Static types are mapped too: some servers look for that. */
export function codecLines(codecs: readonly Codec[]): string[] {
  return codecs.flatMap(({ type, name, clockRate, channels, parameters }) => [
    `a=rtpmap:${type} ${name}/${clockRate}${channels === 1 ? '' : `/${channels}`}`,
    ...(parameters === null ? [] : [`a=fmtp:${type} ${parameters}`]),
  ])
}
