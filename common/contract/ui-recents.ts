/*
 * What a ui page may ask of the calls that ended, and of all the phone keeps of its user; part of `ui.ts`.
 */
import * as v from 'valibot'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const callId = v.pipe(v.string(), v.uuid())

export const recentCommands = [
  /** Newest first, those that began before `before` (wall-clock ms, null: from now); answered by `calls`. */
  v.strictObject({
    type: v.literal('findCalls'),
    text: text(256),
    filter: v.picklist(['all', 'missed', 'incoming', 'outgoing', 'blocked']),
    before: v.nullable(v.pipe(v.number(), v.minValue(0))),
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
  }),
  v.strictObject({
    type: v.literal('removeCalls'),
    callIds: v.pipe(v.array(callId), v.minLength(1), v.maxLength(200)),
  }),
  /** Main asks where to: CSV or JSON, by the name given. */
  v.strictObject({ type: v.literal('exportCalls') }),
  /** This live call leaves no trace. */
  v.strictObject({ type: v.literal('setPrivate'), callId, private: v.boolean() }),
  /** Main asks where to: everything the phone keeps of its user, without passwords. */
  v.strictObject({ type: v.literal('exportData') }),
  /** All of it, for good; main asks once more. */
  v.strictObject({ type: v.literal('eraseData') }),
] as const
