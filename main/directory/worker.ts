/*
 * The process that loads directories: does what one message asks for and answers. It has no access to calls, accounts or
 * windows; what it knows of a caller is what a look-up by HTTP has to tell the server.
 */
import { checkTable } from './check-table'
import { load } from './load'
import type { LoaderReply, LoaderRequest } from './loader-messages'
import { askForCaller } from './sources/lookup-source'
import { walkDatabase } from './walk-database'

/** Electron's port to the parent, or Node's channel. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  postMessage(message: unknown): void
}
const { parentPort } = process as unknown as { parentPort?: ParentPort }

const report = (reply: LoaderReply): void => {
  if (parentPort) parentPort.postMessage(reply)
  else process.send?.(reply)
}

async function answer(request: LoaderRequest): Promise<void> {
  switch (request.type) {
    case 'load':
      // What a provider throws where nobody waits for it. The answer ends this process.
      process.on('uncaughtException', (error) => {
        const detail = String((error as Error | null)?.message ?? error).slice(0, 500)
        report({ type: 'failed', name: 'unknown', detail })
      })
      return report(await load(request, report))
    case 'check':
      return report({ type: 'checked', table: await checkTable(request.folder).catch(() => null) })
    case 'walk':
      return report({ type: 'walked', whole: await walkDatabase(request.folder).catch(() => false) })
    case 'ask': {
      const { id, settings, secret, e164, timeoutMs } = request
      const signal = AbortSignal.timeout(timeoutMs)
      return askForCaller({ settings, authorization: secret, e164, signal }).then(
        (label) => report({ type: 'answer', id, label, answered: true }),
        () => report({ type: 'answer', id, label: null, answered: false }),
      )
    }
  }
}

// Messages are our own: whoever started this process is trusted by it.
if (parentPort) parentPort.on('message', ({ data }) => void answer(data as LoaderRequest))
else process.on('message', (data) => void answer(data as LoaderRequest))
// The parent is gone: nobody waits for what would come.
process.on('disconnect', () => process.exit(0))
