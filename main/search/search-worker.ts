/*
 * The process that searches: hears one question after the other and answers. It has no access to calls, accounts or windows, and
 * changes nothing on the disk.
 */
import { systemClock } from '../../common/clock'
import { SearchDesk } from './search-desk'
import type { SearchReply, SearchRequest } from './search-messages'

/** Electron's port to the parent, or Node's channel. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  postMessage(message: unknown): void
}
const { parentPort } = process as unknown as { parentPort?: ParentPort }

const desk = new SearchDesk(systemClock, (reply: SearchReply) => {
  if (parentPort) parentPort.postMessage(reply)
  else process.send?.(reply)
})

// Messages are our own: whoever started this process is trusted by it.
if (parentPort) parentPort.on('message', ({ data }) => void desk.hear(data as SearchRequest))
else process.on('message', (data) => void desk.hear(data as SearchRequest))
// The parent is gone: nobody waits for what would come.
process.on('disconnect', () => process.exit(0))
