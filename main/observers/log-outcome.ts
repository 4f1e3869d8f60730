/*
 * A wish made where no window can say what came of it: the log can. It tells the code and nothing of the call.
 */
import type { Log } from '../../common/log'
import type { Requested } from '../callkit/verbs'

/** `what`: the wish and where it was made, e.g. `answer from the tray`. */
export async function logOutcome(what: string, wish: Promise<Requested<unknown>>, log: Log): Promise<void> {
  const requested = await wish
  const outcome = requested.ok ? await requested.completed : requested
  if (!outcome.ok) log.warn(`${what}: ${outcome.code}`)
}
