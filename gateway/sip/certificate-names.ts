/*
 * For which SIP domains a certificate is (RFC 5922 section 7): those it names as `sip:domain` addresses and as host names, and its common
 * name only when it names none. Names with a wildcard match nothing. Pure.
 */
import { isIP } from 'node:net'
import type { DetailedPeerCertificate } from 'node:tls'

type Names = Partial<Pick<DetailedPeerCertificate, 'subjectaltname' | 'subject'>>

/** `domain`: a host name, or a numeric address, which the certificate must name as such. */
export function isForDomain(certificate: Names, domain: string): boolean {
  const wanted = domain.toLowerCase().replace(/\.$/, '')
  const names = alternativeNames(certificate.subjectaltname ?? '')
  if (isIP(wanted)) return names.some(({ kind, name }) => kind === 'IP Address' && sameAddress(name, wanted))
  const identities = names.flatMap(({ kind, name }) => {
    if (kind === 'DNS') return [name]
    // With a user part it is somebody's certificate, not a domain's.
    const host = kind === 'URI' ? /^sip:([^@;?/]+?)(?::\d+)?(?:[;?].*)?$/i.exec(name)?.[1] : undefined
    return host === undefined ? [] : [host]
  })
  if (identities.length === 0) identities.push(...[certificate.subject?.CN ?? []].flat())
  return identities.some((identity) => identity.toLowerCase().replace(/\.$/, '') === wanted)
}

/** `DNS:a, URI:sip:b, DNS:"odd\u002c name"`, as Node writes them. */
function alternativeNames(text: string): { readonly kind: string; readonly name: string }[] {
  return [...text.slice(0, 65_536).matchAll(/(?:^|, )([\w ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, kind, name]) => ({
    kind: kind ?? '',
    name: unquote(name ?? ''),
  }))
}

function unquote(name: string): string {
  if (!name.startsWith('"')) return name
  try {
    return String(JSON.parse(name))
  } catch {
    return ''
  }
}

/** Node writes IPv6 in full and in capitals. */
const sameAddress = (one: string, other: string): boolean => canonical(one) === canonical(other)

function canonical(address: string): string {
  if (isIP(address) !== 6) return address
  return new URL(`http://[${address}]`).hostname
}
