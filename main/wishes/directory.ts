/*
 * Wishes about the directories that identify and block callers.
 */
import type { UiCommand } from '../../common/contract/ui'
import { failure, type Perform } from './outcome'

/** The wishes answered here. */
export const directoryWishes = [
  'addSource',
  'changeSource',
  'removeSource',
  'setSourceEnabled',
  'orderSources',
  'reloadSource',
  'chooseSourceFile',
] as const satisfies readonly UiCommand['type'][]
export type DirectoryWish = (typeof directoryWishes)[number]

/** Fulfils them. */
export const performDirectory = (): Perform<DirectoryWish> => () => Promise.resolve(failure('failed'))
