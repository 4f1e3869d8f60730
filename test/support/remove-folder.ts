/*
 * Takes a program's folder away when the program has ended: what it started may end a moment later, and write there until then.
 */
import { rmSync } from 'node:fs'

/** Nothing where there is none. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
}
