/*
 * Keys in descriptions (RFC 4568): what `a=crypto` lines say, which one is taken, and what ours are. Pure but for the random numbers it is
 * given. Keys are secrets: nothing here logs or throws them.
 */
import { masterLength, srtpSuites, type SrtpSuite } from './srtp'

export interface CryptoLine {
  readonly tag: number
  readonly suite: SrtpSuite
  /** Master key and salt, as long as the suite wants them. */
  readonly master: Buffer
  /** Bytes of each packet that name the key (RFC 3711 section 3.1); left out: none. */
  readonly mki?: number
}

const maxLines = 16

/** What everybody speaks. The longer keys are taken from who offers them: some servers take a description with a suite they do not know for wrong. */
const offeredSuites: readonly SrtpSuite[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32']

/**
 * The lines that we can use, in order, those with a master key identifier last; `values` are what follows `a=crypto:`. Left out: suites that we do not
 * speak, more than one key, unencrypted or unauthenticated streams, and session parameters we do not know (section 6.3: they must not be passed over).
 */
export function readCrypto(values: readonly string[]): CryptoLine[] {
  const lines = values.slice(0, maxLines).flatMap((value) => {
    const [tag = '', name = '', keys = '', ...parameters] = value.trim().split(/\s+/)
    const suite = srtpSuites.find((one) => one === name.toUpperCase())
    const key = suite === undefined ? null : readKey(keys, masterLength(suite))
    const isUsable = parameters.every((one) => /^(KDR=0|WSH=\d{1,4}|-\S*)$/i.test(one))
    if (!/^\d{1,9}$/.test(tag) || suite === undefined || key === null || !isUsable) return []
    return [{ tag: Number(tag), suite, ...key }]
  })
  return lines.sort((a, b) => Number(a.mki !== undefined) - Number(b.mki !== undefined))
}

/** `inline:key|lifetime|MKI:length`; lifetimes are far beyond any call. There is one key, whatever it is called. */
function readKey(text: string, length: number): Pick<CryptoLine, 'master' | 'mki'> | null {
  const [, key, mki] =
    /^inline:([A-Za-z0-9+/]{40,62}={0,2})(?:\|(?:2\^\d{1,2}|\d{1,15}))?(?:\|\d{1,39}:(\d{1,3}))?$/i.exec(text) ?? []
  const master = Buffer.from(key ?? '', 'base64')
  if (master.length !== length || (mki !== undefined && (Number(mki) < 1 || Number(mki) > 128))) return null
  return mki === undefined ? { master } : { master, mki: Number(mki) }
}

export const writeCrypto = ({ tag, suite, master }: CryptoLine): string =>
  `a=crypto:${tag} ${suite} inline:${master.toString('base64')}`

/** Our keys of one call: each suite's is made once, so that a description repeated has the same key and its packets go on counting. */
export class OwnKeys {
  readonly #keys = new Map<SrtpSuite, Buffer>()

  constructor(private readonly random: (bytes: number) => Buffer) {}

  /** For an offer: the suite that is in use with its tag, or all, the stronger first. */
  offer(inUse: Pick<CryptoLine, 'tag' | 'suite'> | null): CryptoLine[] {
    if (inUse !== null) return [{ ...inUse, master: this.#key(inUse.suite) }]
    return offeredSuites.map((suite, index) => ({ tag: index + 1, suite, master: this.#key(suite) }))
  }

  /** For an answer: the first that was offered, with its tag (section 5.1.2). Null: there is none. */
  answer(offered: readonly CryptoLine[]): CryptoLine | null {
    const first = offered[0]
    return first === undefined ? null : { tag: first.tag, suite: first.suite, master: this.#key(first.suite) }
  }

  #key(suite: SrtpSuite): Buffer {
    const key = this.#keys.get(suite) ?? this.random(masterLength(suite))
    this.#keys.set(suite, key)
    return key
  }
}

/** Which of our offered lines an answer chose (section 5.1.3): its first, of a tag and suite that we offered. Null: none. */
export function chosenBy(
  answer: readonly CryptoLine[],
  offered: readonly CryptoLine[],
): { readonly ours: CryptoLine; readonly theirs: CryptoLine } | null {
  const theirs = answer[0]
  const ours = offered.find(({ tag, suite }) => tag === theirs?.tag && suite === theirs.suite)
  return theirs === undefined || ours === undefined ? null : { ours, theirs }
}
