/*
 * Voicemail, colleagues' lines and presence, short messages: what the engine asks a server for, and what it makes of the answers.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineReport } from '../../../common/contract/engine'
import { EngineBench } from '../support/engine-bench'
import { fresh, type Said } from '../support/scripted-peer'

let bench: EngineBench
beforeEach(() => {
  vi.useFakeTimers()
  bench = new EngineBench()
})
afterEach(() => vi.useRealTimers())

const reports = <T extends EngineReport['type']>(type: T): Extract<EngineReport, { type: T }>[] =>
  bench.reports.filter((report): report is Extract<EngineReport, { type: T }> => report.type === type)

/** Takes subscriptions to this package and tells them `body`; the others get 489. */
const offer = (event: string, type: string, body: () => string): { notify: () => void; asked: () => Said[] } => {
  const taken: Said[] = []
  let sequence = 0
  const notify = (): void => {
    const last = taken.at(-1)
    if (last === undefined) return
    bench.peer.request({
      method: 'NOTIFY',
      uri: /<([^>]+)>/.exec(last.header('contact'))?.[1] ?? '',
      callId: last.header('call-id'),
      sequence: ++sequence,
      from: `${last.header('to')};tag=notifier`,
      to: last.header('from'),
      extra: [`Event: ${event}`, 'Subscription-State: active;expires=3600'],
      body: body(),
      replace: { 'Content-Type': type },
    })
  }
  bench.peer.on('SUBSCRIBE', (request) => {
    if (request.header('event') !== event) return bench.peer.reply(request, 489)
    taken.push(request)
    bench.peer.reply(request, 200, ['Expires: 3600', 'Contact: <sip:pbx@pbx.example.com>'])
    notify()
  })
  return { notify, asked: () => taken }
}

const summary = (text: string): string => `Messages-Waiting: yes\r\nMessage-Account: sip:alice@example.com\r\n${text}`

describe('voicemail', () => {
  it('is asked for when the account is registered, and counted', async () => {
    const mailbox = offer('message-summary', 'application/simple-message-summary', () =>
      summary('Voice-Message: 2/8 (1/2)\r\n'),
    )
    await bench.register()
    await bench.settle(1_000)
    expect(mailbox.asked()).toHaveLength(1)
    expect(mailbox.asked()[0]?.header('accept')).toBe('application/simple-message-summary')
    expect(reports('voicemail')).toEqual([
      { type: 'voicemail', accountId: 'work', summary: { waiting: true, fresh: 2, old: 8, urgent: 1 } },
    ])
  })

  it.each(['Event', 'o'])('is heard also from a server that tells without being asked (%s)', async (event) => {
    await bench.register()
    bench.peer.request({
      method: 'NOTIFY',
      extra: [`${event}: message-summary`, 'Subscription-State: terminated'],
      body: 'Messages-Waiting: no\r\nVoice-Message: 0/3\r\n',
      replace: { 'Content-Type': 'application/simple-message-summary' },
    })
    await bench.settle(100)
    expect(reports('voicemail').at(-1)?.summary).toEqual({ waiting: false, fresh: 0, old: 3, urgent: null })
  })

  it('that is refused is asked for ever more rarely: a dozen times in a day', async () => {
    let asked = 0
    bench.peer.on('SUBSCRIBE', (request) => {
      asked++
      bench.peer.reply(request, 489)
    })
    await bench.register()
    await bench.settle(86_400_000)
    expect(asked).toBeLessThan(60)
    expect(bench.registration?.state).toBe('registered')
  })
})

const dialogs = (version: number, state: string, inside: string): string =>
  `<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="${state}" entity="sip:201@example.com">${inside}</dialog-info>`
const dialog = (id: string, state: string, direction = 'recipient'): string =>
  `<dialog id="${id}" call-id="${id}" direction="${direction}"><state>${state}</state><remote><identity display="Carla &amp; Co">sip:301@example.com</identity></remote></dialog>`

describe('a colleague', () => {
  const target = 'sip:201@example.com'
  const state = () => reports('colleague').at(-1)?.state

  it('rings, talks and is free again, and who calls is known', async () => {
    let document = dialogs(0, 'full', '')
    const lines = offer('dialog', 'application/dialog-info+xml', () => document)
    await bench.register()
    await bench.ask({ type: 'watch', accountId: 'work', targets: [target] })
    await bench.settle(1_000)
    expect(state()).toMatchObject({ line: 'idle', rings: false })
    document = dialogs(1, 'partial', dialog('a', 'early'))
    lines.notify()
    await bench.settle(10)
    expect(state()).toMatchObject({ line: 'ringing', rings: true, withWhom: { value: '301' } })
    document = dialogs(2, 'partial', dialog('a', 'confirmed'))
    lines.notify()
    await bench.settle(10)
    expect(state()).toMatchObject({ line: 'busy', rings: false })
    document = dialogs(3, 'partial', dialog('a', 'terminated'))
    lines.notify()
    await bench.settle(10)
    expect(state()).toMatchObject({ line: 'idle', withWhom: null })
  })

  it('who calls out is busy: there is nothing to pick up', async () => {
    offer('dialog', 'application/dialog-info+xml', () => dialogs(0, 'full', dialog('a', 'early', 'initiator')))
    await bench.register()
    await bench.ask({ type: 'watch', accountId: 'work', targets: [target] })
    await bench.settle(1_000)
    expect(state()).toMatchObject({ line: 'busy', rings: false })
  })

  it('is as its presence says', async () => {
    offer(
      'presence',
      'application/pidf+xml',
      () =>
        '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:x"><note>Back at two</note><tuple id="t"><status><basic>closed</basic></status></tuple></presence>',
    )
    await bench.register()
    await bench.ask({ type: 'watch', accountId: 'work', targets: [target] })
    await bench.settle(1_000)
    expect(state()?.presence).toEqual({ open: false, note: 'Back at two' })
  })

  it('is unknown again when nobody watches, and when the connection is lost', async () => {
    offer('dialog', 'application/dialog-info+xml', () => dialogs(0, 'full', dialog('a', 'confirmed')))
    await bench.register()
    await bench.ask({ type: 'watch', accountId: 'work', targets: [target] })
    await bench.settle(1_000)
    expect(state()?.line).toBe('busy')
    bench.peer.server.mode = 'refuse'
    bench.peer.server.current?.end(1006)
    await bench.settle(100)
    expect(state()?.line).toBe('unknown')
  })

  it.each([
    ['no XML', 'hello'],
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><dialog-info/>'],
    ['another document', '<html/>'],
    [
      'a bomb of elements',
      `<dialog-info version="1" state="full">${'<dialog id="x"><state>early</state></dialog>'.repeat(500)}</dialog-info>`,
    ],
  ])('whose server sends %s breaks nothing', async (_what, document) => {
    offer('dialog', 'application/dialog-info+xml', () => document)
    await bench.register()
    await bench.ask({ type: 'watch', accountId: 'work', targets: [target] })
    await bench.settle(1_000)
    expect(bench.registration?.state).toBe('registered')
    expect(reports('fault')).toEqual([])
  })
})

it('many colleagues are asked for one after the other, lines first: a server may take a burst for a flood', async () => {
  const asked: { at: number; event: string }[] = []
  bench.peer.on('SUBSCRIBE', (request) => {
    asked.push({ at: Date.now(), event: request.header('event') })
    bench.peer.reply(request, 489)
  })
  const targets = Array.from({ length: 20 }, (_, n) => `sip:${200 + n}@example.com`)
  await bench.ask({ type: 'watch', accountId: 'work', targets })
  await bench.register()
  await bench.settle(5_000)
  // Who is not watched any more has no turn.
  await bench.ask({ type: 'watch', accountId: 'work', targets: targets.slice(0, 15) })
  await bench.settle(25_000)
  expect(asked.slice(0, 16).map(({ event }) => event)).toEqual(['message-summary', ...Array<string>(15).fill('dialog')])
  expect(asked).toHaveLength(1 + 15 + 15)
  for (const { at } of asked)
    expect(asked.filter((other) => other.at >= at && other.at < at + 2_000).length).toBeLessThanOrEqual(5)
})

describe('a short message', () => {
  const message = (text: string, type = 'text/plain'): void =>
    bench.peer.request({
      method: 'MESSAGE',
      callId: fresh('msg-'),
      body: text,
      replace: { 'Content-Type': type, Contact: null },
    })

  it('that comes is acknowledged and told', async () => {
    await bench.register()
    message('Lunch at one?')
    await bench.settle(10)
    expect(bench.peer.responses('MESSAGE').map(({ status }) => status)).toEqual([200])
    expect(reports('message')).toEqual([
      {
        type: 'message',
        accountId: 'work',
        handle: { type: 'generic', value: 'bob' },
        name: 'Bob',
        text: 'Lunch at one?',
      },
    ])
  })

  it('that is no plain text is refused, and a flood of them ends', async () => {
    await bench.register()
    message('<b>hi</b>', 'text/html')
    await bench.settle(10)
    expect(bench.peer.responses('MESSAGE').at(-1)?.status).toBe(415)
    for (let n = 0; n < 60; n++) message(`number ${n}`)
    await bench.settle(10)
    expect(reports('message')).toHaveLength(20)
    expect(bench.peer.responses('MESSAGE').at(-1)?.status).toBe(486)
  })

  it('that goes is answered by what the far end says', async () => {
    await bench.register()
    bench.peer.on('MESSAGE', (request) => bench.peer.reply(request, 202))
    const send = { type: 'sendMessage', accountId: 'work', target: 'sip:bob@example.com', text: 'Grüße 👋' } as const
    expect(await bench.ask(send)).toEqual({ ok: true, value: undefined })
    expect(bench.peer.requests('MESSAGE')[0]?.text).toContain('Grüße 👋')
    bench.peer.on('MESSAGE', (request) => bench.peer.reply(request, 404))
    expect(await bench.ask(send)).toEqual({ ok: false, code: 'failed', detail: 'SIP 404' })
  })
})
