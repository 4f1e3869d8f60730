/*
 * What a call is: one discriminated union, and the predicates that both enable a button and guard the command behind it. How it changes
 * is call-transition.ts. Pure; knows neither SIP nor Electron nor the screen.
 */
import type { EndCause } from './errors'
import type { Handle } from './handle'

/** A call's UUID; chosen by main for both directions. */
export type CallId = string

/** Who called whom: `incoming` rings here. */
export type Direction = 'incoming' | 'outgoing'

/** What the far end and the dialog allow (CXCallUpdate). */
export interface Capabilities {
  readonly holding: boolean
  readonly grouping: boolean
  readonly ungrouping: boolean
  readonly dtmf: boolean
}

/** Until an update says otherwise: hold and DTMF become possible with the connection, grouping is off. */
export const defaultCapabilities: Capabilities = { holding: true, grouping: false, ungrouping: false, dtmf: true }

/** What is true of a call in every state. Times are wall-clock ms since the epoch. */
export interface CallFacts {
  readonly id: CallId
  readonly accountId: string
  readonly direction: Direction
  readonly handle: Handle
  /** The caller's name as the network gave it, already stripped of control and bidi characters; null when there is none. */
  readonly name: string | null
  /** When the call was created here. */
  readonly startedAt: number
  readonly capabilities: Capabilities
  /** It came while another call was up: alerts softly, with the call-waiting tone. */
  readonly waiting: boolean
  /** The conference it is part of, the same for all members (CXSetGroupCallAction); null when it stands alone. */
  readonly groupId: string | null
  /** The call is one with pictures; left out: it is not. */
  readonly hasVideo?: boolean
  /** Made to ask somebody whether they take over this other call; left out: a call of its own. */
  readonly consultationOf?: CallId
}

/** A transfer under way, as the far end tells of it (RFC 3515 section 2.4.4). */
export interface Transfer {
  /** `blind`: to an address. `attended`: to somebody we have a call with. */
  readonly kind: 'blind' | 'attended'
  readonly to: Handle
  /** The call it is handed to; null for a blind transfer. */
  readonly toCallId: CallId | null
  readonly progress: 'asked' | 'trying' | 'ringing'
}

/** The far end asks us to call somebody in its stead (REFER). Nothing is dialled before the user agrees. */
export interface Referral {
  readonly handle: Handle
  /** What they are called by whoever asks: their address may be a device's, which nobody knows. Left out or null: nothing. */
  readonly name?: string | null
  /** The SIP URI for the wire, as the far end gave it. */
  readonly target: string
  /** Who asks, when the far end says so (Referred-By). */
  readonly by: Handle | null
}

/**
 * ```
 *                     answer()                    connected
 *    incoming ───────────────────▶ connecting ───────────────▶ active ◀──────▶ held
 *       │                              ▲                         │   setHeld     │
 *       │      180/183       200       │                         │               │
 *    dialing ───────▶ alerting ────────┘                         │               │
 *       │               │                                        │               │
 *       └───────┬───────┴───────────────┬────────────────────────┴───────┬───────┘
 *               ▼ end() requested       ▼                                ▼ ended reported
 *             ending ───────────────────────────────────────────▶ ended { cause, sipStatus?, reason?, at }
 * ```
 */
export type Call = CallFacts & CallPhase

/** The state a call is in, and what is true in that state alone. */
export type CallPhase =
  | { readonly state: 'incoming' }
  | { readonly state: 'dialing' }
  | { readonly state: 'alerting'; readonly earlyMedia: boolean }
  | { readonly state: 'connecting'; readonly muted: boolean }
  | Talking<'active'>
  | Talking<'held'>
  | { readonly state: 'ending'; readonly connectedAt: number | null; readonly cause: EndCause }
  | Ended

/** A conversation, held or not. */
export type Talking<State extends string> = {
  readonly state: State
  readonly muted: boolean
  /** The far end holds us (its SDP said sendonly or inactive). */
  readonly remoteHeld: boolean
  readonly connectedAt: number
  readonly transfer: Transfer | null
  readonly referral: Referral | null
  /** Digits that wait for the user's word before they are sent (after `;` in a dialled number): how many, 0 for none. */
  readonly digitsWaiting: number
}

/** A call that is over, and what ended it. */
export type Ended = {
  readonly state: 'ended'
  readonly cause: EndCause
  /** The SIP status that ended it, 100 to 699; null when none did. */
  readonly sipStatus: number | null
  /** The reason phrase or Reason header text of the wire, for the details line; null when there was none. */
  readonly reason: string | null
  readonly at: number
  readonly connectedAt: number | null
}

/** The states a call can be in. */
export type CallState = Call['state']
/** A call that has not ended. */
export type LiveCall = Exclude<Call, { state: 'ended' }>

/** It is a conversation, held or not. */
export const isTalking = (call: Call): call is CallFacts & (Talking<'active'> | Talking<'held'>) =>
  call.state === 'active' || call.state === 'held'

/** When both sides could first communicate, or null. */
export function connectedAt(call: Call): number | null {
  switch (call.state) {
    case 'active':
    case 'held':
    case 'ending':
    case 'ended':
      return call.connectedAt
    case 'incoming':
    case 'dialing':
    case 'alerting':
    case 'connecting':
      return null
  }
}

/** It has not ended. */
export const isLive = (call: Call): call is Call & LiveCall => call.state !== 'ended'

/** It rings here, and nobody answered yet. */
export function canAnswer(call: Call): boolean {
  return call.state === 'incoming'
}

/** It is not over, nor on its way there. */
export function canEnd(call: Call): boolean {
  return call.state !== 'ending' && call.state !== 'ended'
}

/** It is active, and the far end lets itself be held. */
export function canHold(call: Call): boolean {
  return call.state === 'active' && call.capabilities.holding
}

/** It is held here. */
export function canResume(call: Call): boolean {
  return call.state === 'held'
}

/** Mute is possible from the moment the microphone may be open. */
export function canMute(call: Call): boolean {
  switch (call.state) {
    case 'connecting':
    case 'active':
    case 'held':
      return true
    case 'incoming':
    case 'dialing':
    case 'alerting':
    case 'ending':
    case 'ended':
      return false
  }
}

/** Digits can be sent while media flows our way out; a held call cannot. */
export function canPlayDtmf(call: Call): boolean {
  return call.state === 'active' && call.capabilities.dtmf
}

/** A call that rings here can be sent to somebody else (302). */
export function canDeflect(call: Call): boolean {
  return call.state === 'incoming'
}

/** Somebody we talk to, or hold, can be handed to somebody else, one transfer at a time. */
export function canTransfer(call: Call): boolean {
  return isTalking(call) && call.transfer === null && call.groupId === null
}

/**
 * `call` can be handed to the far end of `to`: one we talk to or hold, or one we are ringing (semi-attended). They may be of two
 * accounts: whether their servers reach each other turns out when it is tried, and what cannot be handed over comes back.
 */
export function canTransferTo(call: Call, to: Call): boolean {
  const reachable = to.state === 'alerting' || isTalking(to)
  return canTransfer(call) && call.id !== to.id && reachable
}

/** The consultation this call is part of, on either side, while it may still be completed; null: none. */
export function consultationWith(
  call: Call,
  calls: readonly Call[],
): { readonly from: Call; readonly to: Call } | null {
  for (const to of calls) {
    const from = calls.find(({ id }) => id === to.consultationOf)
    if (from && (call.id === to.id || call.id === from.id) && canTransfer(from) && canEnd(to)) return { from, to }
  }
  return null
}

/** The two calls can be one conference. Whether it has room is the provider's to say. */
export function canGroup(call: Call, other: Call): boolean {
  const apart = call.groupId === null || call.groupId !== other.groupId
  return (
    call.id !== other.id &&
    apart &&
    [call, other].every((one) => isTalking(one) && one.capabilities.grouping && one.transfer === null)
  )
}

/** It is in a conference that it may leave. */
export function canUngroup(call: Call): boolean {
  return isTalking(call) && call.groupId !== null && call.capabilities.ungrouping
}

/** Members of the call's conference, itself included; only itself when it stands alone. */
export function groupOf(call: Call, calls: readonly Call[]): readonly Call[] {
  return call.groupId === null ? [call] : calls.filter((one) => isLive(one) && one.groupId === call.groupId)
}

/** Whether the microphone of this call is silenced by its user. */
export function isMuted(call: Call): boolean {
  return canMute(call) && 'muted' in call && call.muted
}

/** An incoming call that nobody here answered and nobody elsewhere took. */
export function isMissed(call: Call): boolean {
  return (
    call.state === 'ended' &&
    call.direction === 'incoming' &&
    call.connectedAt === null &&
    (call.cause === 'remote-cancelled' ||
      call.cause === 'unanswered' ||
      call.cause === 'connection-lost' ||
      call.cause === 'interrupted')
  )
}
