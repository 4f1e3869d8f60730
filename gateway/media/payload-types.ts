/*
 * Which number a codec has on one side of the gateway. A number once given to a codec stays its own for the call (RFC 3264 section 8.3.2),
 * so that descriptions of different phones behind the server can follow each other. Pure.
 */
import { isEvent, isSpeech, keyOf, type Codec } from './codec'

/**
 * The numbers Asterisk has for codecs that have none of their own. Where it brings two phones together without staying between them (its usual way, see
 * `direct_media`), each goes on with the numbers that it agreed with Asterisk: two phones that called them differently would not hear each other.
 */
export const usualOnTheWire: ReadonlyMap<string, number> = new Map([
  ['opus/48000', 107],
  ['telephone-event/8000', 101],
  ['telephone-event/48000', 102],
])

export class PayloadTypes {
  readonly #byCodec = new Map<string, number>()

  /**
   * `usual`: what a codec is called that nobody has given a number yet; left out: as whoever names it first does. `multiplexed`: numbers that would make
   * reports of packets (RFC 5761 section 4) are not given, whoever says them.
   */
  constructor(
    private readonly usual: ReadonlyMap<string, number> = new Map(),
    private readonly multiplexed = false,
  ) {}

  /** The other side says these: a codec without a number takes the one said, when it is free. */
  learn(codecs: readonly Codec[]): void {
    for (const codec of codecs) this.#numberOf(codec, codec.type)
  }

  /** The codecs with this side's numbers. */
  apply(codecs: readonly Codec[]): Codec[] {
    return codecs.map((codec) => ({
      ...codec,
      type: this.#numberOf(codec, this.usual.get(keyOf(codec)) ?? codec.type),
    }))
  }

  #numberOf(codec: Codec, wanted: number): number {
    const key = keyOf(codec)
    const known = this.#byCodec.get(key)
    if (known !== undefined) return known
    const taken = new Set(this.#byCodec.values())
    const isReport = this.multiplexed && wanted >= 64 && wanted <= 95
    const type = taken.has(wanted) || isReport ? free(taken) : wanted
    this.#byCodec.set(key, type)
    return type
  }
}

/** A dynamic payload type (RFC 3551 section 6) that is not taken; there are more of them than codecs. */
function free(taken: ReadonlySet<number>): number {
  let type = 96
  while (taken.has(type)) type++
  return type
}

/**
 * What a received payload type becomes for the other side. `ours`: as we declared them, which is how the far end should name them (RFC 3264 section
 * 6.1); `theirs`: as the far end declared them, which is how many name them all the same, where that cannot mean another codec. `to`: the numbers of
 * the other side.
 */
export function mapIn(ours: readonly Codec[], theirs: readonly Codec[], to: readonly Codec[]): Map<number, number> {
  const targets = new Map(to.map((codec) => [keyOf(codec), codec.type]))
  const map = new Map<number, number>()
  for (const codec of [...ours, ...theirs]) {
    const target = targets.get(keyOf(codec))
    if (target !== undefined && !map.has(codec.type)) map.set(codec.type, target)
  }
  return map
}

/** The speech of a description where its number was made up for the call (RFC 3551 section 6): what is agreed first, null when that has a fixed one. */
export function dynamicSpeech(codecs: readonly Codec[]): number | null {
  const type = codecs.find(isSpeech)?.type ?? 0
  return type >= 96 ? type : null
}

/** The numbers of its digits (RFC 4733). */
export const eventTypes = (codecs: readonly Codec[]): ReadonlySet<number> =>
  new Set(codecs.filter(isEvent).map(({ type }) => type))

/** From one side's numbers to another's, for the codecs that both have. */
export function mapOut(from: readonly Codec[], to: readonly Codec[]): Map<number, number> {
  return mapIn(from, [], to)
}
