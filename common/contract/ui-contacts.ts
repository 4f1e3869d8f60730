/*
 * What a ui page may ask of contacts and of the one search over everybody the phone knows; part of `ui.ts`.
 */
import * as v from 'valibot'
import { contactDraftSchema } from '../contact'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const contactId = text(128)
const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max))

export const contactCommands = [
  /** Contacts, recents, colleagues and directories at once; answered by `people`, best first. A newer search overtakes an older one. */
  v.strictObject({
    type: v.literal('search'),
    text: text(256),
    limit: count(100),
    /** Waits for the directories of servers too, up to two seconds; left out: what this computer knows, at once. */
    servers: v.exactOptional(v.boolean()),
  }),
  /** By name; answered by `contacts`. */
  v.strictObject({ type: v.literal('listContacts'), filter: text(256), offset: count(1_000_000), limit: count(500) }),
  v.strictObject({ type: v.literal('getContact'), contactId }),
  /** Whoever has this number, in whatever notation, by the account's rules; answered by `contact`, or by nothing: nobody has. */
  v.strictObject({ type: v.literal('findContact'), number: text(256), accountId: v.nullable(text(128)) }),
  /** `contactId` null: a new one. Answered by `contact`. */
  v.strictObject({ type: v.literal('saveContact'), contactId: v.nullable(contactId), draft: contactDraftSchema }),
  v.strictObject({ type: v.literal('removeContact'), contactId }),
  v.strictObject({ type: v.literal('setFavourite'), contactId, favourite: v.boolean() }),
  /** Main asks for a vCard file; answered by `imported`. */
  v.strictObject({ type: v.literal('importContacts') }),
  /** Main asks where to; vCard 4 (RFC 6350). */
  v.strictObject({ type: v.literal('exportContacts') }),
] as const
