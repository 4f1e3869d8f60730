/*
 * Where a description wants its sound. Pure; it never throws, whatever the text is.
 */

/** `address:port`; null: it does not say. */
export function soundAddress(sdp: string): string | null {
  const address = /^c=IN IP[46] (\S+)/m.exec(sdp)?.[1]
  const port = /^m=audio (\d+) /m.exec(sdp)?.[1]
  if (address === undefined || port === undefined) return null
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
