/*
 * What a ui page may ask of what servers offer besides calls (voicemail, colleagues, messages), and of diagnostics; part of `ui.ts`.
 */
import * as v from 'valibot'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const accountId = text(128)

export const serverCommands = [
  /** Calls the account's voicemail. */
  v.strictObject({ type: v.literal('listenToVoicemail'), accountId }),
  /** `number`: as dialled on the account. `instead`: the id of one that failed, whose place this one takes. */
  v.strictObject({
    type: v.literal('sendMessage'),
    accountId: v.nullable(accountId),
    number: text(256),
    text: v.pipe(text(4096), v.minLength(1)),
    instead: v.exactOptional(text(64)),
  }),
  /** With this person, newest last; answered by `messages`, which counts as seen, unless `peek`: nobody looks yet. */
  v.strictObject({
    type: v.literal('listMessages'),
    accountId: v.nullable(accountId),
    number: text(256),
    peek: v.exactOptional(v.boolean()),
  }),
  /** Everybody messages were exchanged with, newest first; answered by `conversations`. */
  v.strictObject({ type: v.literal('listConversations') }),
  /** All messages with this person. */
  v.strictObject({ type: v.literal('removeConversation'), accountId, number: text(256) }),
  v.strictObject({ type: v.literal('dismissAway'), awayId: text(64) }),
  /** Runs in the background; PhoneState.accountTest tells how it goes. */
  v.strictObject({ type: v.literal('testAccount'), accountId }),
  v.strictObject({ type: v.literal('endAccountTest') }),
  /** Answered by `diagnostics`: the whole bundle, redacted, to look at. */
  v.strictObject({ type: v.literal('previewDiagnostics') }),
  /** Main asks where to; what was previewed, without the parts named. Answered by `path`. */
  v.strictObject({ type: v.literal('saveDiagnostics'), without: v.pipe(v.array(text(64)), v.maxLength(32)) }),
] as const
