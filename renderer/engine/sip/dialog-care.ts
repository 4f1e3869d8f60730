/*
 * What keeps the dialog of one call healthy beside what the user does in it: turns of re-INVITEs, the session's timer, the search for
 * ghosts, the name of the far end, and UPDATE. It changes nothing of the call but through its verbs and reports.
 */
import { Inviter, type Core, type Invitation } from 'sip.js'
import { answerUpdate } from './answer-update'
import { askInDialog } from './ask-in-dialog'
import { ConnectedIdentity } from './connected-identity'
import { hangUp } from './end'
import { reportRemoteHold } from './follow'
import { GhostWatch } from './ghost-watch'
import type { InDialogRequest } from './guard/in-dialog-request'
import type { GuardingTransport } from './guard/guarding-transport'
import { assertedIn, identify, type Identity } from './identity'
import type { LiveCall } from './live-call'
import { gateReinvites, sayMore } from './reinvite-gate'
import { ReinviteQueue } from './reinvite-queue'
import { reinvite, renegotiate } from './renegotiate'
import { dialogInside, insideOf } from './session-inside'
import type { ReadHeader } from './session-interval'
import { SessionTimer } from './session-timer'
import { WayWatch } from './way-watch'

const reading =
  (message: Core.IncomingMessage): ReadHeader =>
  (name) =>
    message.getHeader(name)
/** 64 times T1 (RFC 3261 section 13.3.1.4), ms. */
const ackLimit = 32_000

/** The line a dialog is on, as far as this needs it. */
export interface DialogLine {
  random(): number
}

export class DialogCare {
  readonly reinvites: ReinviteQueue
  readonly timer: SessionTimer
  readonly ghosts: GhostWatch
  readonly ways: WayWatch
  /** The tags of all who answered our INVITE with a description: several when it forked. */
  readonly forks = new Set<string>()
  readonly #call: LiveCall
  readonly #session: Invitation | Inviter
  readonly #random: () => number
  readonly #identity: ConnectedIdentity
  #takesUpdate = false
  #answering = false
  #closed = false

  constructor(call: LiveCall, session: Invitation | Inviter, line: DialogLine) {
    const random = (): number => line.random()
    this.#call = call
    this.#session = session
    this.#random = random
    this.#identity = identityOf(call, session)
    this.timer = new SessionTimer({
      later: (task, ms) => call.later(task, ms),
      refresh: () => this.#refresh(),
      expire: () => this.#isCurrent && hangUp(call, 'session-expired'),
    })
    this.ghosts = new GhostWatch({
      now: () => call.surroundings.clock.now(),
      expectsSound: () => !call.held && !call.media.remoteHeld,
      doubt: () => this.#transport.probeKeenly(),
      probe: () => this.#probe(),
    })
    this.ways = new WayWatch({
      now: () => call.surroundings.clock.now(),
      expectsSound: () => !call.held && !call.media.remoteHeld,
      tellAgain: () => this.#isCurrent && void renegotiate(call),
    })
    this.reinvites = new ReinviteQueue({
      session,
      clock: call.surroundings.clock,
      ownsCallId: session instanceof Inviter,
      random,
      isTheirTurn: () => this.#answering || dialogInside(session)?.reinviteUserAgentServer !== undefined,
      lines: () => this.timer.offer(),
      onAccepted: (answer) => this.accepted(answer),
      onTooBrief: (answer) => this.timer.tooBrief(reading(answer)),
    })
    gateReinvites(session, {
      random,
      isAnswering: () => this.#answering,
      linesFor: (request) => {
        this.#expectAck()
        return this.#heard(reading(request))
      },
    })
    const { incomingInviteRequest } = insideOf(session)
    if (session instanceof Inviter) session.request.extraHeaders.push(...this.timer.offer())
    else if (incomingInviteRequest) sayMore(incomingInviteRequest, () => this.#heard(reading(session.request)))
    call.onEnd(() => this.close())
  }

  /** A request of ours that may refresh the session was answered 2xx. */
  accepted(answer: Core.IncomingResponseMessage): void {
    this.#accepted(reading(answer))
  }

  /** An UPDATE in this dialog. */
  takeUpdate(update: InDialogRequest): void {
    const { media, descriptions } = this.#call
    void answerUpdate(update, {
      session: this.#session,
      media,
      descriptions,
      random: this.#random,
      isAnswering: () => this.#answering,
      setAnswering: (answering) => (this.#answering = answering),
      heard: () => this.#heard((name) => update.header(name)),
      onOffer: () => reportRemoteHold(this.#call),
    })
  }

  /** The INVITE was just sent: it is sent again when a server on its way calls the interval too short (RFC 4028 section 7.3). */
  repeatAsWanted(): void {
    const client = insideOf(this.#session).outgoingInviteRequest
    if (client === undefined) return
    const ordinary = client.authenticationGuard.bind(client)
    client.authenticationGuard = (answer, dialog) => {
      if (answer.statusCode !== 422 || !this.timer.tooBrief(reading(answer))) return ordinary(answer, dialog)
      const { message } = client
      const others = message.extraHeaders.filter((line) => !/^(session-expires|min-se):/i.test(line))
      message.extraHeaders = [...others, ...this.timer.offer()]
      message.cseq += 1
      message.setHeader('cseq', `${message.cseq} INVITE`)
      this.#call.provisional = false
      client.init()
      return false
    }
  }

  /** The connection is gone: an answer to what was asked on it will not come, and what is asked next need not wait for it. */
  connectionLost(): void {
    dialogInside(this.#session)?.reinviteUserAgentClient?.onTransportError(new Error('connection lost'))
  }

  /**
   * It rings here, and the connection is another: a caller who has given up, and a server that was started anew, tell nobody any more. False when the
   * far end says that it knows of no such call; whoever does not answer, or not this, may still be waiting.
   */
  async isWaiting(): Promise<boolean> {
    const answer = await askInDialog(this.#session, 'OPTIONS')
    return !this.#isCurrent || answer === null || answer.local || answer.status !== 481
  }

  /** Who is at the other end, as well as it is known. */
  get farEnd(): Identity {
    return this.#identity.current
  }

  close(): void {
    this.#closed = true
    this.timer.stop()
    this.reinvites.close()
  }

  /** Another dialog may have taken the place of this one (RFC 3891). */
  get #isCurrent(): boolean {
    return !this.#closed && this.#call.session === this.#session && this.#call.stage !== 'ended'
  }

  /** A request of theirs is being answered 2xx: what it says takes effect. Returns what the answer must say. */
  #heard(header: ReadHeader): readonly string[] {
    this.#takesUpdate = allowsUpdate(header) ?? this.#takesUpdate
    this.#introduce('request', header)
    return this.timer.answer(header)
  }

  #accepted(header: ReadHeader): void {
    if (this.#closed) return
    this.#takesUpdate = allowsUpdate(header) ?? this.#takesUpdate
    this.timer.accepted(header)
    this.#introduce('response', header)
  }

  #introduce(kind: 'request' | 'response', header: ReadHeader): void {
    const identity = this.#identity.heard(kind, header)
    if (identity === null || !this.#isCurrent) return
    this.#call.report({ type: 'updated', callId: this.#call.id, ...identity })
  }

  /** sip.js lets nobody ask again in a dialog whose re-INVITE never got its ACK; here the far end is asked whether it is still there. */
  #expectAck(): void {
    const dialog = dialogInside(this.#session)
    const answered = dialog?.reinviteUserAgentServer
    this.#call.later(() => {
      if (dialog === undefined || dialog.reinviteUserAgentServer !== answered || !this.#isCurrent) return
      dialog.reinviteUserAgentServer = undefined
      void this.#probe()
    }, ackLimit)
  }

  async #refresh(): Promise<void> {
    if (!this.#isCurrent) return
    if (this.#takesUpdate && (await this.#update())) return
    if (this.#isCurrent) await reinvite(this.#call)
  }

  /** False when the far end does not take UPDATE after all, or wants to be asked another way. */
  async #update(tries = 2): Promise<boolean> {
    const answer = await askInDialog(this.#session, 'UPDATE', this.timer.offer())
    this.#call.recordDialog()
    if (answer === null || !this.#isCurrent) return true
    const { status, header } = answer
    if (status < 300) {
      this.#accepted(header)
      return true
    }
    if (isGone(status)) {
      hangUp(this.#call, 'connection-lost')
      return true
    }
    if (status === 422 && tries > 0 && this.timer.tooBrief(header)) return this.#update(tries - 1)
    if (status === 405 || status === 501) this.#takesUpdate = false
    return status === 503 && answer.local
  }

  async #probe(): Promise<void> {
    const connection = this.#connection
    const method = this.#takesUpdate ? 'UPDATE' : 'OPTIONS'
    const answer = await askInDialog(this.#session, method, method === 'UPDATE' ? this.timer.offer() : [])
    this.#call.recordDialog()
    // On a new connection the dialog is asked anew; the answer to this question went the old way.
    if (answer === null || !this.#isCurrent || connection !== this.#connection) return
    if (isGone(answer.status)) hangUp(this.#call, 'connection-lost')
    else if (method === 'UPDATE' && answer.status < 300) this.#accepted(answer.header)
  }

  get #connection(): number {
    return this.#transport.generation
  }

  get #transport(): GuardingTransport {
    return this.#session.userAgent.transport as GuardingTransport
  }
}

/** The dialog is over, or nobody answers in it (RFC 3261 section 12.2.1.2). */
export const isGone = (status: number | null): boolean => status === 481 || status === 408

/** null: it says nothing about what it takes. */
function allowsUpdate(header: ReadHeader): boolean | null {
  const allow = header('allow')
  return allow === undefined ? null : /\bUPDATE\b/i.test(allow)
}

function identityOf({ ownHost }: LiveCall, session: Invitation | Inviter): ConnectedIdentity {
  if (session instanceof Inviter) return new ConnectedIdentity(ownHost, { known: null, from: session.remoteIdentity })
  const known = identify(ownHost, assertedIn(reading(session.request)), session.remoteIdentity)
  return new ConnectedIdentity(ownHost, { known, from: session.remoteIdentity })
}

/** For a call whose session is there, before anything is said in it. */
export function keepDialog(call: LiveCall, line: DialogLine): void {
  call.care?.close()
  call.care = call.session === null ? null : new DialogCare(call, call.session, line)
}
