/*
 * Wishes about numbers: the user's own list of whom not to hear, and how a number is understood and dialled.
 */
import type { UiCommand } from '../../common/contract/ui'
import { failure, type Perform } from './outcome'

/** The wishes answered here. */
export const numberWishes = [
  'addBlockRule',
  'removeBlockRule',
  'testNumber',
] as const satisfies readonly UiCommand['type'][]
export type NumberWish = (typeof numberWishes)[number]

/** Fulfils them. */
export const performNumbers = (): Perform<NumberWish> => () => Promise.resolve(failure('failed'))
