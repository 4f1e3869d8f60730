/*
 * Which stations of a History-Info (RFC 7044) sent the call on, and why. Most entries only tell how a server found a phone: those that say nothing of
 * a diversion are no station. Pure.
 */
import { parameter } from '../../../common/wire-message'
import { parseReasons } from './end-cause'
import type { WrittenAddress } from './written-addresses'

export interface Station {
  readonly address: WrittenAddress
  /** In the words of RFC 5806 section 4, where there is one for it. */
  readonly reason: string | null
  readonly privacy: string
}

/** RFC 4458 section 2 and RFC 7544 section 7.3, and the statuses that servers write there besides. */
const sipReasons: Readonly<Record<number, string>> = {
  302: 'unconditional',
  404: 'unknown',
  408: 'no-answer',
  480: 'deflection',
  486: 'user-busy',
  487: 'deflection',
  503: 'unavailable',
  600: 'user-busy',
}
/** ITU-T Q.850. */
const q850Reasons: Readonly<Record<number, string>> = {
  17: 'user-busy',
  18: 'no-answer',
  19: 'no-answer',
  20: 'unavailable',
  27: 'out-of-service',
}

/** In the order the call came by. */
export function historyOf(addresses: readonly WrittenAddress[]): Station[] {
  const entries = inOrder(addresses.map((address) => ({ address, index: indexOf(address) })))
  return entries.flatMap(({ address, index }, place) => {
    const own = ownReason(address)
    // What came next says why it is there, and of whom (RFC 4458, `mp` of RFC 7044 section 10.1.2).
    const next = entries.find((entry, at) => at > place && origin(entry, entries[at - 1]?.index) === index)
    const why = next && causeOf(next.address)
    const mapped = next !== undefined && parameter(next.address.parameters, 'mp') !== undefined
    if (own === undefined && why === undefined && !mapped) return []
    return [{ address, reason: own ?? why ?? null, privacy: isPrivate(address) ? 'full' : 'off' }]
  })
}

interface Entry {
  readonly address: WrittenAddress
  /** `1.2.1`, or '' where it is not written as it must be. */
  readonly index: string
}

const indexOf = ({ parameters }: WrittenAddress): string =>
  /;\s*index\s*=\s*(\d{1,4}(?:\.\d{1,4}){0,15})\s*(?:;|$)/i.exec(parameters)?.[1] ?? ''

/** By index; as they stand there when one has none. */
function inOrder(entries: readonly Entry[]): readonly Entry[] {
  if (entries.some(({ index }) => index === '')) return entries.map((entry, at) => ({ ...entry, index: `at ${at}` }))
  const numbers = ({ index }: Entry): number[] => index.split('.').map(Number)
  return [...entries].sort((a, b) => {
    const [one, other] = [numbers(a), numbers(b)]
    const at = one.findIndex((number, place) => number !== other[place])
    return at < 0 ? one.length - other.length : (one[at] ?? 0) - (other[at] ?? -1)
  })
}

/** The index of whoever sent the call to this entry: who is named, else the one above it, else the one before. */
function origin({ address, index }: Entry, before: string | undefined): string | undefined {
  const named = parameter(address.parameters, 'mp')
  if (named) return named
  return index.includes('.') ? index.slice(0, index.lastIndexOf('.')) : before
}

/** undefined: it does not say that it sent anything on. null: nobody has a word for why. */
function ownReason({ uriHeaders }: WrittenAddress): string | null | undefined {
  const said = uriHeaders.flatMap((header) => /^reason=(.*)$/i.exec(header)?.[1] ?? [])
  if (said.length === 0) return undefined
  for (const { protocol, cause } of parseReasons(said)) {
    const word = cause === null ? undefined : (protocol === 'SIP' ? sipReasons : q850Reasons)[cause]
    if (word !== undefined) return word
  }
  return null
}

function causeOf({ uriParameters }: WrittenAddress): string | null | undefined {
  const cause = parameter(uriParameters, 'cause')
  return cause === undefined ? undefined : (sipReasons[Number(cause)] ?? null)
}

const isPrivate = ({ uriHeaders }: WrittenAddress): boolean =>
  uriHeaders.some((header) => /^privacy=.*\b(?:history|header|session|user)\b/i.test(header))
