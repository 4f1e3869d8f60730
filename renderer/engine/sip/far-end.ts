/*
 * The other end of the demo line: a server and a talker in one sip.js user agent. It takes registrations without a password, answers
 * calls to `echo` and `600` with what it hears, and calls back when asked. It knows no account and no port; its network is a socket.
 */
import {
  Inviter,
  SessionState,
  UserAgent,
  type Core,
  type Invitation,
  type Session,
  type SessionDescriptionHandler,
} from 'sip.js'
import type { Clock } from '../../../common/clock'
import { silentLog } from '../../../common/log'
import type { DescriptionHandler } from '../media/media'
import type { MinimalWebSocket } from './guard/socket'
import { GuardingTransport } from './guard/guarding-transport'

const demoHost = 'demo.invalid'

export interface FarEndOptions {
  readonly socket: MinimalWebSocket
  readonly clock: Clock
  readonly createMedia: () => DescriptionHandler
}

const answersTo = new Set(['echo', '600'])
/** It lets the phone ring back for a moment before it answers, ms. */
const ringFor = 800
const expires = 600
/** How long its own call rings, ms. */
const patience = 45_000

export class FarEnd {
  readonly #options: FarEndOptions
  readonly #userAgent: UserAgent
  readonly #sessions = new Set<Session>()
  #contact: string | null = null

  constructor(options: FarEndOptions) {
    this.#options = options
    const uri = UserAgent.makeURI(`sip:echo@${demoHost}`)
    if (uri === undefined) throw new Error('unreachable')
    this.#userAgent = new UserAgent({
      uri,
      displayName: 'Echo',
      contactName: 'echo',
      viaHost: 'far-end.invalid',
      transportConstructor: GuardingTransport,
      transportOptions: {
        url: `ws://${demoHost}/`,
        openSocket: () => options.socket,
        clock: options.clock,
        aor: uri.toString(),
        viaHost: 'far-end.invalid',
        ping: false,
      },
      delegate: {
        onInvite: (invitation) => this.#answer(invitation),
        onRegisterRequest: (request) => this.#register(request),
        onDisconnect: () => void this.close(),
      },

      sessionDescriptionHandlerFactory: () => options.createMedia() as SessionDescriptionHandler,
      gracefulShutdown: false,
      sendInitialProvisionalResponse: false,
      logBuiltinEnabled: false,
      logConfiguration: false,
    })
    // It must know its dialogs to answer an UPDATE in one.
    ;(this.#userAgent.transport as GuardingTransport).attach(this.#userAgent)
    adoptRequests(this.#userAgent)
    this.#userAgent.start().catch(() => silentLog.debug('demo line closed'))
  }

  /** Somebody is registered and can be called. */
  get reachable(): boolean {
    return this.#contact !== null
  }

  /** Calls whoever is registered, as "Echo". */
  call(): void {
    const target = this.#contact === null ? undefined : UserAgent.makeURI(this.#contact)
    if (target === undefined) return
    const inviter = new Inviter(this.#userAgent, target)
    this.#keep(inviter)
    const giveUp = this.#options.clock.setTimeout(() => {
      if (inviter.state === SessionState.Establishing) void inviter.cancel().catch(() => {})
    }, patience)
    inviter.stateChange.addListener((state) => {
      if (state === SessionState.Established || state === SessionState.Terminated) {
        this.#options.clock.clearTimeout(giveUp)
      }
    })
    inviter.invite().catch(() => {})
  }

  close(): Promise<void> {
    this.#contact = null
    for (const session of this.#sessions) session.sessionDescriptionHandler?.close()
    this.#sessions.clear()
    return this.#userAgent.stop().catch(() => {})
  }

  #answer(invitation: Invitation): void {
    const wanted = invitation.request.to.uri.user ?? ''
    if (!answersTo.has(wanted)) {
      void invitation.reject({ statusCode: 404 }).catch(() => {})
      return
    }
    this.#keep(invitation)
    void invitation.progress({ statusCode: 180 }).catch(() => {})
    this.#options.clock.setTimeout(() => {
      if (invitation.state === SessionState.Initial) invitation.accept().catch(() => {})
    }, ringFor)
  }

  #register(request: Core.IncomingRegisterRequest): void {
    const contact = request.message.getHeader('contact') ?? ''
    const uri = contact.match(/<([^>]+)>/)?.[1] ?? null
    const leaving = uri === null || /;\s*expires\s*=\s*0\b/i.test(contact)
    this.#contact = leaving ? null : uri
    request.accept({ statusCode: 200, extraHeaders: leaving ? [] : [`Contact: <${uri}>;expires=${expires}`] })
  }

  #keep(session: Session): void {
    this.#sessions.add(session)
    // Without it sip.js would dial whatever it is told to.
    session.delegate = { onRefer: (referral) => void referral.reject({ statusCode: 603 }).catch(() => {}) }
    session.stateChange.addListener((state) => {
      if (state === SessionState.Terminated) this.#sessions.delete(session)
    })
  }
}

/**
 * sip.js takes only requests for its own address; this end is also the server of its domain. The To header keeps whom the caller
 * wanted.
 */
function adoptRequests(userAgent: UserAgent): void {
  const { transport } = userAgent
  const deliver = transport.onMessage
  transport.onMessage = (message) =>
    deliver?.(message.replace(/^([A-Z]+) sip:(?:[^@\s]*@)?demo\.invalid(?=[\s;:])/, `$1 sip:echo@${demoHost}`))
}
