/*
 * Whom a call is with, in CallKit's terms (CXHandle, contract section 2.5): a type and a value, compared by both.
 * The value is what a person reads and dials; the SIP URI that goes on the wire stays with the engine.
 */

export const handleTypes = ['generic', 'phoneNumber', 'emailAddress'] as const
export type HandleType = (typeof handleTypes)[number]

/** `value`: digits with an optional `+` for `phoneNumber`; an extension or `user@host` for `generic`; empty when anonymous. */
export interface Handle {
  readonly type: HandleType
  readonly value: string
}

export const anonymous: Handle = { type: 'generic', value: '' }

export const sameHandle = (a: Handle, b: Handle): boolean => a.type === b.type && a.value === b.value
