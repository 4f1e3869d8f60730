/*
 * The entry of the gateway's process: its port to main, the real clock, sockets and sound transport. Composition only.
 */
import { systemClock } from '../common/clock'
import type { GatewayCommand, GatewayReport } from '../common/contract/gateway'
import type { Log } from '../common/log'
import { Gateway, type EngineEnd } from './gateway'
import { createRelays } from './media/create-relays'
import { openSipLine } from './open-sip-line'

const { parentPort } = process
const report = (message: GatewayReport): void => parentPort.postMessage(message)
const log: Log = {
  debug: (message) => report({ type: 'log', level: 'debug', message: message.slice(0, 4096) }),
  info: (message) => report({ type: 'log', level: 'info', message: message.slice(0, 4096) }),
  warn: (message) => report({ type: 'log', level: 'warn', message: message.slice(0, 4096) }),
  error: (message) => report({ type: 'log', level: 'error', message: message.slice(0, 4096) }),
}
process.on('unhandledRejection', (reason) => log.error(`unhandled rejection: ${String(reason)}`))

const gateway = new Gateway({
  clock: systemClock,
  log,
  report,
  openLine: openSipLine({ clock: systemClock, log }),
  createRelays: (account, onRenegotiate) => createRelays({ clock: systemClock, log, account, onRenegotiate }),
})

parentPort.on('message', ({ data, ports }) => {
  // Main is believed: it made this process.
  gateway.command(data as GatewayCommand, ports[0] ? endOf(ports[0]) : null)
})
report({ type: 'ready' })

function endOf(port: Electron.MessagePortMain): EngineEnd {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', ({ data }) => listener(data))
      port.start()
    },
    onClose: (listener) => port.on('close', listener),
    close: () => port.close(),
  }
}
