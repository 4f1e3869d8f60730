/*
 * Handles at the border (CXHandle): what the network or a person wrote, brought into the one form in which handles are
 * compared, looked up and shown. It knows nothing of SIP messages; a URI's parts come already parsed.
 */
import { anonymous, type Handle } from '../../common/handle'
import { visibleText } from './visible-text'

/** Separators people and servers write into numbers (RFC 3966 section 3, visual-separator, and the space). */
const separators = /[\s\-.()/]/g

/**
 * The normal form: a phone number without separators, anything else without control and bidi characters; an empty value,
 * or a phone number that is none, becomes anonymous or generic. Idempotent.
 */
export function normalHandle(handle: Handle): Handle {
  const value = visibleText(handle.value)
  if (value === '') return anonymous
  if (handle.type !== 'phoneNumber') return { type: handle.type, value }
  const digits = value.replace(separators, '')
  return /^\+?[0-9*#]+$/.test(digits) ? { type: 'phoneNumber', value: digits } : { type: 'generic', value }
}
