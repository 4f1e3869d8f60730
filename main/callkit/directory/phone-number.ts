/*
 * Numbers as a call directory knows them: country code and digits as one integer, without `+` and without a trunk prefix.
 * It knows no country: whoever has a number as people write it makes it E.164 first.
 */

/** CXCallDirectoryPhoneNumber: country code and digits as one integer, e.g. 4930123456 for +49 30 123456. */
export type CallDirectoryPhoneNumber = number

/** The greatest there can be. CallKit's is an int64; E.164 ends at 15 digits, so a safe integer holds them all. */
export const callDirectoryPhoneNumberMax = Number.MAX_SAFE_INTEGER

/** Whether this can be an entry: a positive integer up to `callDirectoryPhoneNumberMax`. */
export const isCallDirectoryPhoneNumber = (value: unknown): value is CallDirectoryPhoneNumber =>
  Number.isSafeInteger(value) && (value as number) > 0

/** The entry an E.164 number (`+` and up to 15 digits) is looked up by; null when it is none. */
export function callDirectoryPhoneNumber(e164: string): CallDirectoryPhoneNumber | null {
  return /^\+[1-9]\d{1,14}$/.test(e164) ? Number(e164.slice(1)) : null
}
