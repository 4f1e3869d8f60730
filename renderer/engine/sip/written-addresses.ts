/*
 * Reads headers that hold a list of addresses with parameters, as strangers write them: leniently, within limits. It does not know what the
 * addresses stand for.
 */
import { splitList } from '../../../common/wire-message'
import { assertedAddress, type NameAddress } from './identity'

export interface WrittenAddress extends NameAddress {
  /** Behind the user and host, without what follows `?`: `;cause=302`; empty: none. */
  readonly uriParameters: string
  /** Headers hidden in the URI, decoded: `Reason=SIP;cause=302`. */
  readonly uriHeaders: readonly string[]
  /** Behind the brackets: `;reason=no-answer;counter=1`; empty: none. */
  readonly parameters: string
}

/** More than any route has stations. */
const mostEntries = 32
const longestHeader = 8_192
const longestEntry = 1_024

/** In the order they stand there. What is no address, or too long for one, is left out. */
export function readAddresses(headers: readonly string[]): readonly WrittenAddress[] {
  const addresses: WrittenAddress[] = []
  for (const header of headers.slice(0, mostEntries))
    for (const entry of splitList(header.slice(0, longestHeader))) {
      const address = entry.length > longestEntry ? null : readAddress(entry)
      if (address !== null) addresses.push(address)
      if (addresses.length === mostEntries) return addresses
    }
  return addresses
}

function readAddress(entry: string): WrittenAddress | null {
  const bracketed = /^((?:"(?:[^"\\]|\\.)*"|[^<"])*)<([^<>]*)>([^<>]*)$/.exec(entry)
  // Without brackets parameters are the header's, not the URI's (RFC 3261 section 20.10).
  const [, name = '', uri = '', parameters = ''] = bracketed ?? /^()([^;<>"]*)(;[^<>]*)?$/.exec(entry) ?? []
  const [bare = '', hidden = ''] = uri.split('?', 2)
  const end = bare.indexOf(';', bare.indexOf('@') + 1)
  const address = assertedAddress(`${name}<${end < 0 ? bare : bare.slice(0, end)}>`)
  if (address === undefined) return null
  return {
    ...address,
    uriParameters: end < 0 ? '' : bare.slice(end),
    uriHeaders: hidden === '' ? [] : hidden.split('&').map(decoded),
    parameters,
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
