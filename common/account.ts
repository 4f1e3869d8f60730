/*
 * An account (a SIP address and how to reach its server) and the state of its registration.
 * The password is never part of it: it goes one way, from a form or a file into main's vault and from there to the engine.
 */
import * as v from 'valibot'
import type { RegistrationFailure } from './errors'

export type AccountId = string

/** A number or address as a person would dial it, on this account; null for none. */
const dialString = v.nullable(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(256)))

/** What the server behind an account can do for its calls, and where calls go that are not taken here. */
const featureEntries = {
  /** Listens to messages; a ringing call can be sent there. */
  voicemail: dialString,
  /** Conference factory (RFC 4579): conferences are made there instead of on this computer. */
  conference: dialString,
  /** A call transferred there is parked. */
  park: dialString,
  /** Dialled before the number of a colleague's ringing call, to take it. */
  pickup: dialString,
  /** Calls that come in go there: at once, when they would hear busy or do not disturb sends them on, or when nobody
   * answered. */
  forwardAlways: dialString,
  forwardBusy: dialString,
  forwardNoAnswer: dialString,
  /** Gives back what it hears; the test of an account calls it. */
  echo: dialString,
}
export const accountFeaturesSchema = v.strictObject(featureEntries)
export type AccountFeatures = Readonly<v.InferOutput<typeof accountFeaturesSchema>>

export const noFeatures: AccountFeatures = {
  voicemail: null,
  conference: null,
  park: null,
  pickup: null,
  forwardAlways: null,
  forwardBusy: null,
  forwardNoAnswer: null,
  echo: null,
}

const mediaPort = v.pipe(v.number(), v.integer(), v.minValue(1024), v.maxValue(65_535))

/** How the server is reached, beyond its address; what most accounts leave as it is. */
export const accountConnectionSchema = v.strictObject({
  /** Where every request goes first: `host`, `host:port`, or one of the forms of `server`; null: to the server itself. */
  outboundProxy: dialString,
  /** Servers besides the first, in the order in which they are preferred; in the forms of `server`. */
  backups: v.pipe(v.array(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(512))), v.maxLength(4)),
  /** With one of its servers at a time, the others when those before cannot be reached; or with the first three of them at once (RFC 5626). */
  registration: v.optional(v.picklist(['one', 'all']), 'one'),
  /** What is asked for in REGISTER, seconds. */
  expires: v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(86_400)),
  /** SDES-SRTP (RFC 4568) where media are not WebRTC's: never offered; offered, plain RTP taken too; nothing but it. */
  srtp: v.picklist(['off', 'optional', 'required']),
  /** What media are where signalling is not WebSocket's: as the far end's offer says, and else plain first and WebRTC's when that is refused; or always one. */
  media: v.picklist(['automatic', 'webrtc', 'plain']),
  /** UDP ports of plain media, for firewalls that open but some, an even one and the odd ones after; null: the system's choice. */
  mediaPorts: v.nullable(
    v.pipe(
      v.strictObject({ from: mediaPort, to: mediaPort }),
      v.check(({ from, to }) => to - from >= 3, 'too few ports'),
    ),
  ),
  /** `host[:port]` of a STUN server (RFC 8489); null: none is asked. */
  stun: dialString,
  /** `host[:port]` of a TURN server (RFC 8656) and its user; its password is a secret like the account's. */
  turn: v.nullable(
    v.strictObject({ server: v.pipe(v.string(), v.maxLength(256)), username: v.pipe(v.string(), v.maxLength(256)) }),
  ),
})
export type AccountConnection = Readonly<v.InferOutput<typeof accountConnectionSchema>>

export const usualConnection: AccountConnection = {
  outboundProxy: null,
  backups: [],
  registration: 'one',
  expires: 600,
  srtp: 'optional',
  media: 'automatic',
  mediaPorts: null,
  stun: null,
  turn: null,
}

/** How numbers are written and dialled on an account: the same rules make what is dialled and what callers are known by. */
export const numberPlanSchema = v.strictObject({
  /** ISO 3166-1 alpha-2, upper case, of the country the line is in; null: numbers are taken as they are. */
  country: v.nullable(v.pipe(v.string(), v.regex(/^[A-Z]{2}$/))),
  /** Area code without trunk prefix, for numbers dialled without one; null: none. */
  areaCode: v.nullable(v.pipe(v.string(), v.regex(/^\d{1,8}$/))),
  /** Numbers of up to this many digits are extensions of the server and never changed; 0: none is. */
  extensionLength: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10)),
  /** Dialled before a number to get an outside line, and stripped from callers; null: none. */
  outsidePrefix: v.nullable(v.pipe(v.string(), v.regex(/^[\d*#]{1,8}$/))),
  /** How a number outside is sent: as E.164 with `+`, with the international prefix, nationally where it is, or as typed. */
  send: v.picklist(['e164', 'international', 'national', 'as-typed']),
  /** Applied in order to what is dialled, before all else; the first that matches is the only one. */
  rules: v.pipe(
    v.array(
      v.strictObject({ match: v.pipe(v.string(), v.maxLength(256)), replace: v.pipe(v.string(), v.maxLength(256)) }),
    ),
    v.maxLength(64),
  ),
})
export type NumberPlan = Readonly<v.InferOutput<typeof numberPlanSchema>>

export const usualNumbers: NumberPlan = {
  country: null,
  areaCode: null,
  extensionLength: 0,
  outsidePrefix: null,
  send: 'as-typed',
  rules: [],
}

export interface Account {
  readonly id: AccountId
  /** What the user calls it, e.g. "Work". */
  readonly name: string
  /** Address of record, `sip:user@host`. */
  readonly uri: string
  /**
   * Where the server is: a WebSocket URL (`wss://host:port/path`, `ws:`), `tls:host[:port]`, `tcp:host[:port]`, `udp:host[:port]`, `sip:domain`
   * for a server that is to be found (RFC 3263), or `demo:` for the built-in line.
   */
  readonly server: string
  /** Authorization user. */
  readonly username: string
  /** Name shown to the people called; null for none. */
  readonly displayName: string | null
  /** SHA-256 fingerprint (64 lower-case hex digits) of a certificate the user trusts for this account; null for none. */
  readonly certificate: string | null
  readonly enabled: boolean
  readonly features: AccountFeatures
  readonly connection: AccountConnection
  readonly numbers: NumberPlan
  /** Its calls are listed among the recents (CXProviderConfiguration.includesCallsInRecents). Left out: they are. */
  readonly listsCalls?: boolean | undefined
}

export const isDemo = (account: Pick<Account, 'server'>): boolean => account.server === 'demo:'

/** A certificate that was refused, for the user to look at. */
export interface RefusedCertificate {
  readonly host: string
  /** SHA-256, 64 lower-case hex digits. */
  readonly fingerprint: string
  readonly subject: string
  readonly issuer: string
  /** What the browser engine held against it, e.g. `net::ERR_CERT_AUTHORITY_INVALID`. */
  readonly error: string
}

export type Registration =
  | { readonly state: 'unregistered' }
  | { readonly state: 'registering' }
  | { readonly state: 'registered'; /** Wall-clock ms. */ readonly since: number; readonly expiresAt: number }
  | {
      readonly state: 'failed'
      readonly reason: RegistrationFailure
      readonly sipStatus: number | null
      /** Wall-clock ms of the next attempt; null when only the user can help. */
      readonly retryAt: number | null
      readonly certificate: RefusedCertificate | null
    }

/** What a form or a provisioning file says of an account, before it has an id. `password` null: keep the stored one. */
export interface AccountDraft {
  readonly name: string
  readonly uri: string
  readonly server: string
  readonly username: string
  readonly password: string | null
  readonly displayName: string | null
  readonly certificate: string | null
  readonly features: AccountFeatures
  readonly connection: AccountConnection
  readonly numbers: NumberPlan
  /** Of the TURN server; null: keep the stored one. */
  readonly turnPassword: string | null
  /** Left out: as before, or they are. */
  readonly listsCalls?: boolean | undefined
}
