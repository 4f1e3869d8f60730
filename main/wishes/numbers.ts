/*
 * Wishes about numbers: the user's own list of whom not to hear, and how a number is understood and dialled.
 */
import type { UiCommand } from '../../common/contract/ui'
import type { BlockList } from '../numbers/block-list'
import type { Numbers } from '../numbers/numbers'
import { answered, outcome, type Perform } from './outcome'

/** The wishes answered here. */
export const numberWishes = [
  'addBlockRule',
  'removeBlockRule',
  'testNumber',
] as const satisfies readonly UiCommand['type'][]
export type NumberWish = (typeof numberWishes)[number]

export interface NumberWishesOptions {
  readonly numbers: Pick<Numbers, 'test'>
  readonly blockList: Pick<BlockList, 'add' | 'remove'>
}

/** Fulfils them. */
export function performNumbers({ numbers, blockList }: NumberWishesOptions): Perform<NumberWish> {
  return async (command) => {
    switch (command.type) {
      case 'addBlockRule':
        return outcome(blockList.add(command.rule))
      case 'removeBlockRule':
        return outcome(blockList.remove(command.ruleId))
      case 'testNumber':
        return answered(await numbers.test(command.text, command.plan))
    }
  }
}
