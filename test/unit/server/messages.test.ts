/* Messages as they are kept: who wrote, what is unread, what is sent again, and what is forgotten. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { done, refused } from '../../../common/errors'
import type { Handle } from '../../../common/handle'
import { silentLog } from '../../../common/log'
import type { PhoneState } from '../../../common/phone-state'
import { Messages } from '../../../main/server/messages'
import { ManualClock } from '../../fakes/manual-clock'

const anna: Handle = { type: 'generic', value: '101' }
const kenji: Handle = { type: 'phoneNumber', value: '+81355501234' }
let folder: string
let clock: ManualClock
let unread: PhoneState['unread']
let messages: Messages
let ids: number

const open = (): Messages =>
  new Messages({
    path: join(folder, 'messages.jsonl'),
    clock,
    log: silentLog,
    newId: () => `m${++ids}`,
    normal: (handle) => handle,
    nameOf: ({ value }) => (value === anna.value ? 'Anna Lind' : null),
    onUnread: (now) => (unread = now),
  })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchcord-messages-'))
  clock = new ManualClock()
  ids = 0
  messages = open()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const arrives = (handle: Handle, text: string, name: string | null = null): void => {
  clock.advance(1_000)
  messages.engineReported({ type: 'message', accountId: 'work', handle, name, text })
}
const isDelivered = () => Promise.resolve(done)
const isRefused = () => Promise.resolve(refused('failed', 'SIP 404'))

describe('conversations', () => {
  it('are listed newest first, with the name the phone knows and how many messages nobody has read', async () => {
    arrives(anna, 'Are you there?', 'A. from sales')
    arrives(kenji, 'Good morning', 'Kenji 山本')
    arrives(anna, 'Hello?', 'A. from sales')
    await messages.send('work', kenji, 'Good evening', isDelivered)
    expect(messages.conversations).toMatchObject([
      { with: kenji, name: 'Kenji 山本', unread: 1, last: 'Good evening', lastState: 'sent' },
      { with: anna, name: 'Anna Lind', unread: 2, last: 'Hello?', lastState: 'received' },
    ])
    expect(unread.map(({ name }) => name)).toEqual(['Anna Lind', 'Kenji 山本'])
  })

  it('are read when they are opened, and stay read', () => {
    arrives(anna, 'Are you there?')
    expect(messages.read('work', anna).map(({ text }) => text)).toEqual(['Are you there?'])
    expect(unread).toEqual([])
    expect(open().unread).toEqual([])
  })

  it('stay unread while somebody only peeks', () => {
    arrives(anna, 'Are you there?')
    expect(messages.read('work', anna, true)).toHaveLength(1)
    expect(unread).toMatchObject([{ unread: 1 }])
  })

  it('are forgotten one by one, on the disk too', () => {
    arrives(anna, 'Are you there?')
    arrives(kenji, 'Good morning')
    expect(messages.remove('work', anna).ok).toBe(true)
    expect(messages.conversations.map((one) => one.with)).toEqual([kenji])
    expect(unread.map((one) => one.with)).toEqual([kenji])
    expect(open().conversations.map((one) => one.with)).toEqual([kenji])
  })
})

describe('a message that could not be sent', () => {
  it('is kept as failed, and makes room for the one that is sent in its place', async () => {
    expect(await messages.send('work', anna, 'On my way', isRefused)).toMatchObject({ ok: false })
    expect(messages.read('work', anna)).toMatchObject([{ id: 'm1', state: 'failed' }])
    await messages.send('work', anna, 'On my way', isDelivered, 'm1')
    expect(messages.read('work', anna)).toMatchObject([{ id: 'm2', text: 'On my way', state: 'sent' }])
    expect(open().read('work', anna)).toHaveLength(1)
  })

  it('is never one that was sent', async () => {
    await messages.send('work', anna, 'On my way', isDelivered)
    await messages.send('work', anna, 'Nearly there', isDelivered, 'm1')
    expect(messages.read('work', anna)).toHaveLength(2)
  })
})
