/*
 * INVITE with Replaces: the far end was handed to somebody else, and our call goes on with them as the same call. What does not know
 * the dialog gets nowhere.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'
import { fresh, type RequestParts } from '../support/scripted-peer'

let bench: EngineBench
beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
  bench.peer.on('BYE', (request) => bench.peer.reply(request, 200))
})
afterEach(() => vi.useRealTimers())

type Dialog = Awaited<ReturnType<EngineBench['answered']>>

const carol = '"Carol" <sip:300@example.com>;tag=caroltag'
const replaces = ({ sipCallId, toTag }: Dialog, fromTag = 'bobtag'): string =>
  `Replaces: ${sipCallId};to-tag=${toTag};from-tag=${fromTag}`

/** Carol takes somebody's place; returns her Call-ID. */
async function takePlace(header: string, parts: RequestParts = {}): Promise<string> {
  const callId = fresh('carol-')
  bench.peer.request({ callId, from: carol, extra: [header, 'Require: replaces'], body: makeSdp(), ...parts })
  await bench.settle()
  return callId
}
const ack = async (callId: string): Promise<string> => {
  const toTag = bench.toTag('INVITE')
  bench.peer.request({
    method: 'ACK',
    uri: bench.contactUri(),
    callId,
    from: carol,
    to: `<sip:alice@example.com>;tag=${toTag}`,
  })
  await bench.settle()
  return toTag
}
const lastStatus = (): number | undefined => bench.peer.responses('INVITE').at(-1)?.status

describe('a dialog we talk in', () => {
  it('is replaced at once: 200 for the new one, BYE for the old, and the call is the same', async () => {
    const dialog = await bench.answered()
    const before = bench.media.last
    bench.peer.words.length = 0
    const callId = await takePlace(replaces(dialog))
    expect(bench.peer.transcript).toBe('INVITE 100 200 BYE 200')
    expect(bench.peer.requests('BYE')[0]?.header('call-id')).toBe(dialog.sipCallId)
    const toTag = await ack(callId)
    expect(bench.offers).toHaveLength(1)
    expect(bench.reported('updated').findLast(({ handle }) => handle !== undefined)).toMatchObject({
      callId: dialog.callId,
      handle: { type: 'phoneNumber', value: '300' },
      name: 'Carol',
    })
    expect(before.closed).toBe(true)
    expect(bench.media.last.closed).toBe(false)
    expect(bench.ended).toBeUndefined()
    expect(bench.reported('connected')).toHaveLength(1)
    expect(bench.reported('dialog').at(-1)?.dialog).toMatchObject({ callIdHeader: callId, localTag: toTag })

    await bench.ask({ type: 'end', callId: dialog.callId })
    expect(bench.peer.requests('BYE')[1]?.header('call-id')).toBe(callId)
    expect(bench.ended).toMatchObject({ callId: dialog.callId, cause: 'hung-up' })
  })

  it('we made ourselves is replaced likewise', async () => {
    const { callId, invite } = await bench.talk()
    const ourTag = /;tag=([^;]+)/.exec(invite.header('from'))?.[1] ?? ''
    const header = `Replaces: ${invite.header('call-id')};from-tag=peertag;to-tag=${ourTag}`
    const carolsId = await takePlace(header)
    expect(lastStatus()).toBe(200)
    const toTag = await ack(carolsId)
    const far = { method: 'BYE', sequence: 2, uri: bench.contactUri(), callId: carolsId, from: carol }
    bench.peer.request({ ...far, to: `<sip:alice@example.com>;tag=${toTag}` })
    await bench.settle()
    expect(bench.ended).toMatchObject({ callId, cause: 'remote-hung-up' })
  })

  it('hands mute, hold, sound and conference on', async () => {
    const dialog = await bench.answered()
    const { callId } = dialog
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp({ direction: 'recvonly' })))
    await bench.ask({ type: 'audio', callId, on: true })
    await bench.ask({ type: 'setMuted', callId, muted: true })
    await bench.ask({ type: 'setGroup', callId, groupId: 'g1' })
    await bench.ask({ type: 'setHeld', callId, held: true })
    await ack(await takePlace(replaces(dialog)))
    const { audio, muted, held, microphone } = bench.media.last
    expect({ audio, muted, held, microphone }).toEqual({ audio: true, muted: true, held: true, microphone: true })
    expect(bench.media.groups.get(bench.media.last)).toBe('g1')
    expect(bench.peer.responses('INVITE').at(-1)?.message.body).toContain('a=sendonly')
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp()))
    expect(await bench.ask({ type: 'setHeld', callId, held: false })).toMatchObject({ ok: true })
    expect(bench.media.last.held).toBe(false)
  })

  it('settles the length of the new session', async () => {
    const dialog = await bench.answered()
    await takePlace(replaces(dialog), { extra: [replaces(dialog), 'Supported: timer', 'Session-Expires: 600'] })
    expect(bench.peer.responses('INVITE').at(-1)?.header('session-expires')).toMatch(/^600;refresher=/)
  })

  it('tells that the new far end holds us', async () => {
    const dialog = await bench.answered()
    await ack(await takePlace(replaces(dialog), { body: makeSdp({ direction: 'sendonly' }) }))
    expect(bench.reported('updated').at(-1)).toMatchObject({ callId: dialog.callId, remoteHeld: true })
  })

  it('can be replaced again, but not by what names the first one', async () => {
    const dialog = await bench.answered()
    const carolsId = await takePlace(replaces(dialog))
    const toTag = await ack(carolsId)
    await takePlace(replaces(dialog))
    expect(lastStatus()).toBe(481)
    await takePlace(`Replaces: ${carolsId};to-tag=${toTag};from-tag=caroltag`, { from: '<sip:dora@example.com>;tag=d' })
    expect(lastStatus()).toBe(200)
    expect(bench.ended).toBeUndefined()
  })

  it('whose old far end does not answer the BYE is over all the same', async () => {
    bench.peer.on('BYE', () => {})
    const dialog = await bench.answered()
    await ack(await takePlace(replaces(dialog)))
    await bench.settle(40_000)
    expect(bench.ended).toBeUndefined()
  })

  it('whose new far end never says ACK ends in the end', async () => {
    const dialog = await bench.answered()
    await takePlace(replaces(dialog))
    await bench.settle(40_000)
    expect(bench.ended).toMatchObject({ callId: dialog.callId })
  })

  it('whose new sound never comes is hung up', async () => {
    const dialog = await bench.answered()
    bench.media.connects = false
    await ack(await takePlace(replaces(dialog)))
    await bench.settle(21_000)
    expect(bench.ended).toMatchObject({ callId: dialog.callId, cause: 'media-failed' })
  })

  it('goes on as it was when the new INVITE is given up in time', async () => {
    const dialog = await bench.answered()
    const before = bench.media.last
    let open = (): void => {}
    bench.media.gate = () => new Promise((resolve) => (open = resolve))
    const branch = fresh('z9hG4bKin')
    const callId = await takePlace(replaces(dialog), { branch })
    bench.peer.request({ method: 'CANCEL', callId, branch, from: carol, body: null })
    await bench.settle()
    open()
    await bench.settle(1_000)
    expect(lastStatus()).toBe(487)
    expect(before.closed).toBe(false)
    expect(bench.media.last.closed).toBe(true)
    expect(bench.peer.requests('BYE')).toEqual([])
    expect(bench.ended).toBeUndefined()
  })

  it('goes on as it was when the new description cannot be used', async () => {
    const dialog = await bench.answered()
    await takePlace(replaces(dialog), { body: makeSdp({ fingerprint: false }) })
    expect(lastStatus()).toBe(488)
    bench.media.gate = () => Promise.reject(new Error('broken'))
    await takePlace(replaces(dialog))
    expect(lastStatus()).toBeGreaterThanOrEqual(400)
    expect(bench.peer.requests('BYE')).toEqual([])
    expect(bench.ended).toBeUndefined()
  })

  it('that ends while it is being replaced takes the new one with it', async () => {
    const dialog = await bench.answered()
    let open = (): void => {}
    bench.media.gate = () => new Promise((resolve) => (open = resolve))
    await takePlace(replaces(dialog))
    await bench.ask({ type: 'end', callId: dialog.callId })
    bench.media.gate = () => Promise.resolve()
    open()
    await bench.settle(100)
    await bench.settle(40_000)
    expect(bench.reported('ended')).toHaveLength(1)
    expect(bench.media.calls.every(({ closed }) => closed)).toBe(true)
  })

  it('is answered in the name of the one who asked for a referral no more', async () => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { method: 'REFER', sequence: 2, extra: ['Refer-To: <sip:dave@example.com>'] })
    await bench.settle()
    await ack(await takePlace(replaces(dialog)))
    expect(bench.reported('referred').at(-1)?.referral).toBeNull()
  })
})

describe('a call of ours that still rings', () => {
  it('is taken over by whoever picks it up', async () => {
    const { callId, invite } = await bench.dial()
    bench.peer.reply(invite, 180)
    await bench.settle()
    bench.peer.on('CANCEL', (request) => {
      bench.peer.reply(request, 200)
      bench.peer.reply(invite, 487)
    })
    bench.peer.words.length = 0
    const ourTag = /;tag=([^;]+)/.exec(invite.header('from'))?.[1] ?? ''
    const header = `Replaces: ${invite.header('call-id')};to-tag=${ourTag};from-tag=peertag;early-only`
    await ack(await takePlace(header))
    expect(bench.peer.transcript).toBe('INVITE 100 200 CANCEL 200 487 ACK ACK')
    expect(bench.reported('connected')).toEqual([{ type: 'connected', callId }])
    expect(bench.ended).toBeUndefined()
  })
})

describe('what names no dialog of ours', () => {
  it.each([
    ['another Call-ID', (d: Dialog) => `Replaces: other;to-tag=${d.toTag};from-tag=bobtag`, 481],
    ['a guessed tag', (d: Dialog) => `Replaces: ${d.sipCallId};to-tag=guess;from-tag=bobtag`, 481],
    ['the tags the wrong way round', (d: Dialog) => `Replaces: ${d.sipCallId};to-tag=bobtag;from-tag=${d.toTag}`, 481],
    ['a tag of nobody', (d: Dialog) => `Replaces: ${d.sipCallId};to-tag=${d.toTag};from-tag=0`, 481],
    ['no tags', (d: Dialog) => `Replaces: ${d.sipCallId}`, 400],
    ['a tag twice', (d: Dialog) => `Replaces: ${d.sipCallId};to-tag=${d.toTag};to-tag=x;from-tag=bobtag`, 400],
    ['only an early one', (d: Dialog) => `${replaces(d)};early-only`, 486],
  ] as const)('with %s is refused and disturbs nobody', async (_name, header, status) => {
    const dialog = await bench.answered()
    const offers = bench.offers.length
    await takePlace(header(dialog))
    expect(lastStatus()).toBe(status)
    expect(bench.offers).toHaveLength(offers)
    expect(bench.ended).toBeUndefined()
    expect(bench.peer.requests('BYE')).toEqual([])
  })

  it('is refused when two are named', async () => {
    const dialog = await bench.answered()
    await takePlace(replaces(dialog), { extra: [replaces(dialog), replaces(dialog)] })
    expect(lastStatus()).toBe(400)
    expect(bench.ended).toBeUndefined()
  })

  it('cannot take a call away that rings here', async () => {
    const { callId, parts } = await bench.ring()
    const toTag = bench.toTag('INVITE')
    await takePlace(`Replaces: ${parts.callId};to-tag=${toTag};from-tag=bobtag`)
    expect(lastStatus()).toBe(481)
    expect(bench.ended).toBeUndefined()
    expect(await bench.ask({ type: 'reject', callId, status: 486 })).toMatchObject({ ok: true })
  })
})

it('offers Replaces to those we call and those we answer', async () => {
  const { invite } = await bench.dial()
  expect(invite.header('supported')).toContain('replaces')
  await bench.answered()
  expect(bench.peer.responses('INVITE').at(-1)?.header('supported')).toContain('replaces')
})
