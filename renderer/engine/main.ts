/*
 * The composition root of the engine page: the real clock, sockets and sound, and the port main hands over.
 */
import { systemClock } from '../../common/clock'
import { DemoLine } from './demo/demo-line'
import { EchoMedia } from './demo/echo-media'
import { BrowserMediaEngine } from './media/media-engine'
import { PhoneEngine } from './phone-engine'
import { receiveGatewayPorts, receivePort } from './port'
import { reportLog } from './report-log'
import { GatewayLink } from './sip/gateway-link'
import { warmUp } from './sip/warm-up'
import type { MinimalWebSocket, SocketFactory } from './sip/guard/socket'

const port = await receivePort(window)
const log = reportLog(port)
const media = new BrowserMediaEngine({ clock: systemClock, log })
// Its handlers take more exact events than the interface promises to give, which the DOM always does.
const openSocket: SocketFactory = (url, protocol) => new WebSocket(url, protocol) as unknown as MinimalWebSocket
const gateway = new GatewayLink({
  clock: systemClock,
  log,
  openSocket,
  loadReader: async () => (await import('./sip/read-gateway')).readGateway,
})
receiveGatewayPorts(window, (port) => void gateway.use(port))
const engine = new PhoneEngine({
  port,
  log,
  clock: systemClock,
  random: Math.random,
  newCallId: () => crypto.randomUUID(),
  openSocket,
  gateway,
  media,
  demo: new DemoLine(systemClock, () => new EchoMedia(systemClock)),
})
window.addEventListener('online', () => engine.online())
window.addEventListener('error', ({ error, message }) => engine.fault('uncaught', error ?? message))
window.addEventListener('unhandledrejection', ({ reason }) => engine.fault('unhandled-rejection', reason))
engine.start()
// Not while the accounts register.
systemClock.setTimeout(() => void warmUp(systemClock, media), 3_000)
