/*
 * What two ends say about how long a session lasts without a sign of life (RFC 4028): the reading of their headers, and the answer to an
 * offered interval. Pure; it keeps no time and knows no call.
 */

/** Reads a header of a message by its name; undefined when there is none. Compact names are separate. */
export type ReadHeader = (name: string) => string | undefined

/** Who sends the refreshes: the side that sent the request this stands in, or the one that answered it. */
export type Refresher = 'uac' | 'uas'

export interface SessionInterval {
  /** Seconds. */
  readonly seconds: number
  /** null: left to the other side. */
  readonly refresher: Refresher | null
}

/** Seconds (RFC 4028 section 4: the recommended interval, and the shortest that may be asked for). */
export const usualInterval = 1_800
export const leastInterval = 90
/** Longer ones are cut: a timer of ours must be able to hold them. */
const mostInterval = 86_400

/** The Session-Expires of a message; null when there is none that can be read. Shorter than 90 s counts as 90 s. */
export function readInterval(header: ReadHeader): SessionInterval | null {
  const value = header('session-expires') ?? header('x')
  const match = value?.match(/^\s*(\d{1,10})\s*(?:$|;)/)
  if (!match) return null
  const refresher = value?.match(/;\s*refresher\s*=\s*(uac|uas)\b/i)?.[1]?.toLowerCase()
  return {
    seconds: Math.min(Math.max(Number(match[1]), leastInterval), mostInterval),
    refresher: refresher === 'uac' || refresher === 'uas' ? refresher : null,
  }
}

/** The Min-SE of a message, 90 without one. */
export function readLeast(header: ReadHeader): number {
  const match = header('min-se')?.match(/^\s*(\d{1,10})\s*(?:$|;)/)
  return match ? Math.min(Math.max(Number(match[1]), leastInterval), mostInterval) : leastInterval
}

/** The sender of this message knows what session timers are. */
export const knowsTimers = (header: ReadHeader): boolean =>
  /(^|[\s,])timer($|[\s,])/i.test(`${header('supported') ?? ''},${header('k') ?? ''},${header('require') ?? ''}`)

/**
 * What a request asks for, settled by whoever answers it (RFC 4028 section 9): null when its sender knows no timers and nobody on the way
 * wanted one. Who answers refreshes, unless the sender chose otherwise: it is the side that can rely on itself.
 */
export function settleInterval(header: ReadHeader): (SessionInterval & { readonly refresher: Refresher }) | null {
  const asked = readInterval(header)
  if (!knowsTimers(header)) return asked === null ? null : { seconds: asked.seconds, refresher: 'uas' }
  if (asked === null) return { seconds: Math.max(usualInterval, readLeast(header)), refresher: 'uas' }
  return { seconds: asked.seconds, refresher: asked.refresher ?? 'uas' }
}
