/*
 * The real phone at a server that wishes it ill: broken frames, floods, lies in headers, calls and names made to deceive.
 * After each it must answer a good OPTIONS, and in the end ring for a good call as if nothing had been.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { NotificationServer } from '../fakes/notification-server'
import { TestBus } from '../fakes/session-bus'
import type { Page } from '../support/page'
import { Phone } from '../support/phone'
import { SipServer } from '../support/sip-server'
import { until } from '../support/until'

let bus: TestBus
let desktop: NotificationServer
let server: SipServer
let phone: Phone
let engine: Page
let ui: Page
/** A web server that headers point to. */
let web: Server
let webPort: number
const visitors: Socket[] = []

beforeAll(async () => {
  web = createServer((socket) => void visitors.push(socket.on('error', () => {})))
  webPort = await new Promise((resolve) =>
    web.listen(0, '127.0.0.1', () => resolve((web.address() as { port: number }).port)),
  )
  bus = await TestBus.start()
  desktop = await NotificationServer.start(bus.address)
  server = await SipServer.start()
  const account = { name: 'Work', uri: 'sip:100@127.0.0.1', server: server.url, username: '100', password: 'x' }
  phone = await Phone.start({
    shown: true,
    accounts: [account],
    env: { DBUS_SESSION_BUS_ADDRESS: bus.address },
  })
  await phone.registered()
  engine = await phone.page('engine')
  ui = await phone.page('ui')
  await engine.send('Performance.enable', { timeDomain: 'threadTicks' })
})

/** The phone is in its right mind. */
afterEach(async () => {
  await phone.noCalls()
  await answersOptions()
  expect(phone.log()).not.toMatch(/uncaught|unhandled|engine: the page is gone/)
  expect(visitors).toHaveLength(0)
})

afterAll(async () => {
  await phone?.dispose()
  server?.stop()
  desktop?.die()
  await bus?.stop()
  web?.close()
})

async function answersOptions(): Promise<void> {
  const { callId } = server.request({ method: 'OPTIONS' })
  expect((await server.answer(callId, 'OPTIONS')).status).toBe(200)
}

/** Processor time of the engine page's main thread since it began, ms; what other programs take is not counted. */
async function busyMs(): Promise<number> {
  const { metrics } = await engine.send<{ metrics: { name: string; value: number }[] }>('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1_000
}

/** Lets it ring, looks, and takes it back. */
async function ring(from: string, look: () => Promise<void> | void, extra: readonly string[] = []): Promise<void> {
  const call = server.request({ from, extra })
  expect((await server.answer(call.callId, 'INVITE', 180)).status).toBe(180)
  await phone.callIn('incoming')
  await look()
  server.cancel(call, from)
  expect((await server.answer(call.callId, 'INVITE')).status).toBe(487)
}

const good = '"Bob" <sip:bob@127.0.0.1>;tag=bob'

describe('frames', () => {
  const invite = 'INVITE sip:100@127.0.0.1 SIP/2.0\r\n'
  const worst: [string, string | Buffer, boolean?][] = [
    ['64 KiB of dashes', `${invite}${'-'.repeat(65_000)}\r\n\r\n`],
    ['64 KiB of lines of dashes', invite + '-----------\r\n'.repeat(5_000)],
    ['64 KiB of short headers', invite + 'v:\r\n'.repeat(16_000)],
    ['a Contact of 5000 entries', `${invite}Contact: ${'<sip:a@b>,'.repeat(5_000)}\r\n\r\n`],
    ['16 MiB of text', 'x'.repeat(16 * 1_048_576)],
    ['16 MiB of bytes', Buffer.alloc(16 * 1_048_576, 255), true],
    ['random bytes', Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * 7_919) % 256)), true],
    ['half a character as bytes', Buffer.concat([Buffer.from(invite), Buffer.from([0xf0, 0x9f])]), true],
    ['an empty frame', ''],
    ['a NUL', '\0'],
  ]
  it.each(worst)('%s hold up nothing for longer than 150 ms', async (_name, data, binary = false) => {
    await answersOptions()
    const before = await busyMs()
    server.send(data, binary)
    await answersOptions()
    expect((await busyMs()) - before).toBeLessThan(150)
  })

  it('a broken text frame ends the connection, and the phone registers again', async () => {
    const before = server.requests('REGISTER').length
    server.send(Buffer.from([0xc3, 0x28]))
    await until(() => server.requests('REGISTER').length > before, { what: 'a new registration' })
    await phone.registered()
  })
})

describe('floods', () => {
  it('a thousand OPTIONS in two seconds leave the phone awake', async () => {
    const calls: string[] = []
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < 10; j++) calls.push(server.request({ method: 'OPTIONS' }).callId)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(await phone.calls()).toEqual([])
    await server.answer(calls.at(-1) ?? '', 'OPTIONS', 200, 10_000)
  })

  it('of three hundred callers at once a few ring and the others are told', async () => {
    const shown = desktop.notified.length
    const calls = Array.from({ length: 300 }, (_, i) => {
      const from = `"Caller ${i}" <sip:c${i}@127.0.0.1>;tag=t${i}`
      return { ...server.request({ from }), from }
    })
    const ringing = () =>
      calls.filter(({ callId }) => server.answers(callId, 'INVITE').some((one) => one.status === 180))
    const refused = () =>
      calls.filter(({ callId }) => server.answers(callId, 'INVITE').some((one) => one.status >= 400))
    await until(() => ringing().length + refused().length === calls.length, { what: 'a word to every caller' })
    expect(ringing().length).toBeGreaterThan(0)
    expect(ringing().length).toBeLessThanOrEqual(16)
    await desktop.notify(shown + 1)
    expect(desktop.notified.length - shown).toBeLessThanOrEqual(16)
    for (const call of ringing()) server.cancel(call, call.from)
    await phone.noCalls()
    expect(desktop.notified.length - shown).toBeLessThanOrEqual(32)
    await until(() => [...desktop.open.values()].every(({ hints }) => hints['urgency'] !== 2), { what: 'silence' })
  })
})

describe('names', () => {
  const quoted = (text: string) => `"${text}" <sip:4711@127.0.0.1>;tag=n`
  it.each([
    ['markup', quoted(`<img src='http://127.0.0.1/x' onerror=alert(1)><b>Bank</b>`)],
    ['a script', quoted('</title><script>globalThis.ran = true</script>')],
    ['entities', quoted('A &amp; B &#60;i&#62;')],
    ['right to left', quoted('Bank \u202egnol oot \u2066x\u2069')],
    ['invisible', quoted('B\u200ba\u200bn\u00adk\ufeff')],
    ['controls', quoted('Bell\u0007 Escape\u001b[31m')],
    ['a prototype', quoted('__proto__')],
    ['a format', quoted('%s%n{0}${1}')],
    ['a thousand letters', quoted('W'.repeat(1_000))],
    ['stacked marks', quoted(`Z${'\u0301'.repeat(500)}`)],
    ['markup in the number', '<sip:%3Cb%3E4711%3C%2Fb%3E@127.0.0.1>;tag=n'],
    ['an address that is a script', '"x" <sip:javascript%3Aalert@127.0.0.1>;tag=n'],
  ])('%s are shown as the text they are', async (_name, from) => {
    const count = desktop.notified.length
    await ring(from, async () => {
      const { summary, body } = await desktop.notify(count + 1)
      // eslint-disable-next-line no-control-regex
      const deceiving = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/
      expect(summary + body).not.toMatch(deceiving)
      expect(body).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
      expect([...summary].length).toBeLessThan(200)
      const line = await until(
        async () => {
          const text = (await ui.text()).split('\n').map((one) => one.trim())
          return text.find((one) => one.startsWith([...summary].slice(0, 20).join('')))
        },
        { what: `the window to show ${summary}` },
      )
      expect(line).not.toMatch(deceiving)
      expect(
        await ui.evaluate(`[globalThis.ran, document.querySelectorAll('body img, body b, body iframe').length]`),
      ).toEqual([null, 0])
    })
    await phone.noCalls()
    const [last] = phone.recents()
    expect(last).toMatchObject({ direction: 'incoming', missed: true })
  })

  it.each(['"NUL \0" <sip:4711@127.0.0.1>;tag=n', '"two\r\nSubject: lines" <sip:4711@127.0.0.1>;tag=n'])(
    'one that breaks the message rings or is refused, but is never lost',
    async (from) => {
      const call = server.request({ from })
      const { status } = await server.answer(call.callId, 'INVITE', 180)
      if (status === 180) server.cancel(call, from)
      else expect(status).toBeGreaterThanOrEqual(400)
    },
  )
})

describe('what only looks like a wish', () => {
  it('headers that ask the phone to answer by itself make it ring like any other', async () => {
    const extra = [
      'Answer-Mode: Auto;require',
      'Priv-Answer-Mode: Auto',
      'Call-Info: <sip:127.0.0.1>;answer-after=0',
      'Alert-Info: <http://127.0.0.1>;info=alert-autoanswer;delay=0',
      'P-Auto-Answer: normal',
    ]
    await ring(
      good,
      async () => {
        await answersOptions()
        expect((await phone.calls()).map(({ state }) => state)).toEqual(['incoming'])
      },
      extra,
    )
  })

  it('addresses in headers are not visited', async () => {
    const there = `<http://127.0.0.1:${webPort}/x>`
    await ring(good, answersOptions, [
      `Alert-Info: ${there}`,
      `Call-Info: ${there};purpose=icon`,
      `Error-Info: ${there}`,
      `Identity-Info: ${there}`,
    ])
    expect(visitors).toHaveLength(0)
  })

  it('messages, check-sync and references from nowhere are answered and change nothing', async () => {
    const before = server.requests('REGISTER').length
    const answers: Record<string, number> = {}
    for (const [method, extra] of [
      ['MESSAGE', ['Content-Type: text/html']],
      ['NOTIFY', ['Event: check-sync;reboot=true', 'Subscription-State: active']],
      ['REFER', ['Refer-To: <sip:900@premium.example>']],
      ['SUBSCRIBE', ['Event: dialog']],
      ['PUBLISH', ['Event: presence']],
    ] as const) {
      const { callId } = server.request({ method, extra })
      answers[method] = (await server.answer(callId, method)).status
    }
    // Servers send notices nobody asked for, and go on sending them to a phone that refuses (RFC 6665 aside).
    const { NOTIFY: noticed, ...others } = answers
    expect(noticed).toBe(200)
    expect(Object.values(others).filter((status) => status < 400)).toEqual([])
    await phone.registered()
    expect(server.requests('REGISTER').length).toBe(before)
    expect(server.requests('INVITE')).toEqual([])
  })

  it('a caller one has answered cannot make the phone dial, nor have its password proven', async () => {
    const call = server.request({ from: good })
    await phone.callIn('incoming')
    await phone.do('answer')
    const answer = await server.answer(call.callId, 'INVITE')
    expect(answer.status).toBe(200)
    const dialog = { callId: call.callId, from: good, to: answer.header('to') }
    server.request({ method: 'ACK', ...dialog, body: '' })
    server.request({ method: 'REFER', ...dialog, sequence: 2, extra: ['Refer-To: <sip:900@premium.example>'] })
    // Taken, to be asked about: what it names is dialled when its user says so.
    expect((await server.answer(call.callId, 'REFER')).status).toBe(202)
    server.on.set('BYE', (bye) =>
      server.reply(bye, 407, ['Proxy-Authenticate: Digest realm="attacker", nonce="chosen", qop="auth"']),
    )
    await phone.do('end')
    await phone.noCalls()
    await until(() => server.requests('BYE').length > 0, { what: 'a BYE' })
    await answersOptions()
    expect(server.said.map(({ text }) => text).join()).not.toMatch(/^(Proxy-)?Authorization:/im)
    expect(server.requests('INVITE')).toEqual([])
  })

  it('a redirection is not followed', async () => {
    server.on.set('INVITE', (invite) => server.reply(invite, 302, ['Contact: <sip:900@premium.example>']))
    await phone.do('call', '600')
    await phone.noCalls()
    await answersOptions()
    expect(server.requests('INVITE')).toHaveLength(1)
  })
})

it('after all that a good call rings, and is the same phone', async () => {
  const count = desktop.notified.length
  await ring(good, async () => {
    expect(await desktop.notify(count + 1)).toMatchObject({ summary: 'Bob' })
  })
  expect((await phone.status()).accounts[0]?.registration.state).toBe('registered')
})
