/*
 * Writes a file the user asked for, for its owner's eyes: all of it, or the one that was there stays as it was.
 */
import { randomBytes } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { done, refused, type Result } from '../../common/errors'

/** `storage-failed` with the system's code. */
export async function saveFile(path: string, content: string): Promise<Result> {
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`
  try {
    await writeFile(temporary, content, { mode: 0o600, flag: 'wx', flush: true })
    await rename(temporary, path)
    return done
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    return refused('storage-failed', (error as NodeJS.ErrnoException).code ?? 'unknown error')
  }
}
