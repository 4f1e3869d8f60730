/*
 * One call that nobody hears of, through everything an incoming call goes through up to main's word, on a line inside the page. The
 * first real one then finds all of it compiled, and rings some 100 ms sooner. It asks nobody and reports nothing.
 */
import { noFeatures, usualConnection, usualNumbers } from '../../../common/account'
import type { Clock } from '../../../common/clock'
import type { EngineAccount } from '../../../common/contract/engine'
import { silentLog } from '../../../common/log'
import type { DescriptionHandler, MediaEngine } from '../media/media'
import { memorySockets } from '../demo/memory-socket'
import { AccountLine } from './account-line'
import { FarEnd } from './far-end'
import { LiveCall } from './live-call'
import { receive } from './receive'

const account: EngineAccount = {
  id: 'warm-up',
  name: '',
  uri: 'sip:you@demo.invalid',
  server: 'demo:',
  username: 'you',
  displayName: null,
  certificate: null,
  enabled: true,
  features: noFeatures,
  connection: usualConnection,
  numbers: usualNumbers,
  password: '',
  turnPassword: null,
  instanceId: 'urn:uuid:00000000-0000-4000-8000-000000000000',
}

const body =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 127.0.0.1\r\n' +
  'a=rtpmap:111 opus/48000/2\r\na=fingerprint:sha-256 00\r\na=ice-ufrag:x\r\na=ice-pwd:x\r\n'

/** The far end never gets far enough to need sound. */
const noSound: DescriptionHandler = {
  getDescription: () => Promise.resolve({ body, contentType: 'application/sdp' }),
  setDescription: () => Promise.resolve(),
  hasDescription: () => true,
  rollbackDescription: () => Promise.resolve(),
  sendDtmf: () => false,
  close: () => {},
}

/** Takes about 150 ms of the page's time, once. Resolves when it left nothing behind. */
export async function warmUp(clock: Clock, media: MediaEngine): Promise<void> {
  const [near, far] = memorySockets()
  const farEnd = new FarEnd({ socket: far, clock, createMedia: () => noSound })
  const call = new LiveCall(
    { id: account.id, accountId: account.id, direction: 'incoming', ownHost: '', media: media.createCallMedia() },
    { clock, log: silentLog, report: () => {} },
  )
  const line = new AccountLine({
    account,
    clock,
    log: silentLog,
    random: () => 0,
    openSocket: () => near,
    url: 'ws://demo.invalid/',
    ping: false,
    onRegistration: ({ state }) => {
      if (state === 'registered') farEnd.call()
    },
    onInvite: (invitation) => {
      receive(call, { line, invitation, ask: () => Promise.resolve({ type: 'reject', status: 486 }) })
    },
    onDown: () => {},
    onReach: () => {},
    onUpAgain: () => {},
    isBusy: () => false,
    onMessageSummary: () => {},
    onMessage: () => {},
    onLostBye: () => {},
    onUpdate: () => false,
    onPrack: () => false,
  })
  line.open()
  await Promise.race([call.ended, new Promise<void>((resolve) => clock.setTimeout(resolve, 2_000))])
  call.drop()
  await line.close(0)
  await farEnd.close()
}
