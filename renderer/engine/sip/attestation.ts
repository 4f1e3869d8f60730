/*
 * How the caller's number was vouched for (RFC 8224, RFC 8588), as the user's own server passes it on after it has verified
 * it. Nothing is verified here, and a word that is not known is no word.
 */

export type Attestation = 'A' | 'B' | 'C' | 'failed'

/** What is needed of sip.js's request. */
export interface HeaderSource {
  getHeaders(name: string): readonly string[]
}

/** 3GPP TS 24.229 section 7.2A.20: a parameter of the number, of its URI, or of the header; some carriers add the level. */
const verification = /;\s*verstat\s*=\s*"?(TN-Validation-(?:Passed|Failed)(?:-[ABC])?)\b/i
/** TS 24.229 section 7.2.18, and what carriers sent before there was one. */
const levelHeaders = [
  'attestation-info',
  'p-attestation-indicator',
  'x-attestation-indicator',
  'x-attestation',
  'x-attest',
]
/** Whoever asserts an identity (RFC 3325) is our server; what stands in From may be what the caller wrote there. */
const identityHeaders = ['p-asserted-identity', 'from']

/** null: the server says nothing of it. */
export function attestationOf(request: HeaderSource): Attestation | null {
  const said = identityHeaders.flatMap((name) => verificationsIn(request, name))[0] ?? null
  if (said?.startsWith('tn-validation-failed') === true) return 'failed'
  const level =
    levelOf(said?.slice(-2) ?? '') ?? levelHeaders.map((name) => levelIn(request, name)).find(Boolean) ?? null
  if (said === null) return level
  // Without a level it is the number itself that was found to be the caller's.
  return level ?? 'A'
}

const verificationsIn = (request: HeaderSource, name: string): string[] =>
  request.getHeaders(name).flatMap((header) => verification.exec(header.slice(0, 1_024))?.[1]?.toLowerCase() ?? [])

function levelIn(request: HeaderSource, name: string): Attestation | null {
  const [header] = request.getHeaders(name)
  return header === undefined ? null : levelOf(`-${header.trim().slice(0, 16).replace(/^"|"$/g, '')}`)
}

const levelOf = (text: string): Attestation | null => {
  const level = /^-([ABC])$/i.exec(text)?.[1]?.toUpperCase()
  return level === 'A' || level === 'B' || level === 'C' ? level : null
}
