/*
 * Electron's utility processes for what is heavy or not to be trusted: apart from calls and windows, ended when they are not needed
 * or take more memory than they may. It knows nothing of what is said.
 */
import { app, utilityProcess } from 'electron'
import type { Clock, Timer } from '../../common/clock'

interface Listeners {
  readonly onReply: (message: unknown) => void
  readonly onGone: (why: string) => void
}

/** Of all its memory, tables it has mapped included. The runtime heeds no limit of its own for such a process. */
export interface MemoryLimit {
  readonly megabytes: number
  readonly clock: Clock
}

/** How often its memory is looked at, ms: it may take some hundred MB in that time. */
const lookEveryMs = 500
/** One that does not end when it is asked to is ended, ms. */
const graceMs = 2_000

/** `entry`: the built program; `name`: as the system shows it. It gets no more of the environment than a program needs to run at all. */
export const helperProcess =
  (entry: string, name: string, limit: MemoryLimit | null = null) =>
  ({ onReply, onGone }: Listeners): { send(request: unknown): void; kill(): void } => {
    const { PATH = '', HOME = '', TMPDIR, LANG, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, SystemRoot } = process.env
    const known = { PATH, HOME, TMPDIR, LANG, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, SystemRoot }
    const env = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
    const child = utilityProcess.fork(entry, [], { serviceName: name, stdio: 'ignore', env })
    let why: string | null = null
    let timer: Timer | null = null
    const look = (): void => {
      if (limit === null) return
      const used = app.getAppMetrics().find(({ pid }) => pid === child.pid)?.memory.workingSetSize ?? 0
      if (used > limit.megabytes * 1_024) {
        why = `it took more than ${limit.megabytes} MB of memory`
        kill()
      } else timer = limit.clock.setTimeout(look, lookEveryMs)
    }
    const kill = (): void => {
      if (!child.kill() || limit === null) return
      if (timer !== null) limit.clock.clearTimeout(timer)
      timer = limit.clock.setTimeout(() => {
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      }, graceMs)
    }
    child.on('message', onReply)
    child.on('exit', (code) => {
      if (timer !== null) limit?.clock.clearTimeout(timer)
      onGone(why ?? `exit ${code}`)
    })
    look()
    return { send: (request) => child.postMessage(request), kill }
  }
