/*
 * What searches, in the process of the test: the same desk as in the phone's own process, with messages copied in between.
 */
import { systemClock } from '../../common/clock'
import { silentLog } from '../../common/log'
import { SearchDesk } from '../../main/search/search-desk'
import { Searcher, type SearcherOptions } from '../../main/search/searcher'

export function localSearcher(options: Pick<SearcherOptions, 'contacts' | 'calls'>): Searcher {
  return new Searcher({
    ...options,
    clock: systemClock,
    log: silentLog,
    start: ({ onReply }) => {
      const desk = new SearchDesk(systemClock, (reply) => setImmediate(() => onReply(structuredClone(reply))))
      return { send: (request) => void desk.hear(structuredClone(request)), kill: () => {} }
    },
  })
}
