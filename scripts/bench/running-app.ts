/*
 * An Electron application as a process that is measured: started bare, without a debugger or anything else that a user's
 * would not have. It must not know what is measured.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { electronArguments, electronExecutable } from '../electron-runtime.mjs'

export class RunningApp {
  /** performance.now() just before its process was made. */
  readonly startedAt: number
  private readonly process: ChildProcess
  private output = ''

  /** @param folder the application */
  constructor(folder: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    const all = [...electronArguments(), folder, ...args]
    this.startedAt = performance.now()
    this.process = spawn(electronExecutable(), all, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const keep = (data: Buffer): void => void (this.output = (this.output + data.toString()).slice(-4000))
    this.process.stdout?.on('data', keep)
    this.process.stderr?.on('data', keep)
  }

  get pid(): number {
    return this.process.pid ?? -1
  }

  /** What it printed last, for when it does not do what it should. */
  get words(): string {
    return this.output
  }

  /** Ends it as a session's end would, and for certain after `ms`. */
  async quit(ms = 5_000): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const gone = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.kill('SIGTERM')
    const limit = setTimeout(() => this.process.kill('SIGKILL'), ms)
    await gone
    clearTimeout(limit)
  }
}
