/*
 * INVITEs of ours that are not settled yet when everything ends: until a first answer comes a CANCEL may not be sent (RFC 3261 section 9.1),
 * and who leaves before lets the far end ring on. It sends nothing; whoever dialled does.
 */
import { Inviter, SessionState, type Session, type UserAgent } from 'sip.js'
import type { Clock } from '../../../common/clock'

/** What sip.js keeps to itself: the sessions there are. */
interface WithSessions {
  readonly _sessions: Readonly<Record<string, Session>>
}

/** Resolves when none is open any more, or after so long. */
export async function invitesSettled(userAgent: UserAgent, clock: Clock, limitMs: number): Promise<void> {
  const open = Object.values((userAgent as unknown as WithSessions)._sessions).filter(isOpen)
  if (open.length === 0) return
  await Promise.race([Promise.all(open.map(ended)), new Promise<void>((resolve) => clock.setTimeout(resolve, limitMs))])
}

const isOpen = (session: Session): boolean =>
  session instanceof Inviter &&
  (session.state === SessionState.Establishing || session.state === SessionState.Terminating)

const ended = (session: Session): Promise<void> =>
  new Promise((resolve) => {
    session.stateChange.addListener((state) => {
      if (state === SessionState.Terminated) resolve()
    })
  })
