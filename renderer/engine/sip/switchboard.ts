/*
 * The accounts' lines and the calls on them, found by id, and the verbs applied to them. It turns what a line hears into the right
 * call's business. It knows no port and plays no tone.
 */
import type { Invitation } from 'sip.js'
import type { CallId } from '../../../common/call'
import type {
  DeflectReason,
  DialogRecord,
  EngineAccount,
  IncomingOffer,
  Verdict,
} from '../../../common/contract/engine'
import { done, refused, type Result } from '../../../common/errors'
import { isDemo } from '../../../common/account'
import { needsGateway } from '../../../common/server-address'
import type { DemoLine } from '../demo/demo-line'
import type { CallMedia, MediaEngine } from '../media/media'
import type { OfferedKind } from '../media/media-kind'
import { AccountFlows } from './account-flows'
import type { AccountLine } from './account-line'
import { AccountTests } from './account-test/account-tests'
import { answer } from './answer'
import { deflect } from './deflect'
import { dial } from './dial'
import { end, hangUp } from './end'
import type { GatewayLink } from './gateway-link'
import type { SocketFactory } from './guard/socket'
import type { CallSurroundings, LiveCall } from './live-call'
import { LiveCalls } from './live-calls'
import { isAddress } from './make-user-agent'
import { Outlasting } from './outlast'
import { playDtmf } from './play-dtmf'
import { receive, refusalOf } from './receive'
import { refuseReferral } from './referral'
import { reject } from './reject'
import { findReplaced, replace } from './replace'
import { setHeld } from './set-held'
import { transfer, transferToCall } from './transfer-verbs'
import { Messages } from './watch/messages'
import { Watches } from './watch/watches'

export interface SwitchboardOptions extends CallSurroundings {
  readonly random: () => number
  readonly media: MediaEngine
  readonly openSocket: SocketFactory
  readonly gateway: GatewayLink | null
  readonly demo: DemoLine | null
  readonly newCallId: () => CallId
  readonly ask: (offer: IncomingOffer) => Promise<Verdict>
}

/** Of what was said, to be told of one account. */
const mostEntries = 256
/** All that is said at the end must be said within this, ms. */
const shutdownLimit = 1_500

export class Switchboard {
  readonly #options: SwitchboardOptions
  readonly #accounts = new Map<string, AccountFlows>()
  readonly #calls: LiveCalls
  readonly #acknowledged = new WeakMap<LiveCall, Promise<void>>()
  readonly #outlasting = new Outlasting()
  readonly #watches: Watches
  readonly #messages: Messages
  readonly #tests: AccountTests
  #closed = false

  constructor(options: SwitchboardOptions) {
    this.#options = options
    this.#calls = new LiveCalls(options, options.media)
    this.#watches = new Watches(options)
    this.#messages = new Messages(options)
    this.#tests = new AccountTests({ ...options, calls: this.#calls })
  }

  /** Opens the account's line, or reopens it with what changed. Its state comes as reports. */
  register(account: EngineAccount): Result {
    if (this.#closed) return refused('engine-unavailable')
    const { clock, log, random, openSocket, gateway, demo, report } = this.#options
    const onDemo = isDemo(account)
    const onGateway = needsGateway(account)
    const isWeb = /^wss?:\/\//i.test(account.server)
    if (!isAddress(account.uri) || !(onDemo ? demo !== null : onGateway ? gateway !== null : isWeb)) {
      const registration = { state: 'failed', reason: 'invalid-account', sipStatus: null, retryAt: null } as const
      report({ type: 'registration', accountId: account.id, registration: { ...registration, certificate: null } })
      return refused('invalid-argument')
    }
    const before = this.#accounts.get(account.id)
    if (before !== undefined) {
      if (sameLine(before.account, account)) {
        before.retry()
        return done
      }
      this.#close(before)
    }
    const flows: AccountFlows = new AccountFlows({
      account,
      clock,
      log,
      random,
      openSocket: onDemo && demo !== null ? demo.openSocket : openSocket,
      ...(onDemo ? { url: 'ws://demo.invalid/', ping: false } : {}),
      ...(onGateway && gateway !== null ? { gateway } : {}),
      isBusy: (line) => this.#calls.on(line).length > 0,
      onRegistration: (registration) => {
        const current = this.#accounts.get(account.id)
        // What was replaced has nothing more to say about its account; the last word of one that was closed counts.
        if (current === flows || (current === undefined && registration.state === 'unregistered')) {
          report({ type: 'registration', accountId: account.id, registration })
        }
      },
      onReach: (reach) => {
        if (isCurrent()) report({ type: 'reach', accountId: account.id, reach })
      },
      onTakes: (kind) => {
        if (isCurrent()) report({ type: 'takes', accountId: account.id, kind })
      },
      onFlows: (told) => {
        if (isCurrent()) report({ type: 'flows', accountId: account.id, flows: [...told] })
      },
      onCarrier: (line, registration) => {
        if (isCurrent()) this.#watches.registration(line, registration)
      },
      onInvite: (line, invitation) => this.#receive(line, invitation),
      onDown: (line) => this.#calls.on(line).forEach((call) => call.goRound() || this.#outlasting.begin(call)),
      onUpAgain: (line) => this.#calls.on(line).forEach((call) => this.#outlasting.over(call)),
      onMessageSummary: (body) => this.#watches.summary(account.id, body),
      onMessage: (line, message) => this.#messages.take(account.id, line.host, message),
      onLostBye: (dialog) => this.#calls.inDialog(dialog)?.finish({ cause: 'remote-hung-up' }),
      onUpdate: (update) => this.#calls.takeUpdate(update),
      onPrack: (prack) => this.#calls.takePrack(prack),
    })
    const isCurrent = (): boolean => this.#accounts.get(account.id) === flows
    this.#accounts.set(account.id, flows)
    flows.open()
    return done
  }

  async unregister(accountId: string): Promise<Result> {
    const flows = this.#accounts.get(accountId)
    if (flows === undefined) return done
    await this.#close(flows)
    return done
  }

  async dial(callId: CallId, accountId: string, target: string, referredIn: CallId | null): Promise<Result> {
    const flows = this.#accounts.get(accountId)
    if (flows === undefined) return refused('unknown-account')
    if (this.#calls.get(callId) !== undefined) return refused('invalid-action')
    this.#tests.makeWay()
    if (this.#calls.isFull) return refused('too-many-calls')
    const referral = referredIn === null ? null : (this.#calls.get(referredIn)?.referral ?? null)
    // Who asked for it is gone, or asks no more: it would be a call to a place in a conversation that is over.
    if (referredIn !== null && referral?.asked !== true) return refused('unknown-call')
    const line = flows.best
    const createMedia = (kind: OfferedKind, by: AccountLine): CallMedia => by.createCallMedia(this.#options.media, kind)
    const media = createMedia(line.media.offersTo(target), line)
    const call = this.#calls.open(line, callId, 'outgoing', { media })
    const moveTo = (tried: readonly AccountLine[]): AccountLine | null => {
      const other = flows.bestBut(tried)
      if (other !== null) this.#calls.move(call, other)
      return other
    }
    return dial(call, { line, target, referral, createMedia, moveTo })
  }

  answer(callId: CallId): Result | Promise<Result> {
    return this.#with(callId, (call) => answer(call, this.#acknowledged.get(call) ?? Promise.resolve()))
  }

  reject(callId: CallId, status: number): Result | Promise<Result> {
    return this.#with(callId, (call) => reject(call, status))
  }

  end(callId: CallId): Result | Promise<Result> {
    return this.#with(callId, end)
  }

  setHeld(callId: CallId, held: boolean): Result | Promise<Result> {
    return this.#with(callId, (call) => setHeld(call, held))
  }

  setMuted(callId: CallId, muted: boolean): Result | Promise<Result> {
    return this.#with(callId, (call) => {
      call.muted = muted
      call.media.setMuted(muted)
      return done
    })
  }

  setAudio(callId: CallId, on: boolean): Result | Promise<Result> {
    return this.#with(callId, (call) => {
      call.audio = on
      call.media.setAudio(on)
      return done
    })
  }

  setGroup(callId: CallId, groupId: string | null): Result | Promise<Result> {
    return this.#with(callId, async (call) => {
      const result = await this.#options.media.joinGroup(call.media, groupId)
      if (result.ok) call.groupId = groupId
      return result
    })
  }

  deflect(callId: CallId, target: string, reason?: DeflectReason): Result | Promise<Result> {
    return this.#with(callId, (call) => deflect(call, target, reason))
  }

  transfer(callId: CallId, target: string): Result | Promise<Result> {
    return this.#with(callId, (call) => transfer(call, target))
  }

  transferToCall(callId: CallId, toCallId: CallId): Result | Promise<Result> {
    return this.#with(callId, (call) => this.#with(toCallId, (other) => transferToCall(call, other)))
  }

  refuseReferral(callId: CallId): Result | Promise<Result> {
    return this.#with(callId, refuseReferral)
  }

  /** The calls that sound like this. */
  idsOf(media: readonly CallMedia[]): CallId[] {
    return this.#calls.idsOf(media)
  }

  playDtmf(callId: CallId, digits: string): Result | Promise<Result> {
    return this.#with(callId, (call) => playDtmf(call, digits))
  }

  farewell(accountId: string, dialog: DialogRecord): Result {
    const flows = this.#accounts.get(accountId)
    if (flows === undefined) return refused('unknown-account')
    return flows.farewell(dialog) ? done : refused('invalid-argument')
  }

  /** Proves every connection, remakes the dead ones at once. */
  reconnect(): void {
    for (const flows of this.#accounts.values()) flows.reconnect()
  }

  /** Whose lines an account is to hear of. */
  watch(accountId: string, targets: readonly string[]): Result {
    this.#watches.watch(accountId, targets)
    return done
  }

  sendMessage(accountId: string, target: string, text: string): Result | Promise<Result> {
    const line = this.#accounts.get(accountId)?.best
    if (line === undefined) return refused('unknown-account')
    return line.connected ? this.#messages.send(line.userAgent, target, text) : refused('not-registered')
  }

  /** Finds out what only the account's line can; `testLine` reports tell how it goes. Resolves when it is over. */
  async testAccount(accountId: string, echo: string | null): Promise<Result> {
    const line = this.#accounts.get(accountId)?.best
    return line === undefined ? refused('unknown-account') : this.#tests.run(line, echo)
  }

  endAccountTest(): Result {
    this.#tests.end('it was ended')
    return done
  }

  /** The last messages of every line, as reports. */
  tellLadders(): Result {
    for (const [accountId, { lines }] of this.#accounts) {
      const all = lines.flatMap(({ transport }) => transport.ladder.read()).sort((a, b) => a.at - b.at)
      const entries = all.slice(-mostEntries).map((entry) => ({ ...entry, note: entry.note.slice(0, 256) }))
      this.#options.report({ type: 'ladder', accountId, entries })
    }
    return done
  }

  /** The computer is on another network, or on one again. */
  networkChanged(): void {
    for (const flows of this.#accounts.values()) flows.networkChanged()
  }

  /** Ends all calls, takes all registrations back and closes, within two seconds. Nothing is accepted afterwards. */
  async shutdown(): Promise<Result> {
    this.#closed = true
    await Promise.all([...this.#accounts.values()].map((flows) => this.#close(flows)))
    this.#options.media.close()
    return done
  }

  #with(callId: CallId, verb: (call: LiveCall) => Result | Promise<Result>): Result | Promise<Result> {
    const call = this.#calls.get(callId)
    return call === undefined ? refused('unknown-call') : verb(call)
  }

  #receive(line: AccountLine, invitation: Invitation): void {
    this.#tests.makeWay()
    const refusal = this.#refusal(line, invitation)
    if (refusal !== null) {
      void invitation.reject({ statusCode: refusal }).catch(() => {})
      return
    }
    const replaces = invitation.request.getHeader('replaces')
    if (replaces !== undefined) return this.#replace(line, invitation, replaces)
    // A proxy that lost the way by which it rings here takes another: one call all the same.
    for (const call of this.#calls.of(line.account.id))
      if (
        call.stage === 'ringing' &&
        call.flow !== line.flow &&
        call.session?.request.callId === invitation.request.callId
      )
        hangUp(call, 'connection-lost')
    const call = this.#calls.open(line, this.#options.newCallId(), 'incoming')
    const { acknowledged } = receive(call, { line, invitation, ask: this.#options.ask })
    this.#acknowledged.set(call, acknowledged)
  }

  #replace(line: AccountLine, invitation: Invitation, header: string): void {
    const { media } = this.#options
    const replaced = findReplaced(header, this.#calls.of(line.account.id))
    if (typeof replaced === 'number') return void invitation.reject({ statusCode: replaced }).catch(() => {})
    void replace(replaced, {
      line,
      invitation,
      media: line.createCallMedia(media),
      joinGroup: (sound, groupId) => void media.joinGroup(sound, groupId),
    }).then(() => {
      if (replaced.session === invitation && replaced.stage !== 'ended') this.#calls.move(replaced, line)
    })
  }

  /** The status that refuses an INVITE before anybody is asked; null when it may be a call. */
  #refusal(line: AccountLine, invitation: Invitation): number | null {
    if (this.#closed) return 480
    if (this.#calls.isFull && !invitation.request.hasHeader('replaces')) return 486
    const unfit = refusalOf(invitation, line.isBehindGateway ? line.media : null)
    if (unfit === null) return null
    const message = `an incoming call to ${line.account.id} was refused: ${unfit.cause}`
    this.#options.report({ type: 'fault', code: unfit.cause, message })
    return unfit.statusCode
  }

  async #close(flows: AccountFlows): Promise<void> {
    const { account, lines } = flows
    for (const line of lines) {
      for (const call of this.#calls.on(line)) hangUp(call, call.stage === 'ringing' ? 'declined' : 'hung-up')
      this.#tests.closed(line)
    }
    if (this.#accounts.get(account.id) === flows) this.#accounts.delete(account.id)
    await flows.close(shutdownLimit)
  }
}

const sameLine = (a: EngineAccount, b: EngineAccount): boolean =>
  a.uri === b.uri &&
  a.server === b.server &&
  a.username === b.username &&
  a.password === b.password &&
  a.turnPassword === b.turnPassword &&
  JSON.stringify(a.connection) === JSON.stringify(b.connection) &&
  a.displayName === b.displayName &&
  a.instanceId === b.instanceId
