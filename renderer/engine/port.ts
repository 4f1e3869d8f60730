/*
 * The engine page's end of its port to main: waits for the one port the preload hands over and closes the door behind it. It does not
 * look into what travels.
 */
import { portMessage, type EnginePagePort } from '../../common/contract/port'

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

function wrapPort(port: MessagePort): EnginePagePort {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.onmessage = ({ data }) => listener(data)
    },
    onClose: (listener) => port.addEventListener('close', listener),
  }
}
