/*
 * Who a call is with, as the phone knows and as far as it is sure: the name of a contact, the guess of a directory, the word of the
 * network. Made once for all that shows calls; pure.
 */
import type { Caller, Person } from '../../common/contact'
import type { CallView, HistoryEntry } from '../../common/phone-state'

/** A directory says so, nobody the user knows. */
export const isGuess = (caller: Caller | null): boolean =>
  caller !== null && caller.name !== null && caller.contactId === null && caller.source !== 'contact'

/** Where the name comes from; null: from the network, or there is none. */
export function sayWhence(caller: Caller | null): string | null {
  if (caller === null || caller.name === null) return null
  return caller.contactId !== null || caller.source === 'contact' ? 'Contacts' : caller.source
}

/** The call under the name the phone knows. A name that was meant to mislead is none. */
export function named(view: CallView): CallView {
  const { call, caller } = view
  const name = caller?.name ?? (caller?.lookalike ? null : call.name)
  return name === call.name ? view : { ...view, call: { ...call, name } }
}

export type CallerWarning = 'lookalike' | 'failed'

/** What a person should know before answering, the worst first; null: nothing. */
export const warningOf = (caller: Caller | null): CallerWarning | null =>
  caller?.lookalike ? 'lookalike' : caller?.attestation === 'failed' ? 'failed' : null

export const warnings: Record<CallerWarning, { readonly title: string; readonly text: string }> = {
  lookalike: {
    title: 'The name they send looks like another number',
    text: 'It is not the number that calls. Be careful with what you say or pay.',
  },
  failed: {
    title: 'This number could not be verified',
    text: 'The telephone network’s check of the caller failed. It may be somebody else.',
  },
}

/** Of the network's check, RFC 8588; A: for this caller and this number. */
export const isVerified = (caller: Caller | null): boolean => caller?.attestation === 'A' && !caller.lookalike

/** A past call under the name it had then, or the network's. */
export const pastName = (entry: Pick<HistoryEntry, 'name' | 'label'>): string | null => entry.label ?? entry.name

const labels: Record<NonNullable<Person['label']>, string> = {
  work: 'Work',
  mobile: 'Mobile',
  home: 'Home',
  main: 'Main',
  fax: 'Fax',
  other: 'Other',
}
export const sayLabel = (label: NonNullable<Person['label']>): string => labels[label]

const origins: Record<Person['from'], string> = {
  contact: 'Contacts',
  recent: 'Recents',
  colleague: 'Colleagues',
  directory: 'Directory',
}
/** Where somebody who was searched for was found. */
export const sayOrigin = (person: Pick<Person, 'from' | 'source'>): string => person.source ?? origins[person.from]
