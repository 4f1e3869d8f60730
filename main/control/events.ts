/*
 * What changed between two states of the phone, as the lines `events` prints. The counters of a call's media, and who
 * speaks, change every second and are not news; `status` has them. Pure.
 */
import { isDeepStrictEqual } from 'node:util'
import type { RequestErrorCode } from '../../common/errors'
import type { AccountState, CallView, PhoneState } from '../../common/phone-state'
import type { ActionKind } from '../callkit/action'
import type { ActionEvent } from '../callkit/action-events'
import type { Originator } from '../callkit/verbs'
import { iso, statusAccount, statusCall, statusOf, type Status, type StatusAccount, type StatusCall } from './status'

/** One line. `at`: ISO 8601. */
export type ControlEvent =
  /** The first line: everything as it is now. */
  | ({ readonly event: 'status'; readonly at: string } & Status)
  /** An account is new, or its name, address or registration changed. */
  | { readonly event: 'registration'; readonly at: string; readonly account: StatusAccount }
  | { readonly event: 'account-removed'; readonly at: string; readonly account: StatusAccount }
  /** A call is new or changed. */
  | { readonly event: 'call'; readonly at: string; readonly call: StatusCall }
  /** What became of something that was asked for. It names no digits and no numbers. */
  | {
      readonly event: 'action'
      readonly type: ActionEvent['type']
      readonly action: ActionKind
      readonly call: string
      /** Who asked: window, tray, notification, headset, url, control or policy. */
      readonly originator: Originator
      readonly transaction: string
      /** Why it was not done, as the codes of errors; null unless `failed` or `timed-out`. */
      readonly error: RequestErrorCode | null
      /** What the network said of it, such as `SIP 404 Not Found`; null when it said nothing. */
      readonly detail: string | null
      readonly at: string
    }
  | {
      readonly event: 'ended'
      readonly at: string
      readonly call: StatusCall
      readonly cause: string | null
      readonly sipStatus: number | null
      readonly reason: string | null
    }

export const firstEvent = (state: PhoneState, electron: string, now: number): ControlEvent => ({
  event: 'status',
  at: iso(now),
  ...statusOf(state, electron, now),
})

export const actionEvent = ({
  type,
  kind,
  callId,
  by,
  transactionId,
  code,
  detail,
  at,
}: ActionEvent): ControlEvent => ({
  event: 'action',
  type,
  action: kind,
  call: callId,
  originator: by,
  transaction: transactionId,
  error: code,
  detail,
  at: iso(at),
})

/** `now`: wall-clock ms. */
export function eventsBetween(before: PhoneState, after: PhoneState, now: number): ControlEvent[] {
  const at = iso(now)
  const events: ControlEvent[] = []
  if (before.accounts !== after.accounts) {
    const old = new Map(before.accounts.map((state) => [state.account.id, state]))
    for (const state of after.accounts) {
      const { id } = state.account
      if (!isDeepStrictEqual(worthTelling(old.get(id)), worthTelling(state)))
        events.push({ event: 'registration', at, account: statusAccount(state, now) })
      old.delete(id)
    }
    for (const account of [...old.values()].map((state) => statusAccount(state, now)))
      events.push({ event: 'account-removed', at, account })
  }
  if (before.calls !== after.calls) {
    // A call that leaves no trace is not told of, nor is its end once it is one.
    const untold = new Set(after.calls.filter((view) => view.private).map(({ call }) => call.id))
    const told = (view: CallView): boolean => !view.private && !untold.has(view.call.id)
    const old = new Map(before.calls.filter(told).map((view) => [view.call.id, view]))
    for (const view of after.calls.filter(told)) {
      const was = old.get(view.call.id)
      old.delete(view.call.id)
      if (was && isDeepStrictEqual(withoutCounters(was), withoutCounters(view))) continue
      if (view.call.state !== 'ended') events.push({ event: 'call', at, call: statusCall(view) })
      else if (was?.call.state !== 'ended') events.push(endedEvent(view, at))
    }
    for (const view of old.values()) if (view.call.state !== 'ended') events.push(endedEvent(view, at))
  }
  return events
}

function endedEvent(view: CallView, at: string): ControlEvent {
  const { call } = view
  const end = call.state === 'ended' ? call : null
  return {
    event: 'ended',
    at,
    call: { ...statusCall(view), state: 'ended' },
    cause: end?.cause ?? null,
    sipStatus: end?.sipStatus ?? null,
    reason: end?.reason ?? null,
  }
}

function withoutCounters(view: CallView): unknown {
  const { media, speaking: _, ...rest } = statusCall(view)
  const remoteHeld = 'remoteHeld' in view.call && view.call.remoteHeld
  return { ...rest, codec: media.codec, remoteHeld }
}

/** Proofs of being reachable come all the time; only a doubt is news. */
const worthTelling = (state: AccountState | undefined): unknown =>
  state && [
    state.account.name,
    state.account.uri,
    state.registration.state,
    reasonOf(state),
    state.reach?.doubt ?? null,
    state.flows?.map(({ registration }) => registration.state),
  ]

const reasonOf = ({ registration }: AccountState): string | null =>
  registration.state === 'failed' ? registration.reason : null
