/*
 * Whom an INVITE was meant for before it came here, as its Diversion headers (RFC 5806) or its History-Info (RFC 7044) tell. All of it was written by
 * strangers: it is read within limits, and what cannot be read is left out.
 */
import type { IncomingOffer } from '../../../common/contract/engine'
import { sameHandle } from '../../../common/handle'
import { parameter } from '../../../common/wire-message'
import { historyOf, type Station } from './call-history'
import { identify } from './identity'
import { plainText } from './plain-text'
import { readAddresses, type WrittenAddress } from './written-addresses'

/** What is needed of sip.js's request. */
export interface DivertedRequest {
  getHeaders(name: string): readonly string[]
}

/** Ourselves, who are not somebody else the call was meant for. */
export interface OwnAddress {
  readonly user: string
  readonly host: string
}

type Diverted = NonNullable<IncomingOffer['diverted']>

/** The contract's; who was called first and who sent it here are the ones that matter. */
const mostShown = 8
const ipAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i

/** First the one who was called; empty: the call was meant for us. */
export function divertedFrom(request: DivertedRequest, own: OwnAddress): Diverted {
  const said = diversionsIn(request)
  return shown(said.length > 0 ? said : historyOf(readAddresses(request.getHeaders('history-info'))), own)
}

/** RFC 5806 section 5: each who sends a call on puts himself on top. */
const diversionsIn = (request: DivertedRequest): Station[] =>
  readAddresses(request.getHeaders('diversion'))
    .map((address) => ({
      address,
      reason: parameter(address.parameters, 'reason') ?? null,
      privacy: parameter(address.parameters, 'privacy')?.toLowerCase() ?? 'off',
    }))
    .reverse()

function shown(stations: readonly Station[], own: OwnAddress): Diverted {
  const list: Diverted[number][] = []
  for (const { address, reason, privacy } of stations) {
    const { handle, name } = identify(own.host, address)
    // Who does not want to be named is not: RFC 5806 section 9, RFC 7044 section 10.1.1.
    if (privacy === 'full' || privacy === 'uri' || handle.value === '' || isOwn(address, own)) continue
    // A call may come by the same place twice.
    if (list.some((other) => sameHandle(other.handle, handle))) continue
    list.push({ handle, name: privacy === 'name' ? null : name, reason: reason === null ? null : word(reason) })
  }
  return list.length <= mostShown ? list : [...list.slice(0, mostShown - 1), ...list.slice(-1)]
}

/** A server that knows us by name may write its own address, or the one it looks for us at, behind it. */
function isOwn({ uri }: WrittenAddress, own: OwnAddress): boolean {
  const host = uri.host.toLowerCase()
  const isOurs = host === own.host.toLowerCase() || ipAddress.test(host) || host.endsWith('.invalid')
  return (uri.user ?? '').toLowerCase() === own.user.toLowerCase() && isOurs
}

const word = (reason: string): string | null => plainText(reason.toLowerCase(), 48)?.slice(0, 64) ?? null
