/*
 * Who may be heard: a function of the calls that switches the sound of each on once and off once, through its provider's
 * delegate. It never does so before somebody answered, or the far end sent sound of its own accord.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import type { Registry } from './registry'
import type { Switchboard } from './switchboard'

/** Switches the sound of each call on once and off once, through the delegate of its provider. */
export class AudioSession {
  /** Calls whose sound is on, and the account each belongs to. */
  private readonly on = new Map<CallId, string>()

  constructor(
    registry: Registry,
    private readonly switchboard: Switchboard,
  ) {
    registry.observe((calls) => this.update(calls))
  }

  private update(calls: readonly Call[]): void {
    for (const [callId, accountId] of [...this.on]) {
      const call = calls.find(({ id }) => id === callId)
      // Whoever hangs up is not heard any more, however long the far end takes to notice.
      if (call && isLive(call) && call.state !== 'ending') continue
      this.on.delete(callId)
      const provider = this.switchboard.provider(accountId)
      if (provider) provider.delegate?.didDeactivateAudio?.(provider, callId)
    }
    for (const call of calls) {
      if (this.on.has(call.id) || !hasSound(call)) continue
      this.on.set(call.id, call.accountId)
      const provider = this.switchboard.provider(call.accountId)
      if (provider) provider.delegate?.didActivateAudio?.(provider, call.id)
    }
  }
}

/** Hold does not take the sound away here: the engine cuts a held call's media by itself. */
function hasSound(call: Call): boolean {
  switch (call.state) {
    case 'active':
    case 'held':
      return true
    case 'alerting':
      // Announcements before the answer (RFC 3960) are to be heard.
      return call.earlyMedia
    case 'connecting':
      // The far end answered our call; ours to an incoming call counts only when it is fulfilled.
      return call.direction === 'outgoing'
    case 'incoming':
    case 'dialing':
    case 'ending':
    case 'ended':
      return false
  }
}
