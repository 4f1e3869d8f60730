/*
 * What a provider's owner does about the switchboard's wishes (CXProviderDelegate). All but the reset are optional; an
 * action whose method is missing fails at once. Methods are called one after another, never re-entrantly.
 */
import type { CallId } from '../../common/call'
import type { Action, ActionOf } from './action'
import type { Provider } from './provider'
import type { Transaction } from './transaction'

/** What a provider's owner does about wishes (CXProviderDelegate). Every action given to it must be fulfilled or failed, now or later. */
export interface ProviderDelegate {
  /** Every call of this provider is gone: stop audio, forget dialogs and pending actions, answer none of them. */
  providerDidReset(provider: Provider): void
  /** The provider is registered, anew after a reset. Asynchronous; nothing needs to wait for it. */
  providerDidBegin?(provider: Provider): void
  /** Before the actions of a transaction. True: every action of it is completed by the delegate itself. */
  execute?(provider: Provider, transaction: Transaction): boolean
  /** Fulfil when the invitation was sent, with that time. */
  performStart?(provider: Provider, action: ActionOf<'start'>): void
  /** Fulfil when both sides can communicate. */
  performAnswer?(provider: Provider, action: ActionOf<'answer'>): void
  /** Hang up, decline or ring time-out; the call's state tells which. Fulfil quickly. */
  performEnd?(provider: Provider, action: ActionOf<'end'>): void
  /** Hold or resume. Fulfil when the far end has agreed; from then on the call is held or active. */
  performSetHeld?(provider: Provider, action: ActionOf<'setHeld'>): void
  /** Silence the microphone of this call, or open it; the far end is not asked. */
  performSetMuted?(provider: Provider, action: ActionOf<'setMuted'>): void
  /** Joining somebody who stands alone, the two form a conference; see `groupToJoin` for its id. */
  performSetGroup?(provider: Provider, action: ActionOf<'setGroup'>): void
  /** Fulfil when the digits are queued. */
  performPlayDtmf?(provider: Provider, action: ActionOf<'playDtmf'>): void
  /** Translate what is said, or stop to. Fulfil with `fulfillUsing` when another engine than the system's does it. */
  performSetTranslating?(provider: Provider, action: ActionOf<'setTranslating'>): void
  /**
   * Hand the far end over (RFC 3515). Fulfil when it has reached whom it was handed to, fail when it has not; progress comes by
   * `reportTransferProgress`. Fulfilled, the call is over for the phone, and an attended one's other call too.
   */
  performTransfer?(provider: Provider, action: ActionOf<'transfer'>): void
  /** Send a ringing call elsewhere. Fulfil when the 302 was sent. */
  performDeflect?(provider: Provider, action: ActionOf<'deflect'>): void
  /** Tell the far end that nobody will be called for it. */
  performRefuseReferral?(provider: Provider, action: ActionOf<'refuseReferral'>): void
  /** The action passed its deadline and has failed: undo what was begun, complete nothing. */
  timedOutPerforming?(provider: Provider, action: Action): void
  /** The sound of this call may reach the speaker and the wire, until `didDeactivateAudio`. */
  didActivateAudio?(provider: Provider, callId: CallId): void
  /** The call is over, or somebody is hanging up on it: nothing of it is to be heard any more, and nobody is to hear us. */
  didDeactivateAudio?(provider: Provider, callId: CallId): void
}
