/*
 * The two ways to hand a far end on: to an address, and to whoever we talk to in another call. Both become one REFER; what follows is
 * the transfer's.
 */
import { Inviter, SessionState, UserAgent, type URI } from 'sip.js'
import { refused, type Result } from '../../../common/errors'
import { hangUp } from './end'
import type { LiveCall } from './live-call'
import { replacesOf } from './replaces'
import { Transfer } from './transfer'

/** A cancelled INVITE is gone within this, or the REFER goes out all the same, ms. */
const cancelPatience = 2_000

/** `target`: a SIP URI. Resolves when the far end was handed on, or stays. */
export function transfer(call: LiveCall, target: string): Result | Promise<Result> {
  const uri = UserAgent.makeURI(target)
  if (uri === undefined || uri.scheme !== 'sip' || !uri.host) return refused('invalid-target')
  if (!isFree(call)) return refused('invalid-action')
  return new Transfer({ call, referTo: `<${address(uri)}>`, consultation: null }).result
}

/**
 * Hands the far end of `call` to that of `other`, which may still be ringing (RFC 5589 sections 7.1 and 6) and may be another account's:
 * its address is one that reaches it, or the far end says that it does not.
 */
export function transferToCall(call: LiveCall, other: LiveCall): Result | Promise<Result> {
  if (call === other || !isFree(call)) return refused('invalid-action')
  const { session } = other
  if (other.stage === 'alerting' && session instanceof Inviter) return afterCancelling(call, other, session)
  const dialog = session?.dialog
  if (other.stage !== 'established' || other.transfer !== null || !dialog) return refused('invalid-action')
  const replaces = encodeURIComponent(replacesOf(dialog))
  const referTo = `${nameOf(other)}<${address(dialog.remoteTarget)}?Replaces=${replaces}>`
  return new Transfer({ call, referTo, consultation: other }).result
}

const isFree = (call: LiveCall): boolean =>
  call.stage === 'established' && call.transfer === null && call.session?.state === SessionState.Established

/** Nobody there can be replaced yet: the ringing is taken back, and the far end told to ring there itself. */
async function afterCancelling(call: LiveCall, other: LiveCall, inviter: Inviter): Promise<Result> {
  const referTo = `<${address(inviter.request.ruri)}>`
  const gone = new Promise<void>((resolve) => {
    inviter.stateChange.addListener((state) => {
      if (state === SessionState.Terminated) resolve()
    })
    call.later(resolve, cancelPatience)
    void call.ended.then(resolve)
  })
  hangUp(other, 'transferred')
  await gone
  if (call.stage === 'ended') return refused('failed', 'the call ended')
  if (!isFree(call)) return refused('invalid-action')
  return new Transfer({ call, referTo, consultation: null }).result
}

/** Whoever is handed over sees it: the address of a dialog is a device's, which says nothing to people. '' when nothing is known. */
function nameOf({ care }: LiveCall): string {
  const { name, handle } = care?.farEnd ?? { name: null, handle: { value: '' } }
  const shown = name ?? handle.value
  return shown === '' ? '' : `"${shown.replace(/["\\]/g, '\\$&')}" `
}

function address(uri: URI): string {
  const plain = uri.clone()
  plain.clearHeaders()
  return plain.toString()
}
