/* Calls through the relay over loopback, with a real WebRTC transport on the browser's side and real sockets on the wire's. */
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../../common/clock'
import { silentLog } from '../../../common/log'
import { createRelays } from '../../../gateway/media/create-relays'
import { parseSdp } from '../../../gateway/media/parse-sdp'
import type { MediaAccount } from '../../../gateway/media/relay-session'
import type { RelaySessions } from '../../../gateway/media/relay-sessions'
import { until } from '../../support/until'
import { Browser } from './media-support/browser'
import { goodbye, receiverReport, rtp } from './media-support/packets'
import { WirePeer } from './media-support/wire-peer'

const open: { close(): void }[] = []
const ours = <T extends { close(): void }>(one: T): T => {
  open.push(one)
  return one
}
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

const plain: MediaAccount = { srtp: 'off', stun: null, secure: false, server: '127.0.0.1' }
const renegotiations: string[] = []

function relays(account: Partial<MediaAccount> = {}): RelaySessions {
  return ours(
    createRelays({
      clock: systemClock,
      log: silentLog,
      account: () => ({ ...plain, ...account }),
      onRenegotiate: (_, sdp) => void renegotiations.push(sdp),
    }),
  )
}

/** One call's end: a browser and its relay. */
class Phone {
  readonly browser = ours(new Browser())
  constructor(
    private readonly relays: RelaySessions,
    private readonly session = crypto.randomUUID() as string,
  ) {}

  async describe(step: Parameters<RelaySessions['describe']>[2], sdp: string): Promise<string> {
    const described = await this.relays.describe(this.session, 'work', step, sdp)
    if (!described.ok) throw new Error(`${step}: ${described.error}`)
    return described.sdp
  }

  async offer(direction: 'sendrecv' | 'sendonly' = 'sendrecv', types?: number[]): Promise<string> {
    return this.describe('localOffer', await this.browser.offer({ direction, ...(types && { types }) }))
  }

  async answer(offer: string, direction: 'sendrecv' | 'recvonly' = 'sendrecv'): Promise<string> {
    const web = await this.describe('remoteOffer', offer)
    return this.describe('localAnswer', await this.browser.answer(web, direction))
  }

  async accept(answer: string, step: 'remoteAnswer' | 'remoteEarly' = 'remoteAnswer'): Promise<string> {
    const web = await this.describe(step, answer)
    this.browser.accept(web)
    return web
  }

  count(): NonNullable<ReturnType<RelaySessions['count']>> {
    const counters = this.relays.count(this.session)
    if (counters === null) throw new Error('no such session')
    return counters
  }

  connected(): Promise<unknown> {
    return until(() => this.browser.state === 'connected', { what: 'the browser to be connected' })
  }

  release(): void {
    this.relays.release(this.session)
  }
}

async function call(account: Partial<MediaAccount> = {}, types?: number[]): Promise<[Phone, Phone]> {
  const both = relays(account)
  const [caller, callee] = [new Phone(both), new Phone(both)]
  await caller.accept(await callee.answer(await caller.offer('sendrecv', types)))
  await Promise.all([caller.connected(), callee.connected()])
  return [caller, callee]
}

/** Sends ten packets each way; what each browser then heard. */
async function talk(caller: Phone, callee: Phone, type = 0): Promise<[number, number]> {
  const before = [caller.browser.heard.length, callee.browser.heard.length]
  await until(
    () => {
      caller.browser.send(type)
      callee.browser.send(type)
      return caller.browser.heard.length > (before[0] ?? 0) + 5 && callee.browser.heard.length > (before[1] ?? 0) + 5
    },
    { what: 'sound in both directions', ms: 3000 },
  )
  return [caller.browser.heard.length - (before[0] ?? 0), callee.browser.heard.length - (before[1] ?? 0)]
}

test('two phones hear each other through their relays', async () => {
  const [caller, callee] = await call()
  await talk(caller, callee)
  expect(callee.browser.heard.at(-1)).toMatchObject({ type: 0, payload: Buffer.alloc(160, 0x55) })
  expect(caller.count()).toMatchObject({ strangers: 0, refused: 0, encryption: 'none' })
  expect(caller.count().latched).toBe(caller.count().signalled)
})
