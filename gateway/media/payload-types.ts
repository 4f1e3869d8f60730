/*
 * Which number a codec has on one side of the gateway. A number once given to a codec stays its own for the call (RFC 3264 section 8.3.2),
 * so that descriptions of different phones behind the server can follow each other. Pure.
 */
import { keyOf, type Codec } from './codec'

export class PayloadTypes {
  readonly #byCodec = new Map<string, number>()

  /** The other side says these: a codec without a number takes the one said, when it is free. */
  learn(codecs: readonly Codec[]): void {
    for (const codec of codecs) this.#numberOf(codec)
  }

  /** The codecs with this side's numbers. */
  apply(codecs: readonly Codec[]): Codec[] {
    return codecs.map((codec) => ({ ...codec, type: this.#numberOf(codec) }))
  }

  #numberOf(codec: Codec): number {
    const key = keyOf(codec)
    const known = this.#byCodec.get(key)
    if (known !== undefined) return known
    const taken = new Set(this.#byCodec.values())
    const type = taken.has(codec.type) ? free(taken) : codec.type
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

/** From one side's numbers to another's, for the codecs that both have. */
export function mapOut(from: readonly Codec[], to: readonly Codec[]): Map<number, number> {
  return mapIn(from, [], to)
}
