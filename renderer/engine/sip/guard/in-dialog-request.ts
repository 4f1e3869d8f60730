/*
 * An UPDATE (RFC 3311) or a PRACK (RFC 3262) as the guard hands it to whoever keeps the dialog: sip.js has no such request, or takes too little care of it.
 * Types only.
 */
import type { DialogName } from './own-answers'

export interface InDialogRequest {
  readonly dialog: DialogName
  readonly sequence: number
  /** SDP as a rule; empty when nothing is offered. */
  readonly body: string
  /** Reads a header by its name; undefined when there is none. */
  header(name: string): string | undefined
  /** Answers it; only the first answer is sent. `lines`: complete header lines. `sdp`: the body of a 200. */
  reply(status: number, lines?: readonly string[], sdp?: string): void
}
