/*
 * Whom the phone asks about a number: what contacts, directories and a look-up on the network must be able to say. They are
 * told numbers and nothing else.
 */
import type { Contact } from '../../common/contact'
import { otherWriting } from '../../common/numbers/understand'

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

/** Those who can be asked, each from the moment it is there: both are opened when the window is up. */
export interface KnownPeople {
  contacts: { byNumber(key: string): KnownContact | null } | null
  directories: {
    identify(e164: string): { readonly label: string; readonly sourceName: string } | null
    blocks(e164: string): { readonly sourceName: string } | null
    lookUp(e164: string): Promise<{ readonly label: string; readonly sourceName: string } | null>
  } | null
}

export const sourcesOf = (people: KnownPeople): CallerSources => ({
  contact: (key) => people.contacts?.byNumber(key) ?? null,
  directory(e164) {
    const { directories } = people
    const writings = [e164, otherWriting(e164)].filter((one) => one !== null)
    const first = <T>(ask: (number: string) => T | null | undefined): T | null =>
      writings.reduce<T | null>((found, number) => found ?? ask(number) ?? null, null)
    const known = first((number) => directories?.identify(number))
    const blockedBy = first((number) => directories?.blocks(number))?.sourceName ?? null
    return { name: known?.label ?? null, source: known?.sourceName ?? null, blockedBy }
  },
  async lookUp(e164) {
    const found = (await people.directories?.lookUp(e164)) ?? null
    return found && { name: found.label, source: found.sourceName }
  },
})

/** A phone without contacts and directories. */
export const noSources: CallerSources = {
  contact: () => null,
  directory: () => ({ name: null, source: null, blockedBy: null }),
  lookUp: () => Promise.resolve(null),
}
