/*
 * Wishes about the calls that ended, and about all the phone keeps of its user. Where files go, and whether everything is to
 * be erased, the user says in a dialog of the desktop.
 */
import type { UiCommand } from '../../common/contract/ui'
import type { Result } from '../../common/errors'
import { typedDigits } from '../search/fold'
import { callsAsCsv, callsAsJson } from '../recents/export-calls'
import type { Recents } from '../recents/recents'
import { saveFile } from '../settings/save-file'
import type { WishOutcome } from '../windows/phone-api'
import { words } from '../words'
import type { AskUser } from './ask-user'
import { answered, fulfilled, outcome, type Perform } from './outcome'

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
  readonly recents: Pick<Recents, 'find' | 'remove' | 'everything' | 'markSeen' | 'clear'>
  readonly ask: AskUser
  /** What a number is compared by. */
  readonly keyOf: (number: string) => string | null
  /** How the user calls an account. */
  readonly accountName: (accountId: string) => string
  /** Everything that is kept of the user, without secrets; plain data. */
  readonly allData: () => Promise<object>
  /** Erases it, and starts anew. */
  readonly erase: () => Promise<Result>
}

const csv = { name: 'CSV', extensions: ['csv'] }
const json = { name: 'JSON', extensions: ['json'] }

/** Fulfils them. */
export function performRecents(options: RecentWishesOptions): Perform<RecentWish> {
  const { recents, ask, keyOf, allData, erase } = options
  return async (command) => {
    switch (command.type) {
      case 'findCalls': {
        const { text, filter, before, limit } = command
        // A whole number finds its calls in every writing.
        const looked = typedDigits(text, keyOf) || text
        return answered({ type: 'calls', ...(await recents.find({ text: looked, filter, before, limit })) })
      }
      case 'removeCalls':
        return outcome(recents.remove(command.callIds))
      case 'exportCalls':
        return exportCalls(options)
      case 'markHistorySeen':
        recents.markSeen()
        return fulfilled
      case 'clearHistory':
        return outcome(recents.clear())
      case 'exportData': {
        const path = await ask.saveFile(words.dataFile, [json])
        return save(path, async () => `${JSON.stringify(await allData(), null, 2)}\n`)
      }
      case 'eraseData': {
        const { message, detail, agree } = words.eraseData
        return (await ask.confirm({ message, detail, agree })) ? outcome(await erase()) : fulfilled
      }
    }
  }
}

async function exportCalls({ recents, ask, accountName }: RecentWishesOptions): Promise<WishOutcome> {
  const path = await ask.saveFile(words.callsFile, [csv, json])
  return save(path, async () => {
    const calls = await recents.everything()
    return path?.toLowerCase().endsWith('.json') ? callsAsJson(calls) : callsAsCsv(calls, accountName)
  })
}

/** Answers where it went; nowhere when the user thought better of it. */
export async function save(path: string | null, content: () => Promise<string>): Promise<WishOutcome> {
  if (path === null) return answered({ type: 'path', path: null })
  const saved = await saveFile(path, await content())
  return saved.ok ? answered({ type: 'path', path }) : outcome(saved)
}
