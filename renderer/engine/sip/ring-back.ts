/*
 * Tells a caller that it rings here: by one 180, or where the caller insists that it arrives, by as many as it takes until a PRACK says that it did
 * (RFC 3262). sip.js would answer the offer with it, for which the microphone is needed. It decides nothing about the call.
 */
import { SessionState, type Invitation } from 'sip.js'
import type { InDialogRequest } from './guard/in-dialog-request'

/** T1 of RFC 3261, ms. */
const t1 = 500
/** RFC 3262 section 3: who acknowledges nothing for so long is refused, ms. */
const patience = 64 * t1

export interface RingBackNeeds {
  /** Runs the task after so many ms unless the call ends before. Returns the way to cancel. */
  later(task: () => void, ms: number): () => void
  /** At least 0, less than 1. */
  random(): number
  /** The caller does not acknowledge that it rings. */
  giveUp(): void
  warn(text: string): void
}

/** What a PRACK is given to: true when it is answered. */
export type TakePrack = (prack: InDialogRequest) => boolean

const takesNone: TakePrack = () => false

/** Sends the 180, and sends it again while it must be. */
export function ringBack(invitation: Invitation, needs: RingBackNeeds): TakePrack {
  const send = (extraHeaders: string[]): void =>
    void invitation.progress({ statusCode: 180, extraHeaders }).catch((error) => needs.warn(`180: ${String(error)}`))
  if (!isRequired(invitation)) {
    send([])
    return takesNone
  }
  // What goes out reliably before an answer must hold the offer that this caller did not make (section 5), and there is none before the microphone is open.
  if (!invitation.body) return takesNone
  ;(invitation as unknown as { rel100: string }).rel100 = 'none'
  const sequence = 1 + Math.floor(needs.random() * 2 ** 30)
  const lines = ['Require: 100rel', `RSeq: ${sequence}`]
  const { cseq } = invitation.request
  let isWaiting = true
  const repeat = (after: number): void => {
    needs.later(() => {
      // A final answer ends it (section 3).
      if (!isWaiting || invitation.state !== SessionState.Initial) return
      send(lines)
      repeat(after * 2)
    }, after)
  }
  send(lines)
  repeat(t1)
  needs.later(() => {
    if (isWaiting && invitation.state === SessionState.Initial) needs.giveUp()
  }, patience)
  return (prack) => {
    const [rseq, acknowledged, method] = (prack.header('rack') ?? '').trim().split(/\s+/)
    if (Number(rseq) !== sequence || Number(acknowledged) !== cseq || method?.toUpperCase() !== 'INVITE') return false
    isWaiting = false
    prack.reply(200)
    return true
  }
}

const isRequired = ({ request }: Invitation): boolean =>
  request
    .getHeaders('require')
    .join(',')
    .split(',')
    .some((tag) => tag.trim().toLowerCase() === '100rel')
