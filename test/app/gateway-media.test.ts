/*
 * Sound through the gateway: a real Chromium with a microphone that says a tone, the real relay, and a phone that speaks plain RTP or SRTP and
 * tells which tone it hears.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../common/clock'
import { silentLog } from '../../common/log'
import { createRelays } from '../../gateway/media/create-relays'
import { nativeWebLegs } from '../../gateway/media/native-web-leg'
import { parseSdp } from '../../gateway/media/parse-sdp'
import type { MediaAccount } from '../../gateway/media/relay-session'
import type { RelaySessions } from '../../gateway/media/relay-sessions'
import type { WebLegEvents } from '../../gateway/media/web-leg'
import { TonePeer } from '../support/gateway/tone-peer'
import type { RelayFunctions } from '../support/media/gateway'
import { MediaWindow } from '../support/media/media-window'
import type { lab as Lab, loud as Loud, silent as Silent } from '../support/media/page'
import { until } from '../support/until'

/** Live in the page, where the functions given to `evaluate` run. */
declare const lab: typeof Lab
declare const loud: typeof Loud
declare const silent: typeof Silent
type Call = Awaited<ReturnType<typeof Lab.plainCall>>
declare const window: { call: Call; renegotiate(session: string, sdp: string): void }

const session = 'a-call'
let media: MediaWindow
let relays: RelaySessions
let account: MediaAccount = { srtp: 'optional', stun: null, secure: false, server: '127.0.0.1', ports: null }
const legs: WebLegEvents[] = []
const peers: TonePeer[] = []

beforeAll(async () => {
  media = await MediaWindow.open({ microphone: 440 })
  const create = nativeWebLegs(systemClock, silentLog)
  relays = createRelays({
    clock: systemClock,
    log: silentLog,
    account: () => account,
    onRenegotiate: (id, sdp) =>
      void media.page.evaluate(([one, text]) => window.renegotiate(one, text), [id, sdp] as const),
    createWebLeg: (events) => {
      legs.push(events)
      return create(events)
    },
  })
  const functions: RelayFunctions = {
    relayDescribe: async (id, step, sdp) => {
      const described = await relays.describe(id, 'work', step, sdp)
      return described.ok ? { sdp: described.sdp, error: null } : { sdp: null, error: described.error }
    },
    relayCount: async (id) => relays.count(id),
    relayRollback: async (id) => relays.rollback(id),
    relayRelease: async (id) => relays.release(id),
  }
  for (const [name, run] of Object.entries(functions)) await media.page.exposeFunction(name, run)
})
afterEach(async () => {
  await media.page.evaluate(() => lab.clear())
  for (const peer of peers.splice(0)) peer.close()
  expect(await until(() => relays.size === 0, { what: 'the session to be released' })).toBe(true)
  legs.length = 0
})
afterAll(async () => {
  relays?.close()
  await media?.close()
})

const peer = async (hertz: number, ssrc?: number): Promise<TonePeer> => {
  const made = await TonePeer.open(hertz, ssrc)
  peers.push(made)
  return made
}
const portOf = (sdp: string): number => parseSdp(sdp)?.audio.rtp?.port ?? 0
const hears = (one: TonePeer, hertz: number): Promise<unknown> =>
  until(() => one.hears(hertz) > -35, { what: `${hertz} Hz at the far end`, every: 250 })
/** What our speaker plays, in Hz; 0 for nothing. */
const plays = (hertz: number): Promise<number> =>
  media.page.evaluate(async (wanted) => {
    const heard = await lab.until(
      () => lab.played(),
      (one) => (wanted === 0 ? silent(one) : loud(one) && one.hertz === wanted),
    )
    return loud(heard) ? heard.hertz : 0
  }, hertz)
const begin = (): Promise<string> =>
  media.page.evaluate(async (id) => {
    window.call = await lab.plainCall(await lab.engine(), id)
    return (await window.call.getDescription()).body
  }, session)
const offer = (held = false): Promise<string> =>
  media.page.evaluate(async (isHeld) => {
    window.call.setHeld(isHeld)
    return (await window.call.getDescription()).body
  }, held)
const take = (sdp: string): Promise<void> => media.page.evaluate((text) => window.call.setDescription(text), sdp)
const answer = (): Promise<string> => media.page.evaluate(async () => (await window.call.getDescription()).body)
const connection = (): Promise<string> => media.page.evaluate(() => window.call.connection)
const quality = (): ReturnType<Call['stats']> => media.page.evaluate(() => window.call.stats())

it('a call out over plain RTP: forks, tones at both ends, digits, hold of both sides, a new port, a broken transport', async () => {
  const [fork, far, moved] = [await peer(1500, 1), await peer(1000, 2), await peer(2000, 3)]
  const plain = await begin()
  expect(plain).not.toMatch(/a=(ice|fingerprint|candidate|setup|mid|extmap)/)
  const early = (sdp: string): Promise<void> =>
    media.page.evaluate((text) => window.call.setEarlyDescription(text), sdp)
  // The first fork has another codec than the one that answers; its sound is not the tone of a codec of ours.
  await early(fork.wire.sdp([], { formats: '8' }))
  await early(fork.wire.sdp([]))
  fork.say(portOf(plain))
  expect(await plays(1500)).toBe(1500)
  await take(far.wire.sdp(['a=rtpmap:101 telephone-event/8000'], { formats: '0 101' }))
  far.say(portOf(plain))
  await hears(far, 440)
  expect(await plays(1000)).toBe(1000)
  fork.hush()
  expect(await quality()).toMatchObject({ codec: 'PCMU', encryption: 'none' })
  expect(relays.count(session)).toMatchObject({ latched: `127.0.0.1:${far.wire.port}`, refused: 0 })

  far.wire.heard.length = 0
  expect(await media.page.evaluate(() => window.call.sendDtmf('5'))).toBe(true)
  const digit = await until(() => far.wire.heard.find(({ packet }) => (packet[1] ?? 0) % 128 === 101), {
    what: 'a digit',
  })
  expect(digit.packet[12]).toBe(5)

  const hold = await offer(true)
  expect(hold).toContain('a=sendonly')
  await take(far.wire.sdp(['a=recvonly']))
  expect(await plays(0)).toBe(0)
  await until(() => far.hears(440) < -60, { what: 'silence at the far end', every: 250 })
  await offer(false)
  await take(far.wire.sdp([]))
  await hears(far, 440)

  // The far end holds without an address, as old phones do, and comes back on another port.
  await take(far.wire.sdp(['c=IN IP4 0.0.0.0']))
  expect(await answer()).toContain('a=recvonly')
  expect(await media.page.evaluate(() => window.call.remoteHeld)).toBe(true)
  far.hush()
  await take(moved.wire.sdp([]))
  expect(await answer()).toContain('a=sendrecv')
  moved.say(portOf(plain))
  await hears(moved, 440)
  expect(await plays(2000)).toBe(2000)

  legs[0]?.onState('failed')
  await until(() => legs.length === 2, { what: 'another transport' })
  moved.wire.heard.length = 0
  await hears(moved, 440)
  expect(await plays(2000)).toBe(2000)
})

it('a call in over SRTP: prepared while it rings, tones at both ends, encrypted; without an offer too', async () => {
  account = { ...account, secure: true }
  const far = await peer(1000)
  const mine = { tag: 1, suite: 'AES_CM_128_HMAC_SHA1_80', master: Buffer.alloc(30, 7) } as const
  const crypto = `a=crypto:1 ${mine.suite} inline:${mine.master.toString('base64')}`
  const invite = far.wire.sdp([crypto, 'a=rtpmap:101 telephone-event/8000'], { protocol: 'RTP/SAVP', formats: '0 101' })
  const reply = await media.page.evaluate(
    async ([id, sdp]) => {
      const engine = await lab.engine()
      window.call = await lab.plainCall(engine, id)
      await window.call.prepare(sdp)
      await window.call.setDescription(sdp)
      return (await window.call.getDescription()).body
    },
    [session, invite] as const,
  )
  const theirs = parseSdp(reply)?.audio.crypto[0]
  if (theirs === undefined) throw new Error('the answer has no key')
  expect(parseSdp(reply)?.audio.protocol).toBe('RTP/SAVP')
  far.say(portOf(reply), { mine, theirs })
  await hears(far, 440)
  expect(await plays(1000)).toBe(1000)
  expect(await quality()).toMatchObject({ codec: 'PCMU', encryption: 'sdes' })
  await media.page.evaluate(() => window.call.close())

  const other = await peer(1500)
  const made = await media.page.evaluate(async (id) => {
    window.call = await lab.plainCall(await lab.engine(), id)
    await window.call.prepare(null)
    return (await window.call.getDescription()).body
  }, 'another')
  // As servers like it: Opus, and events by the clock of something else.
  const lines = ['a=rtpmap:111 opus/48000/2', 'a=rtpmap:101 telephone-event/8000']
  await take(other.wire.sdp(lines, { formats: '111 0 101' }))
  other.say(portOf(made))
  expect(await plays(1500)).toBe(1500)
  expect(await quality()).toMatchObject({ codec: 'opus', encryption: 'none' })
  expect(await media.page.evaluate(() => window.call.sendDtmf('9'))).toBe(true)
  await until(() => other.wire.heard.find(({ packet }) => (packet[1] ?? 0) % 128 === 101 && packet[12] === 9), {
    what: 'a digit beside Opus',
  })
})

it.each([
  ['at once', false],
  ['when it has noticed', true],
])('a call outlives its gateway, asked to go on %s', async (_, isNoticed) => {
  const far = await peer(1000)
  await begin()
  await take(far.wire.sdp([]))
  await hears(far, 440)
  // What a new process knows: nothing.
  relays.release(session)
  if (isNoticed) await until(async () => (await connection()) !== 'connected', { what: 'the browser to notice' })
  const anew = await offer()
  await take(far.wire.sdp([]))
  far.say(portOf(anew))
  await hears(far, 440)
  expect(await plays(1000)).toBe(1000)
})

it('a caller’s WebRTC is taken as it is, without the gateway', async () => {
  const heard = await media.page.evaluate(async (id) => {
    const engine = await lab.engine()
    const caller = engine.createCallMedia()
    await caller.openMicrophone()
    const invite = (await caller.getDescription()).body
    const callee = await lab.plainCall(engine, id)
    await callee.prepare(invite)
    await callee.setDescription(invite)
    await caller.setDescription((await callee.getDescription()).body)
    await Promise.all([caller.connected, callee.connected])
    caller.setAudio(true)
    const here = await lab.until(() => lab.played(), loud)
    return { hertz: here.hertz, encryption: (await callee.stats()).encryption }
  }, session)
  expect(heard).toEqual({ hertz: 440, encryption: 'dtls' })
  expect(relays.size).toBe(0)
})

it('what cannot be agreed is said in the words of the call’s end', async () => {
  account = { ...account, srtp: 'required' }
  const far = await peer(1000)
  await begin()
  const failure = (sdp: string): Promise<string> =>
    media.page.evaluate(
      (text) =>
        window.call.setDescription(text).then(
          () => 'none',
          (error: { code: string }) => error.code,
        ),
      sdp,
    )
  expect(await failure(far.wire.sdp([]))).toBe('srtp-required')
  expect(await failure(far.wire.sdp(['a=rtpmap:18 G729/8000'], { formats: '18' }))).toBe('not-acceptable')
})
