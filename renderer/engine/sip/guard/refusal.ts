/*
 * How a check says no, and two helpers every check uses. Thrown inside the guard only and always caught there.
 */
import { MAX_LINE, type WireMessage } from '../../../../common/wire-message'

/** Why a message does not pass. `status` is what a request is answered with; a response is only dropped. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly note: string,
    readonly extra: readonly string[] = [],
  ) {
    super(note)
  }
}

/** Values equal to the old ones cost nothing; null refuses the message. */
export const rewrite = (
  message: WireMessage,
  name: string,
  repair: (value: string) => string | null,
  all: boolean,
): void => {
  for (const header of message.headers) {
    if (header.name !== name) continue
    const value = repair(header.value)
    // A repair may make a value longer, and our answer adds a label and a tag: the limit is looked at again.
    if (value === null || value.length > MAX_LINE - 256) throw new Refusal(400, `bad ${name}`)
    if (value !== header.value) {
      header.value = value
      message.changed = true
    }
    if (!all) return
  }
}

/** Up to ten digits, at most `max`; null for anything else. */
export const numberIn = (value: string | undefined, max: number): number | null =>
  value !== undefined && /^\d{1,10}$/.test(value) && Number(value) <= max ? Number(value) : null
