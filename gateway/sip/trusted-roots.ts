/*
 * The certificate authorities that are believed: those Node brings, and those the operating system was told of, where a company's own are.
 */
import * as tls from 'node:tls'

let roots: string[] | null = null

/** Read once; reading the system's takes a moment. */
export function trustedRoots(): string[] {
  if (roots !== null) return roots
  // Not in every version of Node.
  const read = (tls as { getCACertificates?: (type: 'default' | 'system') => string[] }).getCACertificates
  const of = (type: 'default' | 'system'): string[] => {
    try {
      return read?.(type) ?? []
    } catch {
      return []
    }
  }
  const own = of('default')
  roots = [...new Set([...(own.length > 0 ? own : tls.rootCertificates), ...of('system')])]
  return roots
}
