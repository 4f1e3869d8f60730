/*
 * What the bar of the calls may wish for: the verbs it has buttons for, and nothing else of the phone. Pure.
 */
import type { UiCommand } from '../../common/contract/ui'
import type { WishOutcome } from './phone-api'

const allowed: ReadonlySet<UiCommand['type']> = new Set(['setMuted', 'setHeld', 'swap', 'end', 'endGroup'])

type Perform = (command: UiCommand) => Promise<WishOutcome>

/** `perform` for the bar; everything else is answered `invalid-argument`. */
export const callBarCommands =
  (perform: Perform): Perform =>
  async (command) =>
    allowed.has(command.type)
      ? perform(command)
      : { callId: null, error: { code: 'invalid-argument', detail: null, registration: null, certificate: null } }
