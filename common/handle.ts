/*
 * Whom a call is with, in CallKit's terms (CXHandle): a type and a value, compared by both. The value is what a person
 * reads and dials; the SIP URI that goes on the wire stays with the engine.
 */

/** CXHandleType: a name of the service's own, a phone number, an e-mail address. */
export const handleTypes = ['generic', 'phoneNumber', 'emailAddress'] as const
/** One of `handleTypes`. */
export type HandleType = (typeof handleTypes)[number]

/** `value`: digits with an optional `+` for `phoneNumber`; an extension or `user@host` for `generic`; empty when anonymous. */
export interface Handle {
  readonly type: HandleType
  readonly value: string
}

/** Somebody who does not say who it is. */
export const anonymous: Handle = { type: 'generic', value: '' }

/** The same kind and value (CXHandle's isEqual(to:)); bring both into their normal form first. */
export const sameHandle = (a: Handle, b: Handle): boolean => a.type === b.type && a.value === b.value
