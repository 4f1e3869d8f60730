/*
 * What one account has its server tell it: the mailbox (RFC 3842) and the lines and presence of colleagues (RFC 4235, RFC 3856). Subscriptions are
 * kept while the account is registered, a refusal is taken for an answer for a long time, and only what changed is reported.
 */
import { Subscriber, UserAgent, type Notification } from 'sip.js'
import type { Clock } from '../../../../common/clock'
import type { EngineReport } from '../../../../common/contract/engine'
import { Backoff } from '../backoff'
import { SubscriptionKeeper } from '../subscription-keeper'
import type { Turns } from '../turns'
import { readDialogInfo, unseenLine, type WatchedLine } from './dialog-info'
import { parseMessageSummary } from './message-summary'
import { readPresence, type Presence } from './presence'

export interface LineWatchOptions {
  readonly accountId: string
  /** `sip:user@host`. */
  readonly accountUri: string
  readonly host: string
  readonly userAgent: UserAgent
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  /** Of all that is subscribed to. */
  readonly turns: Turns
  readonly report: (report: EngineReport) => void
}

type Package = 'message-summary' | 'dialog' | 'presence'

const accepts: Readonly<Record<Package, string>> = {
  'message-summary': 'application/simple-message-summary',
  dialog: 'application/dialog-info+xml',
  presence: 'application/pidf+xml',
}
/** Seconds. */
const expires = 3_600
/** A server that does not know a package is asked again after this, and ever more rarely, ms. */
const patience = { base: 60_000, cap: 3_600_000 }

interface Watched {
  readonly keepers: SubscriptionKeeper[]
  line: WatchedLine
  presence: Presence | null
  said: string
}

export class LineWatch {
  readonly #options: LineWatchOptions
  readonly #watched = new Map<string, Watched>()
  #targets: readonly string[] = []
  #mailbox: SubscriptionKeeper | null = null
  #running = false

  constructor(options: LineWatchOptions) {
    this.#options = options
  }

  /** The account is registered: subscribes anew to everything. */
  start(): void {
    this.stop()
    this.#running = true
    this.#mailbox = this.#keep('message-summary', this.#options.accountUri, (body) => this.summary(body))
    this.#follow()
  }

  /** The account is not registered any more: what colleagues do is not known. */
  stop(): void {
    this.#running = false
    void this.#mailbox?.stop()
    this.#mailbox = null
    for (const [target, watched] of this.#watched) this.#forget(target, watched)
  }

  /** Whose lines are wanted, as SIP URIs. */
  watch(targets: readonly string[]): void {
    this.#targets = targets
    if (this.#running) this.#follow()
  }

  /** A message-summary, asked for or not. */
  summary(body: string): void {
    const summary = parseMessageSummary(body)
    if (summary !== null) this.#options.report({ type: 'voicemail', accountId: this.#options.accountId, summary })
  }

  #follow(): void {
    for (const [target, watched] of this.#watched) if (!this.#targets.includes(target)) this.#forget(target, watched)
    const added = this.#targets.filter((target) => !this.#watched.has(target))
    const all = added.map((target): [string, Watched] => [
      target,
      { keepers: [], line: unseenLine, presence: null, said: '' },
    ])
    for (const [target, watched] of all) this.#watched.set(target, watched)
    // Lines first: their turns may be long in coming, and not every server knows presence.
    for (const [target, watched] of all)
      watched.keepers.push(
        this.#keep('dialog', target, (body) => {
          watched.line = readDialogInfo(watched.line, body, this.#options.host) ?? watched.line
          this.#say(target, watched)
        }),
      )
    for (const [target, watched] of all)
      watched.keepers.push(
        this.#keep('presence', target, (body) => {
          watched.presence = readPresence(body) ?? watched.presence
          this.#say(target, watched)
        }),
      )
  }

  #forget(target: string, watched: Watched): void {
    this.#watched.delete(target)
    for (const keeper of watched.keepers) void keeper.stop()
    if (watched.said !== '') this.#say(target, { ...watched, line: unseenLine, presence: null })
  }

  #say(target: string, watched: Watched): void {
    const { line, withWhom, rings } = watched.line
    const state = { line, withWhom, rings, presence: watched.presence }
    const said = JSON.stringify(state)
    if (said === watched.said) return
    watched.said = said
    this.#options.report({ type: 'colleague', accountId: this.#options.accountId, target, state })
  }

  #keep(event: Package, target: string, take: (body: string) => void): SubscriptionKeeper {
    const { userAgent, clock, random, turns } = this.#options
    const keeper = new SubscriptionKeeper({
      clock,
      turns,
      backoff: new Backoff({ ...patience, random }),
      make: () => {
        const uri = UserAgent.makeURI(target)
        if (uri === undefined) throw new Error('not an address')
        const subscriber = new Subscriber(userAgent, uri, event, {
          expires,
          extraHeaders: [`Accept: ${accepts[event]}`],
        })
        subscriber.delegate = {
          onNotify: (notification: Notification) => {
            notification.accept().catch(() => {})
            const type = notification.request.getHeader('content-type') ?? ''
            if (type.trim().toLowerCase().startsWith(accepts[event])) take(notification.request.body)
          },
        }
        return subscriber
      },
    })
    keeper.start()
    return keeper
  }
}
