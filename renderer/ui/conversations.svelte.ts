/*
 * Everybody messages were exchanged with, as main lists them, and the messages of one conversation. Both fetch again when told that something may be new; what
 * was there stays until there is something better.
 */
import type { AccountId } from '../../common/account'
import type { Conversation, Message } from '../../common/colleague'
import { answerOf } from './answer-of'
import type { Writing } from './desk.svelte'
import type { Phone } from './phone.svelte'

export class Conversations {
  /** null: not known yet. */
  list = $state.raw<readonly Conversation[] | null>(null)
  private asked = 0

  constructor(private readonly phone: Phone) {}

  async refresh(): Promise<void> {
    const mine = ++this.asked
    const answer = answerOf(await this.phone.request({ type: 'listConversations' }), 'conversations')
    if (mine === this.asked && answer) this.list = answer.conversations
  }

  /** The one there is already with this number, on that account or (null) on any. */
  find({ accountId, number }: Writing): Conversation | null {
    return (
      this.list?.find((one) => one.with.value === number && (accountId === null || accountId === one.accountId)) ?? null
    )
  }
}

export class Thread {
  messages = $state.raw<readonly Message[]>([])
  /** main has answered once. */
  known = $state(false)
  private asked = 0

  constructor(
    private readonly phone: Phone,
    private readonly writing: Writing,
  ) {}

  /** Fetches them anew, which counts as having read them, unless nobody looks. */
  async refresh(peek = false): Promise<void> {
    const { accountId, number } = this.writing
    const mine = ++this.asked
    const wish = { type: 'listMessages', accountId, number, ...(peek && { peek }) } as const
    const answer = answerOf(await this.phone.request(wish), 'messages')
    if (mine !== this.asked) return
    this.known = true
    if (answer) this.messages = answer.messages
  }

  /** The account they are on; null: there is none yet. */
  get accountId(): AccountId | null {
    return this.messages[0]?.accountId ?? this.writing.accountId
  }
}
