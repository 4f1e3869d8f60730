/*
 * The little a page needs to know of its port to main: a preload posts it to its own window once per load, marked with
 * this name, because ports do not cross the context bridge. The page takes the first one and closes the door.
 */
import type { EngineDown, EngineUp } from './engine'
import type { UiDown, UiUp } from './ui'

export const portMessage = 'patchcord-port'

/** A MessagePort that carries `Out` away and brings `In`. */
export interface TypedPort<In, Out> {
  send(message: Out): void
  onMessage(listener: (message: In) => void): void
  onClose(listener: () => void): void
}

export type EnginePagePort = TypedPort<EngineDown, EngineUp>
export type UiPagePort = TypedPort<UiDown, UiUp>
