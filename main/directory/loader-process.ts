/*
 * The process that loads directories, as main sees it: started for one piece of work, spoken to, and ended. How it is started
 * is somebody else's (Electron's utility process; a Node process in tests).
 */
import * as v from 'valibot'
import type { Clock } from '../../common/clock'
import { loaderReplySchema, type LoaderReply, type LoaderRequest } from './loader-messages'

export interface LoaderProcess {
  send(request: LoaderRequest): void
  kill(): void
}

export interface LoaderListeners {
  /** Unchecked. */
  readonly onReply: (message: unknown) => void
  /** Whatever ended it; told once, also after `kill`. */
  readonly onGone: (why: string) => void
}

export type StartLoader = (listeners: LoaderListeners) => LoaderProcess

export interface AskLoaderOptions {
  readonly start: StartLoader
  readonly clock: Clock
  /** The process is ended when it has not answered by then, ms. */
  readonly timeoutMs: number
  readonly onProgress?: (entries: number) => void
  /** It ended, or was ended, before it answered. */
  readonly onGone?: (why: string) => void
  /** Settles when the answer is not wanted any more. */
  readonly interrupted?: Promise<unknown>
}

/** The answer of a process of its own, which is ended afterwards; null: it ended or was ended before it answered. */
export function askLoader(
  request: LoaderRequest,
  { start, clock, timeoutMs, onProgress, onGone, interrupted }: AskLoaderOptions,
): Promise<Exclude<LoaderReply, { type: 'progress' }> | null> {
  return new Promise((resolve) => {
    let answer: Exclude<LoaderReply, { type: 'progress' }> | null = null
    const process = start({
      onReply: (message) => {
        const parsed = v.safeParse(loaderReplySchema, message)
        if (!parsed.success) return process.kill()
        if (parsed.output.type === 'progress') return onProgress?.(parsed.output.entries)
        answer ??= parsed.output
        process.kill()
      },
      // Only now is it certain that it writes nothing any more.
      onGone: (why) => {
        clock.clearTimeout(deadline)
        if (answer === null) onGone?.(why)
        resolve(answer)
      },
    })
    const deadline = clock.setTimeout(() => process.kill(), timeoutMs)
    void interrupted?.then(() => process.kill())
    process.send(request)
  })
}
