/*
 * Whether an incoming call may ring, decided before anything is heard or shown of it. Pure; it knows the calls that are
 * up and what the user wishes; who is not to be heard at all it is told by a screen.
 */
import { canEnd, type Call, type CallId } from '../../common/call'
import type { ProviderConfiguration } from './configuration'
import { callKitError, type IncomingCallError } from './errors'
import { isForeground } from './foreground'

/** Whether an incoming call may ring, and what to do with one that may not. */
export type Admission =
  /** `waiting`: another call has or had the user's ear, so this one alerts softly. */
  | { readonly ok: true; readonly waiting: boolean }
  /** `sipStatus`: what the caller is told; null: nothing, it rings there and nobody answers. `recorded`: the user will find it. */
  | {
      readonly ok: false
      readonly error: IncomingCallError
      readonly sipStatus: number | null
      readonly recorded: boolean
    }

/** What the user wishes of incoming calls. */
export interface CallWishes {
  /** No call rings: it is refused as `filteredByDoNotDisturb` and found among the missed ones. */
  readonly doNotDisturb: boolean
  /** What a call meets while another is up: it alerts, or hears busy (`callWaitingDisabled`). */
  readonly callWaiting: 'alert' | 'busy'
}

/** Why somebody is not to be heard, whoever else calls. */
export type ScreenedOut = Extract<
  IncomingCallError['name'],
  | 'filteredByDoNotDisturb'
  | 'filteredByBlockList'
  | 'filteredDuringRestrictedSharingMode'
  | 'callIsProtected'
  | 'filteredBySensitiveParticipants'
>

/** The same with what the caller is told; null: nothing at all. */
export interface Refusal {
  readonly name: ScreenedOut
  readonly sipStatus: number | null
}

/** What the caller is told: 603 is for good, 480 only for now, and lets other phones ring on. */
const screenStatus: Readonly<Record<ScreenedOut, number>> = {
  filteredByDoNotDisturb: 480,
  filteredByBlockList: 603,
  filteredDuringRestrictedSharingMode: 480,
  callIsProtected: 480,
  filteredBySensitiveParticipants: 603,
}

/** `screenedOut` null: nothing is held against this caller. `counts`: whether a call is one of those the limit is about. */
export function admission(
  callId: CallId,
  calls: readonly Call[],
  configuration: ProviderConfiguration,
  wishes: CallWishes,
  screenedOut: ScreenedOut | Refusal | null = null,
  counts: (call: Call) => boolean = () => true,
): Admission {
  const refuse = (name: IncomingCallError['name'], sipStatus: number | null, recorded = true): Admission => ({
    ok: false,
    error: callKitError('incomingCall', name, { callId }),
    sipStatus,
    recorded,
  })
  // A call that is on its way out takes nobody's place.
  const up = calls.filter(canEnd)
  // The same INVITE again: a merged request, RFC 3261 section 8.2.2.2.
  if (calls.some((call) => call.id === callId && call.state !== 'ended')) {
    return refuse('callUUIDAlreadyExists', 482, false)
  }
  if (typeof screenedOut === 'string') return refuse(screenedOut, screenStatus[screenedOut])
  if (screenedOut) return refuse(screenedOut.name, screenedOut.sipStatus)
  if (wishes.doNotDisturb) return refuse('filteredByDoNotDisturb', 480)
  if (wishes.callWaiting === 'busy' && up.length > 0) return refuse('callWaitingDisabled', 486)
  const groups = new Set(up.filter(counts).map(({ id, groupId }) => groupId ?? id))
  if (groups.size >= configuration.maximumCallGroups) return refuse('maximumCallGroupsReached', 486)
  return { ok: true, waiting: up.some((call) => isForeground(call) || call.state === 'held') }
}
