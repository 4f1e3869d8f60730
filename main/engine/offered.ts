/*
 * What a caller's server says of a call besides who calls, in the phone's own terms. A type only.
 */
import type { CallId } from '../../common/call'
import type { CallView } from '../../common/phone-state'

export interface Offered {
  readonly callId: CallId
  /** First the one who was called; fit to be shown. */
  readonly diverted: CallView['diverted']
  /** Seconds it is to ring before it is answered by itself; null: nobody asks for that. */
  readonly answerAfter: number | null
  /** Answered by itself or refused: its caller wants nothing between. */
  readonly insists: boolean
}
