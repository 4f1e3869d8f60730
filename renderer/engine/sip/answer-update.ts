/*
 * The answer to an UPDATE in a dialog (RFC 3311): a refresh of the session, a new name for the far end, or an offer that must not cross
 * another. It knows neither the session's timer nor who the far end is; those hear of it from `heard`.
 */
import { Grammar, Inviter, SessionState, type Session } from 'sip.js'
import type { CallMedia } from '../media/media'
import type { DescriptionAdapter } from './description-adapter'
import type { InDialogRequest } from './guard/in-dialog-request'
import { settleAnswer } from './last-answer'
import { retryAfter } from './reinvite-gate'
import { contactOf, dialogInside, insideOf } from './session-inside'

export interface UpdateWays {
  readonly session: Session
  readonly media: CallMedia
  readonly descriptions: DescriptionAdapter
  random(): number
  /** An offer of an earlier UPDATE is still being answered. */
  isAnswering(): boolean
  setAnswering(answering: boolean): void
  /** Lines for the 200; whatever the UPDATE says besides its offer takes effect. */
  heard(update: InDialogRequest): readonly string[]
  /** An offer was taken. */
  onOffer(): void
}

/** Always answers, at once or when the offer is answered. */
export async function answerUpdate(update: InDialogRequest, ways: UpdateWays): Promise<void> {
  const { session, media, random } = ways
  const state = dialogInside(session)?.dialogState
  if (state?.remoteSequenceNumber !== undefined && update.sequence < state.remoteSequenceNumber) {
    return update.reply(500)
  }
  if (state) state.remoteSequenceNumber = update.sequence
  const accept = (sdp?: string): void => {
    const target = Grammar.URIParse(/<([^>]*)>/.exec(update.header('contact') ?? '')?.[1] ?? '')
    // UPDATE refreshes the target, as re-INVITE does (section 5.2).
    if (target && state) state.remoteTarget = target
    update.reply(200, [`Contact: ${contactOf(session)}`, ...ways.heard(update)], sdp)
  }
  if (update.body === '') return accept()
  if (!media.hasDescription(update.header('content-type') ?? '')) {
    return update.reply(415, ['Accept: application/sdp'])
  }
  // Before its 200 an INVITE of ours may be answered already, and its author have changed its mind (section 5.1).
  const isEarly = session instanceof Inviter && session.state !== SessionState.Established
  const answered = isEarly ? settleAnswer(session, update.dialog) : null
  const refusal = isEarly && answered === null ? 491 : refusalOfOffer(ways)
  if (refusal !== null) return update.reply(refusal, refusal === 500 ? [retryAfter(random)] : [])
  ways.setAnswering(true)
  try {
    if (answered !== null) await ways.descriptions.settle(answered)
    await media.setDescription(update.body)
    const { body } = await media.getDescription()
    accept(body)
    ways.onOffer()
  } catch {
    await media.rollbackDescription().catch(() => {})
    update.reply(488)
  } finally {
    ways.setAnswering(false)
  }
}

/** Section 5.2: 491 while an offer of ours is open, 500 while one of theirs is. */
function refusalOfOffer({ session, isAnswering }: UpdateWays): number | null {
  if (insideOf(session).pendingReinvite) return 491
  if (session.state !== SessionState.Established && !(session instanceof Inviter)) return 500
  return isAnswering() || dialogInside(session)?.reinviteUserAgentServer !== undefined ? 500 : null
}
