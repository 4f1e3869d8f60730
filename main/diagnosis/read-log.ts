/*
 * The end of the log file, with that of the one before it when it is short. It understands no line.
 */
import { open } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes. */
const enough = 120_000

/** `folder`: where the log is. '' when there is none. Never rejects. */
export async function readLog(folder: string): Promise<string> {
  const newest = await endOf(join(folder, 'main.log'), enough)
  if (newest.length >= enough / 2) return newest
  return (await endOf(join(folder, 'main.1.log'), enough - newest.length)) + newest
}

async function endOf(path: string, length: number): Promise<string> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      const from = Math.max(0, size - length)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
      const text = buffer.subarray(0, bytesRead).toString('utf8')
      // A line that was cut is none.
      return from === 0 ? text : text.slice(text.indexOf('\n') + 1)
    } finally {
      await file.close()
    }
  } catch {
    return ''
  }
}
