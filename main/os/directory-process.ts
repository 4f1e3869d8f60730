/*
 * The process that loads directories, as Electron's utility process: apart from calls and windows, started for one piece of work
 * and ended after it. It knows nothing of what is said.
 */
import { utilityProcess } from 'electron'
import type { StartLoader } from '../directory/loader-process'

/** `entry`: the built program. It gets no more of the environment than a program needs to run at all. */
export const directoryProcess =
  (entry: string): StartLoader =>
  ({ onReply, onGone }) => {
    const { PATH = '', HOME = '', TMPDIR, LANG, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, SystemRoot } = process.env
    const known = { PATH, HOME, TMPDIR, LANG, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, SystemRoot }
    const env = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
    const child = utilityProcess.fork(entry, [], {
      serviceName: 'Patchcord directories',
      stdio: 'ignore',
      execArgv: ['--max-old-space-size=512'],
      env,
    })
    child.on('message', onReply)
    child.on('exit', (code) => onGone(`exit ${code}`))
    return { send: (request) => child.postMessage(request), kill: () => void child.kill() }
  }
