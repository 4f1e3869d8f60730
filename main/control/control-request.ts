/*
 * What a client of the control door may say: one JSON object a line. Whoever can open the socket is the user, but what
 * they send may still be broken, so it is checked like anything else that comes from outside.
 */
import * as v from 'valibot'

const text = (max: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(max))
/** A call's UUID or its beginning. */
const call = v.exactOptional(text(64))

const controlRequestSchema = v.variant('verb', [
  v.strictObject({ verb: v.literal('status') }),
  v.strictObject({ verb: v.literal('call'), target: text(512), account: v.exactOptional(text(512)) }),
  v.strictObject({ verb: v.literal('answer'), call }),
  v.strictObject({ verb: v.literal('decline'), call }),
  v.strictObject({ verb: v.literal('end'), call }),
  v.strictObject({ verb: v.literal('hold'), call }),
  v.strictObject({ verb: v.literal('resume'), call }),
  v.strictObject({ verb: v.literal('mute'), call }),
  v.strictObject({ verb: v.literal('unmute'), call }),
  v.strictObject({
    verb: v.literal('dtmf'),
    digits: v.pipe(v.string(), v.regex(/^[0-9A-Da-d*#,]{1,64}$/)),
    call,
  }),
  v.strictObject({ verb: v.literal('events') }),
  v.strictObject({ verb: v.literal('show') }),
  v.strictObject({ verb: v.literal('quit') }),
])
export type ControlRequest = v.InferOutput<typeof controlRequestSchema>
export type CallVerb = Exclude<ControlRequest['verb'], 'status' | 'events' | 'show' | 'quit' | 'call'>

export interface ControlError {
  readonly error: { readonly code: string; readonly message: string }
}

export const controlError = (code: string, message: string): ControlError => ({ error: { code, message } })

/** The request in a line, or the error to answer with. Never quotes the line. */
export function parseRequest(line: string): ControlRequest | ControlError {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch {
    return controlError('invalid-argument', 'not a line of JSON')
  }
  const parsed = v.safeParse(controlRequestSchema, raw)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const field = v.getDotPath(issue)
  if (field === 'verb' || field === null) return controlError('invalid-argument', 'unknown verb')
  if (field === 'digits') return controlError('invalid-argument', 'digits: only 0-9 * # A-D and commas, at most 64')
  return controlError('invalid-argument', `${field.slice(0, 64)}: missing, unknown or malformed`)
}
