/*
 * The little a page needs to know of its ports: a preload posts them to its own window, marked with these names, because ports do not
 * cross the context bridge. The one to main comes once per load, and the page closes the door behind it; one to the gateway comes each
 * time that process starts.
 */
import type { EngineDown, EngineUp } from './engine'
import type { UiDown, UiUp } from './ui'

export const portMessage = 'patchcord-port'
/** The newest is the one that counts: the process behind the one before is gone. */
export const gatewayPortMessage = 'patchcord-gateway-port'

/** A MessagePort that carries `Out` away and brings `In`. */
export interface TypedPort<In, Out> {
  send(message: Out): void
  onMessage(listener: (message: In) => void): void
  onClose(listener: () => void): void
}

export type EnginePagePort = TypedPort<EngineDown, EngineUp>
export type UiPagePort = TypedPort<UiDown, UiUp>
