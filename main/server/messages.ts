/*
 * Short messages with others (RFC 3428), kept on the disk in checked lines until there are too many: what came, what went and whether it arrived, and
 * which of them nobody has read. It sends through the engine and knows no wire.
 */
import * as v from 'valibot'
import type { AccountId } from '../../common/account'
import type { Clock } from '../../common/clock'
import type { Conversation, Message } from '../../common/colleague'
import type { EngineReport } from '../../common/contract/engine'
import { done, type Result } from '../../common/errors'
import { handleTypes, sameHandle, type Handle } from '../../common/handle'
import type { Log } from '../../common/log'
import type { PhoneState } from '../../common/phone-state'
import { CheckedLines } from '../settings/checked-lines'

export interface MessagesOptions {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  readonly newId: () => string
  /** Brings a handle into the account's normal form. */
  readonly normal: (handle: Handle, accountId: AccountId) => Handle
  /** Who the phone says it is; null: nobody it knows. */
  readonly nameOf?: (handle: Handle, accountId: AccountId) => string | null
  readonly onUnread: (unread: PhoneState['unread']) => void
}

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const schema = v.object({
  id: text(64),
  accountId: text(128),
  with: v.object({ type: v.picklist(handleTypes), value: text(512) }),
  name: v.nullable(text(256)),
  direction: v.picklist(['incoming', 'outgoing']),
  text: text(8_192),
  at: v.pipe(v.number(), v.minValue(0)),
  state: v.picklist(['sending', 'sent', 'failed', 'received']),
  seen: v.boolean(),
})

/** The oldest go first. */
const limit = 2_000

export class Messages {
  private readonly file: CheckedLines
  private list: Message[]
  private lines: number

  constructor(private readonly options: MessagesOptions) {
    this.file = new CheckedLines({ path: options.path, name: 'messages', log: options.log })
    const byId = new Map<string, Message>()
    const { texts } = this.file.read()
    this.lines = texts.length
    for (const message of texts.map(parse)) {
      if (message === null) continue
      // What was being sent when the phone stopped did not arrive, as far as anybody knows.
      byId.set(message.id, message.state === 'sending' ? { ...message, state: 'failed' } : message)
    }
    this.list = [...byId.values()].slice(-limit)
  }

  /** All that are kept, oldest first. */
  get everything(): readonly Message[] {
    return this.list
  }

  /** Conversations with messages nobody has read, newest first, at most 50. */
  get unread(): PhoneState['unread'] {
    return this.talks(this.list.filter(({ seen }) => !seen)).slice(0, 50)
  }

  /** Everybody messages were exchanged with, newest first. */
  get conversations(): readonly Conversation[] {
    return this.talks(this.list)
  }

  /** Takes in a message the engine tells of; other reports are for others. */
  engineReported(report: EngineReport): void {
    if (report.type !== 'message') return
    const { clock, newId, normal } = this.options
    const message: Message = {
      id: newId(),
      accountId: report.accountId,
      with: normal(report.handle, report.accountId),
      name: report.name,
      direction: 'incoming',
      text: report.text,
      at: clock.date(),
      state: 'received',
      seen: false,
    }
    this.put(message)
  }

  /** `deliver` settles with what the far end said. `instead`: of one that failed, which this one replaces; others stay. */
  async send(
    accountId: AccountId,
    to: Handle,
    body: string,
    deliver: () => Promise<Result>,
    instead: string | null = null,
  ): Promise<Result> {
    const failed = this.list.find(({ id, state }) => id === instead && state === 'failed')
    if (failed) this.forget((message) => message === failed)
    const message: Message = {
      id: this.options.newId(),
      accountId,
      with: to,
      name: null,
      direction: 'outgoing',
      text: body,
      at: this.options.clock.date(),
      state: 'sending',
      seen: true,
    }
    this.put(message)
    const result = await deliver()
    this.put({ ...message, state: result.ok ? 'sent' : 'failed' })
    return result.ok ? done : result
  }

  /** With this person on this account, oldest first; they count as read now, unless somebody only peeks. */
  read(accountId: AccountId, who: Handle, peek = false): readonly Message[] {
    const theirs = (message: Message): boolean => message.accountId === accountId && sameHandle(message.with, who)
    const fresh = peek ? [] : this.list.filter((one) => theirs(one) && !one.seen)
    for (const message of fresh) this.put({ ...message, seen: true })
    return this.list.filter(theirs).slice(-200)
  }

  /** Forgets all with this person on this account. */
  remove(accountId: AccountId, who: Handle): Result {
    return this.forget((message) => message.accountId === accountId && sameHandle(message.with, who))
  }

  /** Forgets them all. */
  clear(): Result {
    this.list = []
    this.lines = 0
    this.options.onUnread([])
    return this.file.replace([])
  }

  private forget(isMeant: (message: Message) => boolean): Result {
    this.list = this.list.filter((message) => !isMeant(message))
    this.lines = this.list.length
    const written = this.file.replace(this.list.map((one) => JSON.stringify(one)))
    this.options.onUnread(this.unread)
    return written
  }

  /** By person and account, newest first. They are called what the phone knows, or else what they called themselves last. */
  private talks(messages: readonly Message[]): readonly Conversation[] {
    const found = new Map<string, Conversation>()
    for (const { accountId, with: who, name, direction, seen, text, state, at } of messages) {
      const key = `${accountId} ${who.type} ${who.value}`
      const before = found.get(key)
      const unread = (before?.unread ?? 0) + (seen || direction === 'outgoing' ? 0 : 1)
      found.delete(key)
      const last = text.slice(0, 200)
      found.set(key, { accountId, with: who, name: name ?? before?.name ?? null, unread, last, lastState: state, at })
    }
    return [...found.values()]
      .map((one) => ({ ...one, name: this.options.nameOf?.(one.with, one.accountId) ?? one.name }))
      .reverse()
  }

  private put(message: Message): void {
    const at = this.list.findIndex(({ id }) => id === message.id)
    if (at < 0) this.list = [...this.list, message].slice(-limit)
    else this.list = this.list.with(at, message)
    this.lines++
    if (this.lines > limit * 3) {
      this.file.replace(this.list.map((one) => JSON.stringify(one)))
      this.lines = this.list.length
    } else this.file.append(JSON.stringify(message))
    this.options.onUnread(this.unread)
  }
}

function parse(line: string): Message | null {
  try {
    const parsed = v.safeParse(schema, JSON.parse(line))
    return parsed.success ? parsed.output : null
  } catch {
    return null
  }
}
