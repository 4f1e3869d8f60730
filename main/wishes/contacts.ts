/*
 * Wishes about the people the user knows, and the one search over everybody the phone knows.
 */
import type { UiCommand } from '../../common/contract/ui'
import { failure, type Perform } from './outcome'

/** The wishes answered here. */
export const contactWishes = [
  'search',
  'listContacts',
  'getContact',
  'saveContact',
  'removeContact',
  'setFavourite',
  'importContacts',
  'exportContacts',
] as const satisfies readonly UiCommand['type'][]
export type ContactWish = (typeof contactWishes)[number]

/** Fulfils them. */
export const performContacts = (): Perform<ContactWish> => () => Promise.resolve(failure('failed'))
