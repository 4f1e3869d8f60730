/*
 * Requests the guard answers itself, because sip.js would throw at them, refuse them, swallow them or drown in them: PRACK,
 * UPDATE, MESSAGE, too many INVITEs. It also remembers which Call-IDs callers chose. It sends nothing but answers.
 */
import type { UserAgent } from 'sip.js'
import type { Clock } from '../../../../common/clock'
import { allowedMethods } from './allowed-methods'
import type { InDialogRequest } from './in-dialog-request'
import { InviteGate } from './invite-gate'
import type { Passed } from './header-check'
import type { ReplyParts } from './reply'
import { headerValue, type WireMessage } from '../../../../common/wire-message'

/** Names a dialog from our side (RFC 3261 section 12). */
export interface DialogName {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
}

interface Ways {
  reply(request: WireMessage, status: number, extra?: readonly string[], parts?: ReplyParts): void
  note(note: string): void
  /** False when nobody takes it. */
  onUpdate(update: InDialogRequest): boolean
  /** False when nobody waits for it. */
  onPrack(prack: InDialogRequest): boolean
}

const MAX_PEER_CALL_IDS = 1_024

export class OwnAnswers {
  readonly #ways: Ways
  readonly #inviteGate: InviteGate
  readonly #peerCallIds = new Set<string>()
  #userAgent: UserAgent | null = null

  constructor(clock: Clock, ways: Ways) {
    this.#inviteGate = new InviteGate(clock)
    this.#ways = ways
  }

  attach(userAgent: UserAgent): void {
    this.#userAgent = userAgent
  }

  /** True for a Call-ID of an INVITE that came in. */
  isPeerDialog(callId: string): boolean {
    return this.#peerCallIds.has(callId)
  }

  /** A final answer to an INVITE was sent. */
  inviteAnswered(branch: string): void {
    this.#inviteGate.answered(branch)
  }

  /** True when the request was answered here and must not reach sip.js. */
  answer(passed: Passed): boolean {
    const { method, message, toTag } = passed
    if (method === 'PRACK') return this.#answerPrack(passed)
    // In a call sip.js would say 200 to a text that nobody reads: its writer must know that it did not arrive (RFC 3428 section 4).
    if (method === 'MESSAGE' && toTag !== '') {
      this.#ways.reply(message, 405, [`Allow: ${allowedMethods}`])
      return true
    }
    if (method === 'MESSAGE' && !/^\s*text\/plain\b/i.test(headerValue(message, 'content-type') ?? '')) {
      this.#ways.reply(message, 415, ['Accept: text/plain'])
      return true
    }
    if (method === 'UPDATE') return this.#answerUpdate(passed)
    return method === 'INVITE' && toTag === '' && !this.#admit(passed)
  }

  #admit({ message, branch, callId }: Passed): boolean {
    const caller = /sips?:[^;>?]*/i.exec(headerValue(message, 'from') ?? '')?.[0] ?? ''
    if (!this.#inviteGate.admits(branch, caller)) {
      this.#ways.note('answered 486 too many calls')
      this.#ways.reply(message, 486)
      return false
    }
    this.#peerCallIds.add(callId)
    const oldest = this.#peerCallIds.size > MAX_PEER_CALL_IDS ? this.#peerCallIds.values().next().value : undefined
    if (oldest !== undefined) this.#peerCallIds.delete(oldest)
    return true
  }

  /** RFC 3262 section 3: what acknowledges nothing of ours is told so. */
  #answerPrack(passed: Passed): true {
    const prack = this.#inDialog(passed)
    if (prack !== null && !this.#ways.onPrack(prack)) prack.reply(481)
    return true
  }

  /** RFC 3311: whoever keeps the dialog answers. Where nobody does, a refresh without an offer is accepted. */
  #answerUpdate(passed: Passed): true {
    const update = this.#inDialog(passed)
    if (update !== null && !this.#ways.onUpdate(update)) this.#refuseUpdate(update)
    return true
  }

  /** null: it was refused, for it is in no dialog that is known here. */
  #inDialog({ message, callId, toTag, fromTag, sequence }: Passed): InDialogRequest | null {
    const known = this.#userAgent?.userAgentCore.dialogs.has(callId + toTag + fromTag) ?? false
    if (toTag === '' || !known) {
      this.#ways.reply(message, 481)
      return null
    }
    let answered = false
    return {
      dialog: { callId, localTag: toTag, remoteTag: fromTag },
      sequence,
      body: message.body,
      header: (name) => headerValue(message, name),
      reply: (status, lines = [], sdp) => {
        if (answered) return
        answered = true
        const allow = status === 200 ? [`Allow: ${allowedMethods}`] : []
        this.#ways.reply(message, status, [...allow, ...lines], { sdp })
      },
    }
  }

  #refuseUpdate(update: InDialogRequest): void {
    if (update.body !== '') return update.reply(488)
    const lines = [`Contact: ${this.#userAgent?.contact.toString() ?? ''}`]
    const interval = /^\d{1,6}/.exec(update.header('session-expires') ?? '')?.[0]
    // RFC 4028 section 9: the far end refreshes; without the header the session would count as unlimited.
    if (interval) lines.push(`Session-Expires: ${interval};refresher=uac`, 'Require: timer')
    update.reply(200, lines)
  }
}
