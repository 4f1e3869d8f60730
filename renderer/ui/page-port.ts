/*
 * Takes the one port that the preload posts to this page, and puts the contract's types on it. It knows neither what is
 * said through the port nor who holds the other end.
 */
import { portMessage, type UiPagePort } from '../../common/contract/port'
import type { UiDown, UiUp } from '../../common/contract/ui'

export const takePort = (window: Window): Promise<UiPagePort> => takeRawPort(window).then(typedPort)

/** Waits for the first port that this window posts to itself; every later one is ignored. */
export function takeRawPort(window: Window): Promise<MessagePort> {
  return new Promise((resolve) => {
    const listen = (event: MessageEvent): void => {
      const [port] = event.ports
      const ours = event.source === window && event.origin === window.location.origin && event.data === portMessage
      if (!ours || !port) return
      window.removeEventListener('message', listen)
      resolve(port)
    }
    window.addEventListener('message', listen)
  })
}

export function typedPort(port: MessagePort): UiPagePort {
  return {
    send: (message: UiUp) => port.postMessage(message),
    onMessage: (listener: (message: UiDown) => void) => {
      port.addEventListener('message', (event: MessageEvent<UiDown>) => listener(event.data))
      port.start()
    },
    onClose: (listener: () => void) => port.addEventListener('close', listener),
  }
}
