/*
 * The composition root of the engine page: the real clock, sockets and sound, and the port main hands over.
 */
import { systemClock } from '../../common/clock'
import { DemoLine } from './demo/demo-line'
import { EchoMedia } from './demo/echo-media'
import { BrowserMediaEngine } from './media/media-engine'
import { PhoneEngine } from './phone-engine'
import { receivePort } from './port'
import { reportLog } from './report-log'
import { warmUp } from './sip/warm-up'
import type { MinimalWebSocket } from './sip/guard/socket'

const port = await receivePort(window)
const log = reportLog(port)
const media = new BrowserMediaEngine({ clock: systemClock, log })
const engine = new PhoneEngine({
  port,
  log,
  clock: systemClock,
  random: Math.random,
  newCallId: () => crypto.randomUUID(),
  // Its handlers take more exact events than the interface promises to give, which the DOM always does.
  openSocket: (url, protocol) => new WebSocket(url, protocol) as unknown as MinimalWebSocket,
  media,
  demo: new DemoLine(systemClock, () => new EchoMedia(systemClock)),
})
window.addEventListener('online', () => engine.online())
window.addEventListener('error', ({ error, message }) => engine.fault('uncaught', error ?? message))
window.addEventListener('unhandledrejection', ({ reason }) => engine.fault('unhandled-rejection', reason))
engine.start()
// Not while the accounts register.
systemClock.setTimeout(() => void warmUp(systemClock, media), 3_000)
