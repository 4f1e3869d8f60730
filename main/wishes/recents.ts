/*
 * Wishes about the calls that ended, and about all the phone keeps of its user.
 */
import type { UiCommand } from '../../common/contract/ui'
import { failure, fulfilled, type Perform } from './outcome'

/** The wishes answered here. */
export const recentWishes = [
  'findCalls',
  'removeCalls',
  'exportCalls',
  'markHistorySeen',
  'clearHistory',
  'exportData',
  'eraseData',
] as const satisfies readonly UiCommand['type'][]
export type RecentWish = (typeof recentWishes)[number]

export interface RecentWishesOptions {
  readonly markHistorySeen: () => void
  readonly clearHistory: () => void
}

/** Fulfils them. */
export function performRecents({ markHistorySeen, clearHistory }: RecentWishesOptions): Perform<RecentWish> {
  return async (command) => {
    switch (command.type) {
      case 'markHistorySeen':
        markHistorySeen()
        return fulfilled
      case 'clearHistory':
        clearHistory()
        return fulfilled
      default:
        return Promise.resolve(failure('failed'))
    }
  }
}
