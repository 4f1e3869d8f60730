/*
 * The process that loads directories as Node starts it, from a bundle of the real program: what Electron's utility process is
 * in the phone.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import type { StartLoader } from '../../main/directory/loader-process'
import { removeFolder } from './remove-folder'

const root = join(import.meta.dirname, '../..')

export interface ForkedLoader {
  readonly start: StartLoader
  /** The bundle. */
  readonly program: string
  /** Those that run. */
  readonly running: Set<ChildProcess>
  close(): void
}

/** A program of the repository as one file, inside it, so that it finds its libraries. */
export async function bundleProgram(entry: string): Promise<{ readonly program: string; readonly remove: () => void }> {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache/program-'))
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(root, entry),
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  })
  return { program: join(folder, 'program.mjs'), remove: () => removeFolder(folder) }
}

export async function forkedLoader(): Promise<ForkedLoader> {
  const { program, remove } = await bundleProgram('main/directory/worker.ts')
  const running = new Set<ChildProcess>()
  return {
    running,
    program,
    start: ({ onReply, onGone }) => {
      const child = fork(program, [], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        execArgv: [],
      })
      running.add(child)
      child.on('message', onReply)
      child.on('exit', (code, signal) => {
        running.delete(child)
        onGone(signal ?? `exit ${String(code)}`)
      })
      // What is said to a process that has just been killed is lost; how it ended is told by its exit.
      const send = (request: Parameters<ReturnType<StartLoader>['send']>[0]): void =>
        void child.send(request, () => undefined)
      return { send, kill: () => void child.kill('SIGKILL') }
    },
    close: () => {
      for (const child of running) child.kill('SIGKILL')
      remove()
    },
  }
}
