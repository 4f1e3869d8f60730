/*
 * The process that loads directories as Node starts it, from a bundle of the real program: what Electron's utility process is
 * in the phone.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import type { StartLoader } from '../../main/directory/loader-process'

const root = join(import.meta.dirname, '../..')

export interface ForkedLoader {
  readonly start: StartLoader
  /** The bundle. */
  readonly program: string
  /** Those that run. */
  readonly running: Set<ChildProcess>
  close(): void
}

/** Built inside the repository, so that it finds its libraries. */
export async function forkedLoader(): Promise<ForkedLoader> {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache/directory-worker-'))
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(root, 'main/directory/worker.ts'),
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: 'worker.mjs' } },
    },
  })
  const running = new Set<ChildProcess>()
  return {
    running,
    program: join(folder, 'worker.mjs'),
    start: ({ onReply, onGone }) => {
      const child = fork(join(folder, 'worker.mjs'), [], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        execArgv: [],
      })
      running.add(child)
      child.on('message', onReply)
      child.on('exit', (code, signal) => {
        running.delete(child)
        onGone(signal ?? `exit ${String(code)}`)
      })
      return { send: (request) => void child.send(request), kill: () => void child.kill('SIGKILL') }
    },
    close: () => {
      for (const child of running) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
