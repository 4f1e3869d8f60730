/*
 * What the settings file says: settings, accounts with their sealed passwords, and where the window was. Reads files of
 * other versions kindly: a setting it does not understand falls back to its default, and what it does not know it keeps.
 */
import * as v from 'valibot'
import {
  accountConnectionSchema,
  accountFeaturesSchema,
  noFeatures,
  numberPlanSchema,
  usualConnection,
  usualNumbers,
  type Account,
} from '../../common/account'
import { defaultSettings, settingsSchema, type Settings } from '../../common/settings'

/** A password at rest. `backend` is who made the ciphertext; `basic_text` is a hard-coded key, so no protection at all. */
export interface SealedSecret {
  readonly backend: string
  /** base64. */
  readonly ciphertext: string
}

export interface StoredAccount extends Account {
  /** `urn:uuid:…`, RFC 5626 section 4.1: the same for ever, so that servers replace our old binding. */
  readonly instanceId: string
  /** null: the password is not kept; it is asked for at each start. */
  readonly secret: SealedSecret | null
  /** Of the TURN server; null: there is none, or it is not kept. */
  readonly turnSecret: SealedSecret | null
}

export interface WindowBounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Of its top left corner, in screen coordinates. */
export interface BarPlace {
  readonly x: number
  readonly y: number
}

export interface SettingsDocument {
  /** Of the newest version that wrote it; a file of a later version is read as far as it is understood. */
  readonly version: number
  readonly settings: Settings
  readonly accounts: readonly StoredAccount[]
  readonly window: WindowBounds | null
  /** Where the user last put the bar of the calls; null: never moved. */
  readonly callBar: BarPlace | null
}

export const emptyDocument = (): SettingsDocument => ({
  version: 1,
  settings: defaultSettings,
  accounts: [],
  window: null,
  callBar: null,
})

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const pixels = v.pipe(v.number(), v.integer(), v.minValue(-100_000), v.maxValue(100_000))

/** Files of before had none; one that makes no sense is none; what a later version knows besides is kept. */
const { voicemail, conference, park, pickup, forwardAlways, forwardBusy, forwardNoAnswer, echo } =
  accountFeaturesSchema.entries
const storedFeatures = v.looseObject({
  voicemail: v.fallback(voicemail, null),
  conference: v.fallback(conference, null),
  park: v.fallback(park, null),
  pickup: v.fallback(pickup, null),
  forwardAlways: v.fallback(forwardAlways, null),
  forwardBusy: v.fallback(forwardBusy, null),
  forwardNoAnswer: v.fallback(forwardNoAnswer, null),
  echo: v.fallback(v.optional(echo, null), null),
})

/** Likewise: each by itself, so that one that makes no sense does not cost the others. */
const { outboundProxy, backups, registration, expires, srtp, media, mediaPorts, stun, turn } =
  accountConnectionSchema.entries
const storedConnection = v.looseObject({
  outboundProxy: v.fallback(outboundProxy, usualConnection.outboundProxy),
  backups: v.fallback(backups, [...usualConnection.backups]),
  registration: v.fallback(registration, usualConnection.registration),
  expires: v.fallback(expires, usualConnection.expires),
  srtp: v.fallback(srtp, usualConnection.srtp),
  media: v.fallback(media, usualConnection.media),
  mediaPorts: v.fallback(mediaPorts, usualConnection.mediaPorts),
  stun: v.fallback(stun, usualConnection.stun),
  turn: v.fallback(turn, usualConnection.turn),
})
const { country, areaCode, extensionLength, outsidePrefix, send, rules } = numberPlanSchema.entries
const storedNumbers = v.looseObject({
  country: v.fallback(country, usualNumbers.country),
  areaCode: v.fallback(areaCode, usualNumbers.areaCode),
  extensionLength: v.fallback(extensionLength, usualNumbers.extensionLength),
  outsidePrefix: v.fallback(outsidePrefix, usualNumbers.outsidePrefix),
  send: v.fallback(send, usualNumbers.send),
  rules: v.fallback(rules, [...usualNumbers.rules]),
})

const sealed = v.strictObject({ backend: text(64), ciphertext: text(16_384) })

const storedAccount = v.looseObject({
  id: v.pipe(text(128), v.minLength(1)),
  name: text(128),
  uri: text(512),
  server: text(512),
  username: text(256),
  displayName: v.nullable(text(256)),
  certificate: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  enabled: v.boolean(),
  features: v.fallback(v.optional(storedFeatures, noFeatures), noFeatures),
  connection: v.fallback(v.optional(storedConnection, usualConnection), usualConnection),
  numbers: v.fallback(v.optional(storedNumbers, usualNumbers), usualNumbers),
  listsCalls: v.fallback(v.optional(v.boolean()), undefined),
  instanceId: v.pipe(v.string(), v.regex(/^urn:uuid:[0-9a-f-]{36}$/)),
  // A secret that makes no sense costs the user one prompt, not the account.
  secret: v.fallback(v.nullable(sealed), null),
  turnSecret: v.fallback(v.optional(v.nullable(sealed), null), null),
})

const document = v.looseObject({
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  settings: v.fallback(v.record(v.string(), v.unknown()), {}),
  accounts: v.pipe(v.array(storedAccount), v.maxLength(1_000)),
  window: v.fallback(v.nullable(v.strictObject({ x: pixels, y: pixels, width: pixels, height: pixels })), null),
  callBar: v.fallback(v.optional(v.nullable(v.strictObject({ x: pixels, y: pixels })), null), null),
})

/** The document in `raw`, or null when it cannot be one (then nothing of it may be overwritten). */
export function parseDocument(raw: unknown): SettingsDocument | null {
  const parsed = v.safeParse(document, raw)
  if (!parsed.success) return null
  return { ...parsed.output, settings: readSettings(parsed.output.settings) }
}

/** Each setting by itself: one that is missing or makes no sense gets its default, unknown ones stay as they are. */
function readSettings(raw: Record<string, unknown>): Settings {
  const settings: Record<string, unknown> = { ...raw }
  for (const [key, fallback] of Object.entries(defaultSettings)) {
    const schema = settingsSchema.entries[key as keyof Settings]
    settings[key] = v.is(schema, raw[key]) ? raw[key] : fallback
  }
  return settings as Settings
}

/** The settings without what other versions left among them. */
export function knownSettings(settings: Settings): Settings {
  const known = Object.keys(defaultSettings) as (keyof Settings)[]
  return Object.fromEntries(known.map((key) => [key, settings[key]])) as Settings
}
