/*
 * What the window wishes of messages and mailboxes: with whom, on which account, and what becomes of it when the account is gone.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noFeatures } from '../../../common/account'
import type { EngineCommand } from '../../../common/contract/engine'
import { done, refused, type Result } from '../../../common/errors'
import { silentLog } from '../../../common/log'
import type { AccountState } from '../../../common/phone-state'
import { Messages } from '../../../main/server/messages'
import { performServers, type ServerWishesOptions } from '../../../main/wishes/servers'
import { ManualClock } from '../../fakes/manual-clock'
import { accountState } from '../../fakes/phone-state'
import { requested } from '../../fakes/requested'

let folder: string
let messages: Messages
let accounts: AccountState[]
let sent: EngineCommand[]
let called: string[]
let delivery: Result
let perform: ReturnType<typeof performServers>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchcord-wishes-'))
  let ids = 0
  messages = new Messages({
    path: join(folder, 'messages.jsonl'),
    clock: new ManualClock(),
    log: silentLog,
    newId: () => `m${++ids}`,
    normal: (handle) => handle,
    onUnread: () => {},
  })
  accounts = [accountState(), accountState(undefined, { id: 'home', features: { ...noFeatures, voicemail: '*97' } })]
  sent = []
  called = []
  delivery = done
  perform = performServers({
    accounts: () => accounts,
    messages,
    verbs: {
      call: async (target: string, accountId: string | null) => {
        called.push(`${target} on ${accountId}`)
        return requested('call-1')
      },
    },
    engine: {
      request: async (command: EngineCommand) => {
        sent.push(command)
        return delivery
      },
    },
    addressOf: (number: string) => ({
      ok: true,
      value: { uri: `sip:${number}@pbx.example`, handle: { type: 'generic', value: number } },
    }),
  } as unknown as ServerWishesOptions)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const arrives = (accountId: string, number: string): void =>
  messages.engineReported({
    type: 'message',
    accountId,
    handle: { type: 'generic', value: number },
    name: null,
    text: 'Hello',
  })

test('an answer goes out on the account the conversation is on, whichever is first', async () => {
  arrives('home', '101')
  await perform({ type: 'sendMessage', accountId: null, number: '101', text: 'Hi' })
  expect(sent).toMatchObject([{ type: 'sendMessage', accountId: 'home', target: 'sip:101@pbx.example', text: 'Hi' }])
  expect(messages.conversations).toHaveLength(1)
})

test('a message that failed is refused with its reason, listed, and replaced by the one sent again', async () => {
  delivery = refused('failed', 'SIP 404')
  const first = await perform({ type: 'sendMessage', accountId: 'work', number: '101', text: 'Hi' })
  expect(first.error).toMatchObject({ code: 'failed', detail: 'SIP 404' })
  delivery = done
  await perform({ type: 'sendMessage', accountId: 'work', number: '101', text: 'Hi', instead: 'm1' })
  const { answer } = await perform({ type: 'listMessages', accountId: 'work', number: '101' })
  expect(answer).toMatchObject({ type: 'messages', messages: [{ id: 'm2', state: 'sent' }] })
})

test('conversations are listed, and can be read and removed when their account is gone', async () => {
  arrives('home', '101')
  accounts = []
  const listed = await perform({ type: 'listConversations' })
  expect(listed.answer).toMatchObject({ type: 'conversations', conversations: [{ accountId: 'home', unread: 1 }] })
  const read = await perform({ type: 'listMessages', accountId: 'home', number: '101' })
  expect(read.answer).toMatchObject({ messages: [{ text: 'Hello' }] })
  expect(messages.unread).toEqual([])
  expect((await perform({ type: 'removeConversation', accountId: 'home', number: '101' })).error).toBeNull()
  expect(messages.conversations).toEqual([])
})

test('a mailbox is called on its own account, and one that is not set up says so', async () => {
  expect(await perform({ type: 'listenToVoicemail', accountId: 'home' })).toMatchObject({ callId: 'call-1' })
  expect(called).toEqual(['*97 on home'])
  expect((await perform({ type: 'listenToVoicemail', accountId: 'work' })).error?.code).toBe('not-set-up')
})
