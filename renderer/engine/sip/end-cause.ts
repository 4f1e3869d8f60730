/*
 * Why a call ended, read from the wire: one pure table from SIP status and Reason header (RFC 3326) to the closed list of
 * causes. It knows no session and no call.
 */
import type { EndCause } from '../../../common/errors'

export interface Reason {
  readonly protocol: string
  readonly cause: number | null
  readonly text: string | null
}

/** The values of Reason headers, in order; several may stand in one, separated by commas (RFC 3326 section 2). */
export function parseReasons(headers: readonly string[]): Reason[] {
  const reasons: Reason[] = []
  for (const header of headers) {
    for (const [, protocol = '', parameters = ''] of header.matchAll(
      /(?:^|,)\s*([\w.-]+)\s*((?:;(?:"(?:[^"\\]|\\.)*"|[^",])*)*)/g,
    )) {
      const cause = parameters.match(/;\s*cause\s*=\s*(\d{1,3})(?!\d)/i)?.[1]
      const text = parameters.match(/;\s*text\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;,\s]+))/i)
      reasons.push({
        protocol: protocol.toUpperCase(),
        cause: cause === undefined ? null : Number(cause),
        text: text?.[1]?.replace(/\\(.)/g, '$1') ?? text?.[2] ?? null,
      })
    }
  }
  return reasons
}

const causeOf = (reasons: readonly Reason[], protocol: string): number | null =>
  reasons.find((reason) => reason.protocol === protocol)?.cause ?? null

/** Why an incoming call that still rang was cancelled. The SIP value counts, wherever it stands. */
export function causeOfCancel(reasons: readonly Reason[]): EndCause {
  switch (causeOf(reasons, 'SIP')) {
    case 200:
      return 'answered-elsewhere'
    case 600:
    case 603:
      return 'declined-elsewhere'
    default:
      // Q.850 26, non-selected user clearing: another phone of the group took it.
      return causeOf(reasons, 'Q.850') === 26 ? 'answered-elsewhere' : 'remote-cancelled'
  }
}

export interface RejectionContext {
  /** The status was made here (RFC 3261 section 8.1.3.1), no server said it. */
  readonly local?: boolean
  /** A provisional answer came first: the server let us call, and it was somebody behind it who refused. */
  readonly tried?: boolean
}

/** Why our INVITE failed. */
export function causeOfRejection(
  status: number,
  reasons: readonly Reason[] = [],
  { local = false, tried = false }: RejectionContext = {},
): EndCause {
  switch (status) {
    case 486:
    case 600:
      return 'busy'
    case 603:
      // Asterisk's answer to whatever it has no other for: what the network said stands beside it.
      return causeOfClearing(causeOf(reasons, 'Q.850')) ?? 'rejected'
    case 607:
    case 608:
      return 'rejected'
    case 404:
    case 410:
    case 484:
    case 485:
    case 604:
      return 'not-found'
    case 408:
      return local ? 'unreachable' : 'unanswered'
    case 480:
      return causeOfAbsence(causeOf(reasons, 'Q.850'))
    case 487:
      return 'unanswered'
    case 403:
      // Asterisk says 403 for a call that its callee declined (Q.850 21), and says 100 before it only to who may call.
      return tried || causeOf(reasons, 'Q.850') === 21 ? 'rejected' : 'forbidden'
    case 401:
    case 407:
      return 'forbidden'
    case 415:
    case 488:
    case 606:
      return 'not-acceptable'
    case 502:
    case 503:
    case 504:
      return 'unreachable'
    case 433: // anonymity disallowed (RFC 5079)
      return 'rejected'
    default:
      if (status >= 300 && status < 400) return 'redirected'
      return status >= 400 ? (causeOfClearing(causeOf(reasons, 'Q.850')) ?? 'server-error') : 'failed'
  }
}

/** Gateways dress what the telephone network said in one of many statuses, and tell it beside (RFC 3398 section 7.2.4.1). */
function causeOfClearing(q850: number | null): EndCause | null {
  switch (q850) {
    case 1: // unallocated number
    case 22: // number changed
    case 28: // invalid number format
      return 'not-found'
    case 17:
      return 'busy'
    case 18: // no user responding
    case 19: // no answer from user
      return 'unanswered'
    case 21:
      return 'rejected'
    case 3:
    case 20:
    case 27:
    case 34: // no circuit available
    case 38:
    case 42: // switching equipment congestion
      return 'unreachable'
    case 41: // temporary failure
    case 44: // requested circuit not available
    case 47: // resource unavailable
    case 102: // a timer ran out on the way
      return 'server-error'
    case 50: // facility not subscribed
    case 52: // outgoing calls barred
    case 57: // not authorized
      return 'forbidden'
    default:
      return null
  }
}

/** 480 says little; the Q.850 cause beside it says which kind of absence (ITU-T Q.850, RFC 3398 section 8.2.6.1). */
function causeOfAbsence(q850: number | null): EndCause {
  switch (q850) {
    case 3: // no route to destination
    case 20: // subscriber absent
    case 27: // destination out of order
    case 38: // network out of order
      return 'unreachable'
    case 17:
      return 'busy'
    case 21:
      return 'rejected'
    default:
      return 'unanswered'
  }
}
