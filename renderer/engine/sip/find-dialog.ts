/*
 * Which of the calls a dialog belongs to, also while it is early. It changes nothing.
 */
import { Inviter } from 'sip.js'
import type { DialogName } from './guard/own-answers'
import type { LiveCall } from './live-call'

export function findByDialog(calls: Iterable<LiveCall>, name: DialogName): LiveCall | undefined {
  for (const call of calls) if (isIn(call, name)) return call
  return undefined
}

function isIn({ session }: LiveCall, { callId, localTag, remoteTag }: DialogName): boolean {
  const dialog = session?.dialog
  if (dialog) return dialog.callId === callId && dialog.localTag === localTag && dialog.remoteTag === remoteTag
  // Before the answer sip.js gives a caller's session no dialog; whether there is one of that name, the core knows.
  if (!(session instanceof Inviter)) return false
  const { request, userAgent } = session
  const isOurs = request.callId === callId && request.fromTag === localTag
  return isOurs && userAgent.userAgentCore.dialogs.has(callId + localTag + remoteTag)
}
