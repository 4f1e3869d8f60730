/*
 * Electron's utility processes for what is heavy or not to be trusted: apart from calls and windows, ended when they are not needed.
 * It knows nothing of what is said.
 */
import { utilityProcess } from 'electron'

interface Listeners {
  readonly onReply: (message: unknown) => void
  readonly onGone: (why: string) => void
}

/** `entry`: the built program; `name`: as the system shows it. It gets no more of the environment than a program needs to run at all. */
export const helperProcess =
  (entry: string, name: string) =>
  ({ onReply, onGone }: Listeners): { send(request: unknown): void; kill(): void } => {
    const { PATH = '', HOME = '', TMPDIR, LANG, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, SystemRoot } = process.env
    const known = { PATH, HOME, TMPDIR, LANG, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, SystemRoot }
    const env = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
    const child = utilityProcess.fork(entry, [], {
      serviceName: name,
      stdio: 'ignore',
      execArgv: ['--max-old-space-size=512'],
      env,
    })
    child.on('message', onReply)
    child.on('exit', (code) => onGone(`exit ${code}`))
    return { send: (request) => child.postMessage(request), kill: () => void child.kill() }
  }
