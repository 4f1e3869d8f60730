/*
 * What every page of the phone has in common: no Node, a world of its own, and one port to main for each load of it. What goes through
 * the port it does not know.
 */
import { MessageChannelMain, type Session, type WebContents, type WebPreferences } from 'electron'

/** Main's end of the port of one load. */
export interface PagePort {
  send(message: unknown): void
  /** What came before is delivered now. */
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
  close(): void
}

/** What no page is without. */
export const pagePreferences = ({
  preload,
  session,
}: {
  readonly preload: string
  readonly session: Session
}): WebPreferences => ({
  preload,
  session,
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  spellcheck: false,
  devTools: false,
})

/** Gives the page that has just been loaded a port. */
export function openPort(page: WebContents): PagePort {
  const { port1, port2 } = new MessageChannelMain()
  page.postMessage('port', null, [port2])
  return {
    send: (message) => port1.postMessage(message),
    onMessage: (listener) => {
      port1.on('message', ({ data }) => listener(data))
      port1.start()
    },
    onClose: (listener) => void port1.on('close', listener),
    close: () => port1.close(),
  }
}
