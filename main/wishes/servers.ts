/*
 * Wishes about what servers offer besides calls (voicemail, messages), and about diagnostics.
 */
import type { Account } from '../../common/account'
import type { Conversation } from '../../common/colleague'
import type { UiCommand } from '../../common/contract/ui'
import { done, refused, type Result } from '../../common/errors'
import type { Handle } from '../../common/handle'
import type { AccountState } from '../../common/phone-state'
import type { CallVerbs } from '../callkit/verbs'
import type { AccountTests } from '../diagnosis/account-tests'
import type { Diagnostics } from '../diagnosis/diagnostics'
import type { Engine } from '../engine/engine'
import type { Messages } from '../server/messages'
import { words } from '../words'
import type { AskUser } from './ask-user'
import { answered, failure, fulfilled, outcome, type Perform } from './outcome'
import { save } from './recents'

/** The wishes answered here. */
export const serverWishes = [
  'listenToVoicemail',
  'sendMessage',
  'listMessages',
  'listConversations',
  'removeConversation',
  'dismissAway',
  'testAccount',
  'endAccountTest',
  'previewDiagnostics',
  'saveDiagnostics',
] as const satisfies readonly UiCommand['type'][]
export type ServerWish = (typeof serverWishes)[number]

export interface ServerWishesOptions {
  readonly accounts: () => readonly AccountState[]
  readonly verbs: Pick<CallVerbs, 'call'>
  readonly engine: Engine
  readonly messages: Pick<Messages, 'send' | 'read' | 'conversations' | 'remove'>
  /** What was typed as an address of that account, and as it is shown. */
  readonly addressOf: (number: string, account: Account) => Result<{ readonly uri: string; readonly handle: Handle }>
  readonly dismissAway: (awayId: string) => void
  readonly accountTests: Pick<AccountTests, 'start' | 'end'>
  readonly diagnostics: Pick<Diagnostics, 'preview' | 'textWithout'>
  readonly ask: Pick<AskUser, 'saveFile'>
}

/** Fulfils them. */
export function performServers(options: ServerWishesOptions): Perform<ServerWish> {
  const { accounts, verbs, engine, messages, addressOf, dismissAway, accountTests, diagnostics, ask } = options
  /** null: the first that is registered, or else the first. */
  const accountOf = (id: string | null): Account | null => {
    const all = accounts().filter(({ account }) => account.enabled && (id === null || account.id === id))
    return (all.find(({ registration }) => registration.state === 'registered') ?? all[0])?.account ?? null
  }
  /** Those there are already with this number, on this account or (null) on any, whatever became of the account. */
  const known = (id: string | null, number: string): readonly Conversation[] =>
    messages.conversations.filter((one) => (id === null || one.accountId === id) && one.with.value === number)
  /** Whom a page means by this number. */
  const personOf = (id: string | null, number: string): Result<{ account: Account; uri: string; handle: Handle }> => {
    const account = accountOf(id)
    if (account === null) return refused(id === null ? 'no-account' : 'unknown-account')
    const address = addressOf(number, account)
    return address.ok ? { ok: true, value: { account, ...address.value } } : address
  }
  return async (command) => {
    switch (command.type) {
      case 'listenToVoicemail': {
        const account = accountOf(command.accountId)
        const voicemail = account?.features.voicemail ?? null
        if (account === null) return failure('unknown-account')
        if (voicemail === null) return failure('not-set-up')
        const called = await verbs.call(voicemail, account.id, 'window')
        return called.ok ? { ...fulfilled, callId: called.value } : outcome(called)
      }
      case 'sendMessage': {
        const [before] = known(command.accountId, command.number)
        const person = personOf(command.accountId ?? before?.accountId ?? null, command.number)
        if (!person.ok) return outcome(person)
        const { account, uri, handle } = person.value
        const deliver = (): Promise<Result> =>
          engine.request({ type: 'sendMessage', accountId: account.id, target: uri, text: command.text })
        return outcome(await messages.send(account.id, before?.with ?? handle, command.text, deliver, command.instead))
      }
      case 'listMessages': {
        const [before] = known(command.accountId, command.number)
        if (before)
          return answered({ type: 'messages', messages: messages.read(before.accountId, before.with, command.peek) })
        const person = personOf(command.accountId, command.number)
        if (!person.ok) return outcome(person)
        const { account, handle } = person.value
        return answered({ type: 'messages', messages: messages.read(account.id, handle, command.peek) })
      }
      case 'dismissAway':
        dismissAway(command.awayId)
        return fulfilled
      case 'listConversations':
        return answered({ type: 'conversations', conversations: messages.conversations.slice(0, 500) })
      case 'removeConversation': {
        const [result = done] = known(command.accountId, command.number).map((one) =>
          messages.remove(one.accountId, one.with),
        )
        return outcome(result)
      }
      case 'testAccount':
        return outcome(accountTests.start(command.accountId))
      case 'endAccountTest':
        accountTests.end()
        return fulfilled
      case 'previewDiagnostics':
        return answered({ type: 'diagnostics', parts: await diagnostics.preview() })
      case 'saveDiagnostics': {
        const text = diagnostics.textWithout(command.without)
        // Nothing is saved that nobody could look at.
        if (text === null) return failure('failed', 'nothing was previewed')
        return save(
          await ask.saveFile(words.diagnosticsFile, [{ name: words.textFile, extensions: ['txt'] }]),
          async () => text,
        )
      }
    }
  }
}
