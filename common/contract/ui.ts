/*
 * Every message between main and a ui page. Down: the whole phone at each change, and levels apart, so that meters do not
 * re-render the phone. Up: one command per wish of the user; each is answered once. What comes up is validated in main.
 */
import * as v from 'valibot'
import { accountConnectionSchema, accountFeaturesSchema, numberPlanSchema, type RefusedCertificate } from '../account'
import type { RegistrationFailure, RequestErrorCode } from '../errors'
import type { PhoneState } from '../phone-state'
import { ringTones } from '../ring-tones'
import { settingsPatchSchema } from '../settings'
import type { UiAnswer } from './ui-answer'
import { contactCommands } from './ui-contacts'
import { directoryCommands } from './ui-directory'
import { recentCommands } from './ui-recents'
import { serverCommands } from './ui-server'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const callId = v.pipe(v.string(), v.uuid())
const accountId = text(128)

export const accountDraftSchema = v.strictObject({
  name: text(128),
  uri: text(512),
  server: text(512),
  username: text(256),
  password: v.nullable(text(512)),
  displayName: v.nullable(text(256)),
  certificate: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  features: accountFeaturesSchema,
  connection: accountConnectionSchema,
  numbers: numberPlanSchema,
  turnPassword: v.nullable(text(512)),
  listsCalls: v.exactOptional(v.boolean()),
})

/** How the password of a new account is kept: in the keychain, unprotected (the user agreed), or asked at each start. */
const keepPassword = v.picklist(['keychain', 'plain-text', 'ask'])

export const uiCommandSchema = v.variant('type', [
  /** `private`: the call is to leave no trace. */
  v.strictObject({
    type: v.literal('call'),
    target: text(512),
    accountId: v.nullable(accountId),
    private: v.exactOptional(v.boolean()),
  }),
  /** Takes what rings at a colleague's phone; `extension` null: whatever rings in one's group. As `call` otherwise. */
  v.strictObject({ type: v.literal('pickUp'), extension: v.nullable(text(512)), accountId: v.nullable(accountId) }),
  v.strictObject({ type: v.literal('answer'), callId }),
  v.strictObject({ type: v.literal('decline'), callId }),
  /** No tone for this caller any more; it goes on ringing for them. */
  v.strictObject({ type: v.literal('silence'), callId }),
  v.strictObject({ type: v.literal('holdAndAnswer'), callId }),
  v.strictObject({ type: v.literal('endAndAnswer'), callId }),
  v.strictObject({ type: v.literal('sendToVoicemail'), callId }),
  v.strictObject({ type: v.literal('deflect'), callId, target: text(512) }),
  v.strictObject({ type: v.literal('end'), callId }),
  /** Hangs up on every member of the conference the call is in. */
  v.strictObject({ type: v.literal('endGroup'), callId }),
  v.strictObject({ type: v.literal('swap') }),
  v.strictObject({ type: v.literal('merge'), callIds: v.pipe(v.array(callId), v.minLength(2), v.maxLength(16)) }),
  /** Takes the call out of its conference; the others are held. */
  v.strictObject({ type: v.literal('split'), callId }),
  v.strictObject({ type: v.literal('transfer'), callId, target: text(512) }),
  /** Calls somebody to ask whether they take the call over; answered as `call` is. */
  v.strictObject({ type: v.literal('consult'), callId, target: text(512) }),
  v.strictObject({ type: v.literal('transferToCall'), callId, toCallId: callId }),
  v.strictObject({ type: v.literal('park'), callId }),
  /** The far end asked us to call somebody: do it, or tell it no. */
  v.strictObject({ type: v.literal('answerReferral'), callId, accept: v.boolean() }),
  /** Digits that wait after `;`: send them, or forget them. */
  v.strictObject({ type: v.literal('continueDigits'), callId, send: v.boolean() }),
  v.strictObject({ type: v.literal('setHeld'), callId, held: v.boolean() }),
  v.strictObject({ type: v.literal('setMuted'), callId, muted: v.boolean() }),
  v.strictObject({
    type: v.literal('playDtmf'),
    callId,
    digits: v.pipe(v.string(), v.regex(/^[0-9A-Da-d*#,]{1,64}$/)),
  }),
  /** Registers on trial first; fails with `registration-failed` and details, keeping nothing, unless `evenIfUnreachable`. */
  v.strictObject({
    type: v.literal('addAccount'),
    draft: accountDraftSchema,
    keep: keepPassword,
    evenIfUnreachable: v.boolean(),
  }),
  v.strictObject({ type: v.literal('changeAccount'), accountId, draft: accountDraftSchema, keep: keepPassword }),
  v.strictObject({ type: v.literal('removeAccount'), accountId }),
  v.strictObject({ type: v.literal('setAccountEnabled'), accountId, enabled: v.boolean() }),
  v.strictObject({
    type: v.literal('enterPassword'),
    accountId,
    password: text(512),
    /** Of its TURN server, when that is not known either; null: what is known stays. */
    turnPassword: v.nullable(text(512)),
    keep: keepPassword,
  }),
  /** Adds the built-in demo line. */
  v.strictObject({ type: v.literal('tryDemo') }),
  /** The demo line calls in a few seconds. */
  v.strictObject({ type: v.literal('callMe') }),
  /** `minutes` null: until it is switched off. */
  v.strictObject({
    type: v.literal('setDoNotDisturb'),
    on: v.boolean(),
    minutes: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_080))),
  }),
  v.strictObject({ type: v.literal('changeSettings'), patch: settingsPatchSchema }),
  /** Rings once, on the speaker that rings: with this tone, or the usual one. */
  v.strictObject({ type: v.literal('testRing'), ring: v.exactOptional(v.picklist(ringTones)) }),
  v.strictObject({ type: v.literal('testEcho') }),
  v.strictObject({ type: v.literal('setMeter'), on: v.boolean() }),
  v.strictObject({ type: v.literal('reconnect') }),
  v.strictObject({ type: v.literal('markHistorySeen') }),
  v.strictObject({ type: v.literal('clearHistory') }),
  v.strictObject({ type: v.literal('dismissNotice'), noticeId: text(64) }),
  ...contactCommands,
  ...recentCommands,
  ...directoryCommands,
  ...serverCommands,
])
export type UiCommand = v.InferOutput<typeof uiCommandSchema>

/** Up, as it travels. */
export const uiUpSchema = v.strictObject({
  id: v.pipe(v.number(), v.integer(), v.minValue(0)),
  command: uiCommandSchema,
})
export type UiUp = v.InferOutput<typeof uiUpSchema>

export interface UiError {
  readonly code: RequestErrorCode
  /** For the details line; redacted, never the only words. */
  readonly detail: string | null
  /** With `registration-failed`: why, and the certificate that was refused. */
  readonly registration: RegistrationFailure | null
  readonly certificate: RefusedCertificate | null
}

/** Down, as it travels. */
export type UiDown =
  | { readonly kind: 'state'; readonly state: PhoneState }
  /** dBFS, -100 to 0. */
  | { readonly kind: 'level'; readonly microphone: number; readonly speaker: number }
  | {
      readonly kind: 'reply'
      readonly id: number
      readonly callId: string | null
      readonly error: UiError | null
      /** What was asked for, by the command's type. */ readonly answer: UiAnswer | null
    }
  /** Put the focus into the dial field and, when given, this text (a pasted or linked number; never dialled by itself). */
  | { readonly kind: 'focusDialer'; readonly target: string | null }
  | { readonly kind: 'show'; readonly view: 'phone' | 'history' | 'settings' }
  /** Show the messages with somebody. */
  | { readonly kind: 'showConversation'; readonly accountId: string; readonly number: string }
