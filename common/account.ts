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
  /** Calls that come in go there: at once, when they would hear busy or do not disturb is on, or when nobody answered. */
  forwardAlways: dialString,
  forwardBusy: dialString,
  forwardNoAnswer: dialString,
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
}

export interface Account {
  readonly id: AccountId
  /** What the user calls it, e.g. "Work". */
  readonly name: string
  /** Address of record, `sip:user@host`. */
  readonly uri: string
  /** WebSocket URL of the server, `ws:` or `wss:`; `demo:` for the built-in line. */
  readonly server: string
  /** Authorization user. */
  readonly username: string
  /** Name shown to the people called; null for none. */
  readonly displayName: string | null
  /** SHA-256 fingerprint (64 lower-case hex digits) of a certificate the user trusts for this account; null for none. */
  readonly certificate: string | null
  readonly enabled: boolean
  readonly features: AccountFeatures
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
}
