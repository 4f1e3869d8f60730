/*
 * The way out: whoever quits says goodbye to the servers first, but never waits long for them.
 */
import type { App } from 'electron'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'

export interface LeaveOptions {
  readonly clock: Clock
  readonly log: Log
  /** Ends calls and unregisters; resolves when all is said. */
  readonly sayGoodbye: () => Promise<unknown>
  /** Closes what is still open. */
  readonly close: () => Promise<void>
}

/** Everything that must be said on the way out is said within this, ms. */
const farewellMs = 2_000

export function leaveOrderly(app: App, { clock, log, sayGoodbye, close }: LeaveOptions): void {
  let leaving = false
  app.on('before-quit', (event) => {
    if (leaving) return
    event.preventDefault()
    leaving = true
    log.info('quitting')
    const limit = new Promise((resolve) => clock.setTimeout(() => resolve(undefined), farewellMs))
    void Promise.race([sayGoodbye(), limit])
      .then(close)
      .finally(() => app.exit(0))
  })
}
