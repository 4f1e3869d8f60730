/*
 * What a call does while its account has no connection: one that is not answered yet waits a moment, one that is answered lives on its
 * sound, and is told the new way when there is one.
 */
import { hangUp } from './end'
import type { LiveCall } from './live-call'
import { tellNewWay } from './renegotiate'

/** A ringing or dialled call waits this long for the connection, ms. */
const unansweredPatience = 5_000
/** A call with neither signalling nor sound is over after this, ms. */
const silentPatience = 35_000

export class Outlasting {
  readonly #waits = new Map<LiveCall, () => void>()

  /** The connection went away. */
  begin(call: LiveCall): void {
    this.#clear(call)
    call.care?.connectionLost()
    const answered = call.stage === 'established' || call.stage === 'connecting'
    const check = (): void => {
      this.#waits.delete(call)
      if (answered && call.media.connection === 'connected') return this.#wait(call, check, silentPatience)
      hangUp(call, 'connection-lost')
    }
    this.#wait(call, check, answered ? silentPatience : unansweredPatience)
  }

  /** Registered on a new connection. */
  over(call: LiveCall): void {
    // The answer to an INVITE of ours went the old way and will not come; what rings here may still be answered.
    if (call.direction === 'outgoing' && (call.stage === 'dialing' || call.stage === 'alerting')) return
    this.#clear(call)
    if (call.stage === 'established') void this.#tell(call)
    if (call.stage === 'ringing') void this.#lookWhoWaits(call)
  }

  async #tell(call: LiveCall): Promise<void> {
    const told = await tellNewWay(call)
    if (told.ok) call.care?.ways.told()
  }

  /** The caller may have given up while nobody could tell. */
  async #lookWhoWaits(call: LiveCall): Promise<void> {
    const waiting = (await call.care?.isWaiting()) ?? true
    if (!waiting && call.stage === 'ringing') hangUp(call, 'remote-cancelled')
  }

  #wait(call: LiveCall, task: () => void, ms: number): void {
    this.#waits.set(call, call.later(task, ms))
    void call.ended.then(() => this.#waits.delete(call))
  }

  #clear(call: LiveCall): void {
    this.#waits.get(call)?.()
    this.#waits.delete(call)
  }
}
