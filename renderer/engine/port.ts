/*
 * The engine page's ends of its ports: waits for the one to main that the preload hands over and closes the door behind it, and takes
 * each one to the gateway. It does not look into what travels.
 */
import { gatewayPortMessage, portMessage, type EnginePagePort } from '../../common/contract/port'
import type { LinkPort } from './sip/gateway-link'

/** Resolves with the first port this window is given by itself; later ones are closed unread. */
export function receivePort(window: Window): Promise<EnginePagePort> {
  return new Promise((resolve) => {
    const listen = (event: MessageEvent): void => {
      const port = event.ports[0]
      if (event.source !== window || event.data !== portMessage || port === undefined) return
      window.removeEventListener('message', listen)
      resolve(wrapPort(port))
    }
    window.addEventListener('message', listen)
  })
}

/** Calls `use` with each port to the gateway this window is given by itself. */
export function receiveGatewayPorts(window: Window, use: (port: LinkPort) => void): void {
  window.addEventListener('message', (event) => {
    const port = event.ports[0]
    if (event.source !== window || event.data !== gatewayPortMessage || port === undefined) return
    use({
      send: (message) => port.postMessage(message),
      onMessage: (listener) => {
        port.onmessage = ({ data }) => listener(data)
      },
      onClose: (listener) => port.addEventListener('close', listener),
      close: () => port.close(),
    })
  })
}

function wrapPort(port: MessagePort): EnginePagePort {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.onmessage = ({ data }) => listener(data)
    },
    onClose: (listener) => port.addEventListener('close', listener),
  }
}
