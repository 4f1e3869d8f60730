/*
 * Stand-ins for what sip.js's grammar cannot read but real servers send: host names with `_`, `tel:` addresses, Call-IDs with
 * `=`, Via headers without a usable branch. A stand-in carries the original in itself, so whatever sip.js sends back is turned
 * into the original again without keeping any state. The domain is RFC 6761's `.invalid`: it can never be a real one.
 */

const DOMAIN = 'alias.invalid'
const COOKIE = 'z9hG4bK'

const toHex = (text: string): string =>
  [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const fromHex = (hex: string): string => {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return new TextDecoder().decode(bytes)
}

const odd = /^[A-Za-z0-9._-]{1,255}$/

/** A host name sip.js refuses (`my_pbx`, `1host`, `a.b.`), as one it accepts; undefined when it is no host name at all. */
export const aliasHost = (host: string): string | undefined =>
  odd.test(host) ? `h-${toHex(host)}.${DOMAIN}` : undefined

/** `tel:+1555;x=y` as a SIP URI with the same number in front (RFC 3261 section 19.1.6). */
export const aliasTel = (telUri: string): string | undefined => {
  const number = /^tel:([0-9A-Za-z+*#().;=_-]{1,200})$/i.exec(telUri)?.[1]
  return number === undefined ? undefined : `sip:${number.replaceAll('#', '%23')}@tel.${DOMAIN};user=phone`
}

export const aliasCallId = (callId: string): string | undefined =>
  /^[\x21-\x7e]{1,255}$/.test(callId) ? `c-${toHex(callId)}@callid.${DOMAIN}` : undefined

/**
 * A branch for a Via that has none (`none`), an empty one (`empty`) or only the magic cookie (`cookie`). sip.js matches
 * transactions by branch alone, so it must differ between requests: `seed` is what RFC 3261 section 17.2.3 compares then.
 */
export const aliasBranch = (kind: 'none' | 'empty' | 'cookie', seed: string): string => {
  let hash = 0x811c9dc5
  for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193) >>> 0
  return `${COOKIE}alias${kind[0]}${hash.toString(16)}x${seed.length.toString(16)}`
}

const hostPattern = /h-((?:[0-9a-f]{2}){1,255})\.alias\.invalid/g
const telPattern = /sip:([^@<>"\s]{1,600})@tel\.alias\.invalid(?:;user=phone)?/g
const callIdPattern = /c-((?:[0-9a-f]{2}){1,255})@callid\.alias\.invalid/g
const branchPattern = /;branch=z9hG4bKalias([nec])[0-9a-f]+x[0-9a-f]+/g

/** Puts the originals back. Text without stand-ins is returned as it is. What decodes to anything unsafe stays as it is. */
export const restoreAliases = (text: string): string => {
  let out = text
  if (out.includes(DOMAIN)) {
    out = out.replace(hostPattern, (all, hex: string) => (odd.test(fromHex(hex)) ? fromHex(hex) : all))
    out = out.replace(callIdPattern, (all, hex: string) => (/^[\x21-\x7e]+$/.test(fromHex(hex)) ? fromHex(hex) : all))
    out = out.replace(telPattern, (all, user: string) => {
      try {
        const number = decodeURIComponent(user)
        return /^[0-9A-Za-z+*#().;=_-]+$/.test(number) ? `tel:${number}` : all
      } catch {
        return all
      }
    })
  }
  if (out.includes('z9hG4bKalias'))
    out = out.replace(branchPattern, (_, kind: string) =>
      kind === 'n' ? '' : kind === 'e' ? ';branch=' : `;branch=${COOKIE}`,
    )
  // A response repeats the request's From and To as sip.js saw them; see repairUri.
  if (out.includes('%2525') && out.startsWith('SIP/2.0 ')) out = out.replaceAll('%2525', '%25')
  return out
}

/** True for the host part of an address that came as `tel:`; only its user part means anything then. */
export const isTelAlias = (host: string): boolean => host.toLowerCase() === `tel.${DOMAIN}`
