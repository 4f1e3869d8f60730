/*
 * Whom the phone asks about a number: what contacts, directories and a look-up on the network must be able to say. They are
 * told numbers and nothing else.
 */
import type { Contact } from '../../common/contact'

/** What a contact says of a caller. */
export type KnownContact = Pick<Contact, 'id' | 'name' | 'avatar' | 'ringtone' | 'vip' | 'favourite'>

/** What the directories say of a number: the label of the first that knows it, and the first that blocks it. */
export interface DirectoryWord {
  readonly name: string | null
  /** The directory that names it; null with `name`. */
  readonly source: string | null
  /** The directory that blocks it, by name; null: none does. */
  readonly blockedBy: string | null
}

export interface CallerSources {
  /** `key`: E.164, an extension or an address. null: nobody of the user's contacts. */
  contact(key: string): KnownContact | null
  /** Of an E.164 number, in the order the user gave the directories. Whoever is slow is not waited for. */
  directory(e164: string): DirectoryWord | Promise<DirectoryWord>
  /** Somebody on the network who is asked when nobody else knows, while it rings; null: it knows nothing either. */
  lookUp(e164: string): Promise<{ readonly name: string; readonly source: string } | null>
}

/** A phone without contacts and directories. */
export const noSources: CallerSources = {
  contact: () => null,
  directory: () => ({ name: null, source: null, blockedBy: null }),
  lookUp: () => Promise.resolve(null),
}
