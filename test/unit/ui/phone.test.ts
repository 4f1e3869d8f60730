/* The page's connection, over a real message channel: what is cloned there is cloned here. */
import { afterEach, describe, expect, it } from 'vitest'
import { noFeatures, usualConnection, usualNumbers } from '../../../common/account'
import { uiUpSchema, type UiDown, type UiUp } from '../../../common/contract/ui'
import * as v from 'valibot'
import { typedPort } from '../../../renderer/ui/page-port'
import { Phone, type Wish } from '../../../renderer/ui/phone.svelte'
import { AccountForm } from '../../../renderer/ui/account-form.svelte'
import { snapshot } from '../../../renderer/ui/gallery/people'

let channels: MessageChannel[] = []
afterEach(() => {
  for (const { port1 } of channels) port1.close()
  channels = []
})

function connect(): { phone: Phone; say(message: UiDown): void; heard(): Promise<UiUp>; hangUp(): void } {
  const channel = new MessageChannel()
  channels.push(channel)
  const inbox: UiUp[] = []
  let wake: () => void = () => undefined
  channel.port1.addEventListener('message', (event: MessageEvent<UiUp>) => {
    inbox.push(event.data)
    wake()
  })
  channel.port1.start()
  return {
    phone: new Phone(typedPort(channel.port2)),
    say: (message) => channel.port1.postMessage(message),
    heard: async () => {
      if (inbox.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return inbox.shift() as UiUp
    },
    hangUp: () => channel.port1.close(),
  }
}

describe('the phone of a page', () => {
  it('shows nothing before the first snapshot, and then always the newest', async () => {
    const { phone, say } = connect()
    expect(phone.state).toBeNull()
    say({ kind: 'state', state: snapshot({ revision: 4 }) })
    say({ kind: 'state', state: snapshot({ revision: 5 }) })
    await expect.poll(() => phone.state?.revision).toBe(5)
  })

  it('keeps levels apart from the snapshot', async () => {
    const { phone, say } = connect()
    const state = snapshot()
    say({ kind: 'state', state })
    await expect.poll(() => phone.state).not.toBeNull()
    const before = phone.state
    say({ kind: 'level', microphone: -20, speaker: -40 })
    await expect.poll(() => phone.levels.microphone).toBe(-20)
    expect(phone.state).toBe(before)
  })

  it('gives each answer to the wish it belongs to', async () => {
    const { phone, say, heard } = connect()
    const first = phone.request({ type: 'tryDemo' })
    const second = phone.request({ type: 'callMe' })
    const [one, two] = [await heard(), await heard()]
    const error = { code: 'failed', detail: null, registration: null, certificate: null } as const
    say({ kind: 'reply', id: two.id, callId: 'abc', error: null, answer: null })
    say({ kind: 'reply', id: one.id, callId: null, error, answer: null })
    await expect(second).resolves.toEqual({ ok: true, callId: 'abc', answer: null })
    await expect(first).resolves.toEqual({ ok: false, error })
  })

  it('answers all that is open, and all that follows, when main is gone', async () => {
    const { phone, hangUp } = connect()
    const open = phone.request({ type: 'tryDemo' })
    hangUp()
    await expect(open).resolves.toMatchObject({ ok: false, error: { code: 'engine-unavailable' } })
    expect(phone.connected).toBe(false)
    await expect(phone.request({ type: 'callMe' })).resolves.toMatchObject({ ok: false })
  })

  it('hears what main asks of the window until it stops listening', async () => {
    const { phone, say } = connect()
    const wishes: Wish[] = []
    const stop = phone.onWish((wish) => wishes.push(wish))
    say({ kind: 'focusDialer', target: '600' })
    await expect.poll(() => wishes).toEqual([{ kind: 'focusDialer', target: '600' }])
    stop()
    say({ kind: 'show', view: 'history' })
    say({ kind: 'level', microphone: -1, speaker: -1 })
    await expect.poll(() => phone.levels.microphone).toBe(-1)
    expect(wishes).toHaveLength(1)
  })
})

describe('an account form', () => {
  const typed = (): AccountForm => Object.assign(new AccountForm(null), { uri: '100@pbx.example', password: 'pw' })
  const certificate = {
    host: 'pbx.example',
    fingerprint: 'ab'.repeat(32),
    subject: 'CN=a',
    issuer: 'CN=a',
    error: 'net::ERR_CERT_AUTHORITY_INVALID',
  }

  it('sends what main accepts, with the rest guessed from the address', async () => {
    const { phone, say, heard } = connect()
    const saved = typed().submit(phone, true)
    const message = await heard()
    expect(v.safeParse(uiUpSchema, message).success).toBe(true)
    expect(message.command).toEqual({
      type: 'addAccount',
      keep: 'keychain',
      evenIfUnreachable: false,
      draft: {
        name: '100@pbx.example',
        uri: 'sip:100@pbx.example',
        server: 'sip:pbx.example',
        username: '100',
        password: 'pw',
        displayName: null,
        certificate: null,
        features: noFeatures,
        connection: usualConnection,
        numbers: usualNumbers,
        turnPassword: null,
        listsCalls: true,
      },
    })
    say({ kind: 'reply', id: message.id, callId: null, error: null, answer: null })
    await expect(saved).resolves.toBe(true)
  })

  it('loses nothing on failure, and sends a trusted certificate the next time', async () => {
    const { phone, say, heard } = connect()
    const form = typed()
    const first = form.submit(phone, false)
    const error = { code: 'registration-failed', detail: null, registration: 'certificate', certificate } as const
    say({ kind: 'reply', id: (await heard()).id, callId: null, error, answer: null })
    await expect(first).resolves.toBe(false)
    expect([form.uri, form.password, form.refused]).toEqual(['100@pbx.example', 'pw', certificate])
    form.trust(certificate)
    void form.submit(phone, false)
    expect((await heard()).command).toMatchObject({ keep: 'ask', draft: { certificate: certificate.fingerprint } })
  })

  it('says which fields are missing instead of asking main', async () => {
    const { phone } = connect()
    const form = new AccountForm(null)
    await expect(form.submit(phone, true)).resolves.toBe(false)
    expect(form.wrong).toEqual(['uri', 'password'])
  })

  it('of a password kept unprotected goes on keeping it so, until its user chooses otherwise', async () => {
    const { phone, heard } = connect()
    const [old] = snapshot().accounts
    const form = new AccountForm(old ? { ...old, unprotected: true } : null)
    void form.submit(phone, false)
    expect((await heard()).command).toMatchObject({ keep: 'plain-text', draft: { password: null } })
    const other = new AccountForm(old ? { ...old, unprotected: true } : null)
    other.keepUnprotected = false
    void other.submit(phone, false)
    expect((await heard()).command).toMatchObject({ keep: 'ask', draft: { password: null } })
  })

  it('keeps the stored password of an old account when none is typed', async () => {
    const { phone, heard } = connect()
    const [old] = snapshot().accounts
    void new AccountForm(old ?? null).submit(phone, true)
    expect((await heard()).command).toMatchObject({
      type: 'changeAccount',
      accountId: 'work',
      draft: { password: null },
    })
  })

  it('sends the numbers of the server as typed, and none for an empty field', async () => {
    const { phone, heard } = connect()
    const [old] = snapshot().accounts
    const form = new AccountForm(
      old ? { ...old, account: { ...old.account, features: { ...noFeatures, voicemail: '*97', park: '700' } } } : null,
    )
    form.features.park = ' '
    form.features.forwardBusy = ' 600 '
    void form.submit(phone, true)
    expect((await heard()).command).toMatchObject({
      draft: { features: { ...noFeatures, voicemail: '*97', forwardBusy: '600' } },
    })
  })
})
