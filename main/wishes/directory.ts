/*
 * Wishes about the directories that identify and block callers. A list on this computer is named by the user in a dialog of
 * the desktop.
 */
import type { UiCommand } from '../../common/contract/ui'
import type { DirectoryService } from '../directory/directory-service'
import type { WishOutcome } from '../windows/phone-api'
import { words } from '../words'
import type { AskUser } from './ask-user'
import { answered, outcome, type Perform } from './outcome'

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

export interface DirectoryWishesOptions {
  readonly directories: () => DirectoryService
  readonly ask: Pick<AskUser, 'openFile'>
}

/** Fulfils them. */
export const performDirectory =
  ({ directories, ask }: DirectoryWishesOptions): Perform<DirectoryWish> =>
  async (command): Promise<WishOutcome> => {
    switch (command.type) {
      case 'addSource':
        return outcome(directories().add(command.draft))
      case 'changeSource':
        return outcome(directories().change(command.sourceId, command.draft))
      case 'removeSource':
        return outcome(await directories().remove(command.sourceId))
      case 'setSourceEnabled':
        return outcome(directories().setEnabled(command.sourceId, command.enabled))
      case 'orderSources':
        return outcome(directories().order(command.sourceIds))
      case 'reloadSource':
        return outcome(directories().reload(command.sourceId))
      case 'chooseSourceFile': {
        const lists = { name: words.lists, extensions: ['csv', 'tsv', 'txt', 'json', 'jsonl', 'ndjson'] }
        const path = await ask.openFile([lists, { name: 'vCard', extensions: ['vcf', 'vcard'] }])
        return answered({ type: 'path', path })
      }
    }
  }
