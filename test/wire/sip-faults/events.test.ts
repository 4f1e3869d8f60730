/*
 * NOTIFY and SUBSCRIBE: what nobody asked for, and what a server takes back.
 */
import { Subscriber, SubscriptionState, type Notification } from 'sip.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UserAgent } from 'sip.js'
import { systemClock } from '../../../common/clock'
import { notifyGate } from '../../../renderer/engine/sip/notify-gate'
import { SubscriptionKeeper } from '../../../renderer/engine/sip/subscription-keeper'
import type { Said, ScriptedPeer } from '../support/scripted-peer'
import { bareAlice, ourAlice, settle, type Alice } from '../support/user-agents'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const target = UserAgent.makeURI('sip:alice@example.com')!

const notify = (peer: ScriptedPeer, subscribe: Said, state: string) =>
  peer.request({
    method: 'NOTIFY',
    callId: subscribe.header('call-id'),
    from: `<sip:alice@example.com>;tag=peertag`,
    to: subscribe.header('from'),
    body: null,
    extra: ['Event: message-summary', `Subscription-State: ${state}`],
  })

const subscriber = ({ userAgent }: Alice) => new Subscriber(userAgent, target, 'message-summary')

describe('R8: a subscription put off for some seconds', () => {
  const putOff = (peer: ScriptedPeer) =>
    peer.on('SUBSCRIBE', (request) => {
      if (peer.requests('SUBSCRIBE').length > 60) return
      peer.reply(request, 200, ['Expires: 3600', 'Contact: <sip:pbx.example.com>'])
      notify(peer, request, 'terminated;reason=probation;retry-after=5')
    })

  it('bare sip.js takes the seconds for milliseconds and storms', async () => {
    const alice = await bareAlice()
    putOff(alice.peer)
    await subscriber(alice).subscribe()
    await settle(2_000)
    expect(alice.peer.requests('SUBSCRIBE').length).toBeGreaterThan(30)
  })

  it('ours waits as long as it was told', async () => {
    const alice = await ourAlice()
    putOff(alice.peer)
    await subscriber(alice).subscribe()
    await settle(4_900)
    expect(alice.peer.requests('SUBSCRIBE')).toHaveLength(1)
    await settle(200)
    expect(alice.peer.requests('SUBSCRIBE')).toHaveLength(2)
  })

  it('ours holds back even a server that says "at once" for ever', async () => {
    const alice = await ourAlice()
    alice.peer.on('SUBSCRIBE', (request) => {
      alice.peer.reply(request, 200, ['Expires: 3600', 'Contact: <sip:pbx.example.com>'])
      notify(alice.peer, request, 'terminated;reason=deactivated')
    })
    await subscriber(alice).subscribe()
    await settle(60_000)
    expect(alice.peer.requests('SUBSCRIBE').length).toBeLessThanOrEqual(12)
  })
})

describe('R9: SUBSCRIBE refused with 503 and Retry-After', () => {
  const refuseOnce = (peer: ScriptedPeer) =>
    peer.on('SUBSCRIBE', (request) => {
      if (peer.requests('SUBSCRIBE').length === 1) return peer.reply(request, 503, ['Retry-After: 10'])
      peer.reply(request, 200, ['Expires: 3600', 'Contact: <sip:pbx.example.com>'])
      notify(peer, request, 'active;expires=3600')
    })

  it('bare sip.js never tries again', async () => {
    const alice = await bareAlice()
    refuseOnce(alice.peer)
    const only = subscriber(alice)
    await only.subscribe()
    await settle(600_000)
    expect(alice.peer.requests('SUBSCRIBE')).toHaveLength(1)
    expect(only.state).toBe(SubscriptionState.Terminated)
  })

  it('ours tries again after the time the server named', async () => {
    const alice = await ourAlice({ events: { onSubscribeRefused: (seconds) => keeper.holdOff(seconds ?? 0) } })
    refuseOnce(alice.peer)
    let latest: Subscriber | null = null
    const keeper = new SubscriptionKeeper({ make: () => (latest = subscriber(alice)), clock: systemClock })
    keeper.start()
    await settle(9_000)
    expect(alice.peer.requests('SUBSCRIBE')).toHaveLength(1)
    await settle(2_000)
    expect(alice.peer.requests('SUBSCRIBE')).toHaveLength(2)
    expect((latest as Subscriber | null)?.state).toBe(SubscriptionState.Subscribed)
  })
})

describe('R10: a NOTIFY nobody subscribed to', () => {
  const waiting = { method: 'NOTIFY', body: 'Messages-Waiting: yes\r\nVoice-Message: 2/0\r\n' }
  const unasked = (peer: ScriptedPeer, event: string) =>
    peer.request({ ...waiting, extra: [`Event: ${event}`, 'Subscription-State: active'] })

  it('bare sip.js answers 481', async () => {
    const alice = await bareAlice()
    unasked(alice.peer, 'message-summary')
    await settle()
    expect(alice.peer.transcript).toBe('NOTIFY 481')
  })

  it('ours answers 200 and hands on the waiting messages only', async () => {
    const summaries: string[] = []
    const onNotify: (notification: Notification) => void = notifyGate((body) => summaries.push(body))
    const alice = await ourAlice({ userAgent: { delegate: { onNotify } } })
    unasked(alice.peer, 'message-summary')
    unasked(alice.peer, 'check-sync;reboot=true')
    unasked(alice.peer, 'keep-alive')
    await settle()
    expect(alice.peer.responses('NOTIFY').map((said) => said.status)).toEqual([200, 200, 200])
    expect(summaries).toEqual([waiting.body])
  })

  it('ours refuses by name what it knows nothing of, and what belongs into a subscription', async () => {
    const alice = await ourAlice({ userAgent: { delegate: { onNotify: notifyGate() } } })
    unasked(alice.peer, 'x-weather')
    unasked(alice.peer, 'Message-Summary ;x=y')
    unasked(alice.peer, 'dialog')
    unasked(alice.peer, 'refer;id=2')
    alice.peer.request({ ...waiting, extra: ['Subscription-State: active'] })
    const stray = { ...waiting, to: '<sip:alice@example.com>;tag=stray', extra: ['Event: message-summary'] }
    alice.peer.request(stray)
    await settle()
    const answers = alice.peer.responses('NOTIFY')
    expect(answers.map((said) => said.status)).toEqual([489, 200, 481, 481, 489, 481])
    for (const said of answers.filter(({ status }) => status === 489))
      expect(said.header('allow-events')).toMatch(/\bmessage-summary\b/)
  })

  it('is told that its kind is not understood, or that nobody asked', async () => {
    const alice = await ourAlice({ userAgent: { delegate: { onNotify: notifyGate(() => {}) } } })
    for (const event of ['ua-profile', 'message-summary-2', 'presence', 'dialog', 'refer']) unasked(alice.peer, event)
    await settle()
    const answers = alice.peer.responses('NOTIFY')
    expect(answers.map((said) => said.status)).toEqual([489, 489, 481, 481, 481])
    expect(answers[0]?.header('allow-events')).toMatch(/\bmessage-summary\b/)
  })
})
