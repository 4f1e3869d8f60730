/*
 * What a client of the control door may say: one JSON object a line. Whoever can open the socket is the user, but what
 * they send may still be broken, so it is checked like anything else that comes from outside.
 */
import * as v from 'valibot'

const text = (max: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(max))
/** A call's UUID or its beginning. */
const call = v.exactOptional(text(64))
/** Answer when it was done, or was not, instead of when it was accepted. */
const wait = v.exactOptional(v.boolean())

const about = <const Verb extends string>(verb: Verb) => v.strictObject({ verb: v.literal(verb), call, wait })
const alone = <const Verb extends string>(verb: Verb) => v.strictObject({ verb: v.literal(verb), wait })

const controlRequestSchema = v.variant('verb', [
  alone('status'),
  v.strictObject({ verb: v.literal('call'), target: text(512), account: v.exactOptional(text(512)), wait }),
  v.strictObject({
    verb: v.literal('pickup'),
    /** Whose phone rings; left out: anybody's of one's group. */
    extension: v.exactOptional(text(512)),
    account: v.exactOptional(text(512)),
    wait,
  }),
  about('answer'),
  about('hold-and-answer'),
  about('end-and-answer'),
  about('decline'),
  about('voicemail'),
  v.strictObject({ verb: v.literal('deflect'), target: text(512), call, wait }),
  about('end'),
  about('hold'),
  about('resume'),
  alone('swap'),
  about('mute'),
  about('unmute'),
  v.strictObject({
    verb: v.literal('dtmf'),
    digits: v.pipe(v.string(), v.regex(/^[0-9A-Da-d*#,]{1,64}$/)),
    call,
    wait,
  }),
  about('continue'),
  about('forget-digits'),
  v.strictObject({
    verb: v.literal('merge'),
    calls: v.exactOptional(v.pipe(v.array(text(64)), v.minLength(2), v.maxLength(16))),
    wait,
  }),
  about('split'),
  about('end-conference'),
  v.strictObject({
    verb: v.literal('transfer'),
    /** A number, or another call; one of the two. */
    target: v.exactOptional(text(512)),
    to: v.exactOptional(text(64)),
    call,
    wait,
  }),
  v.strictObject({ verb: v.literal('consult'), target: text(512), call, wait }),
  about('park'),
  about('accept-transfer'),
  about('refuse-transfer'),
  v.strictObject({
    verb: v.literal('dnd'),
    /** Left out: nothing changes. */
    on: v.exactOptional(v.boolean()),
    minutes: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_080))),
    wait,
  }),
  v.strictObject({ verb: v.literal('test'), account: v.exactOptional(text(512)), wait }),
  alone('events'),
  alone('show'),
  alone('quit'),
])
export type ControlRequest = v.InferOutput<typeof controlRequestSchema>

/** Verbs that are about one call. */
export type CallVerb = Exclude<
  ControlRequest['verb'],
  'status' | 'events' | 'show' | 'quit' | 'call' | 'pickup' | 'swap' | 'merge' | 'dnd' | 'test'
>

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
