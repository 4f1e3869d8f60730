/*
 * What outlives the engine page of a dialog: enough to say BYE for it from a fresh page, and the saying of it.
 * It does not know why the page was lost.
 */
import { Grammar, type UserAgent } from 'sip.js'
import type { DialogRecord } from '../../../common/contract/engine'

/** The parts of sip.js's dialog that a record is made of. */
export interface DialogFacts {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  readonly localSequenceNumber: number | undefined
  readonly localURI: { toString(): string }
  readonly remoteURI: { toString(): string }
  readonly remoteTarget: { toString(): string }
  readonly routeSet: readonly string[]
}

/** Null when an address in it cannot be written or is beyond every measure. */
export function recordDialog(dialog: DialogFacts): DialogRecord | null {
  try {
    const record: DialogRecord = {
      callIdHeader: dialog.callId,
      localTag: dialog.localTag,
      remoteTag: dialog.remoteTag,
      localUri: dialog.localURI.toString(),
      remoteUri: dialog.remoteURI.toString(),
      remoteTarget: dialog.remoteTarget.toString(),
      localSequence: dialog.localSequenceNumber ?? 0,
      routeSet: [...dialog.routeSet],
    }
    const addresses = [record.localUri, record.remoteUri, record.remoteTarget, ...record.routeSet]
    const fits =
      record.callIdHeader.length <= 512 &&
      record.localTag.length <= 256 &&
      record.remoteTag.length <= 256 &&
      record.routeSet.length <= 32 &&
      addresses.every((address) => address.length <= 1024)
    return fits ? record : null
  } catch {
    return null
  }
}

/** Sequence numbers may have been used up after the last record; the far end accepts any higher one (RFC 3261 section 12.2.2). */
const sequenceMargin = 16

/** Sends BYE in the recorded dialog. Returns false when the record cannot be read. The answer does not matter. */
export function sayFarewell(userAgent: UserAgent, dialog: DialogRecord): boolean {
  const local = Grammar.URIParse(dialog.localUri)
  const remote = Grammar.URIParse(dialog.remoteUri)
  const target = Grammar.URIParse(dialog.remoteTarget)
  if (!local || !remote || !target) return false
  const core = userAgent.userAgentCore
  const bye = core.makeOutgoingRequestMessage(
    'BYE',
    target,
    local,
    remote,
    {
      callId: dialog.callIdHeader,
      fromTag: dialog.localTag,
      toTag: dialog.remoteTag,
      cseq: dialog.localSequence + sequenceMargin,
      routeSet: dialog.routeSet,
    },
    ['Reason: SIP;cause=500;text="Phone restarted"'],
  )
  core.request(bye)
  return true
}
