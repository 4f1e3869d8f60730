/*
 * An append-only file of lines that prove themselves: a kill, a full disk or a foreign hand costs at most the lines it
 * touched. A line is with the system when `append` returns, so it outlives this process, and on the disk a moment later. It
 * must not know what the lines say.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { done, refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'

export interface CheckedLinesOptions {
  readonly path: string
  /** What the file is called in the log. */
  readonly name: string
  readonly log: Log
}

/** They hold numbers and names, so only their owner can read them. */
const fileMode = 0o600

export class CheckedLines {
  /** The last line has no end: a kill or a full disk cut it. */
  private torn = false
  private flushing = false
  private flushAgain = false

  constructor(private readonly options: CheckedLinesOptions) {}

  /** What can be read, each a text that was written, oldest first, and how many lines cannot. None when there is no file. */
  read(): { readonly texts: readonly string[]; readonly damaged: number } {
    const { path, name, log } = this.options
    let content = ''
    try {
      content = readFileSync(path, 'utf8')
      chmodSync(path, fileMode)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') log.error(`${name}: cannot be read (${codeOf(error)})`)
    }
    this.torn = content !== '' && !content.endsWith('\n')
    const lines = content.split('\n').filter((line) => line !== '')
    const texts = lines.map(textOf).filter((text) => text !== null)
    return { texts, damaged: lines.length - texts.length }
  }

  /** `text` must be JSON, of one line. */
  append(text: string): Result {
    const { path, name, log } = this.options
    let size: number | null = null
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      size = sizeOf(path)
      appendFileSync(path, `${this.torn ? '\n' : ''}${lineOf(text)}\n`, { mode: fileMode })
      this.torn = false
      void this.flush()
      return done
    } catch (error) {
      log.error(`${name}: not written (${codeOf(error)})`)
      this.torn = !takeBack(path, size) || this.torn
      return refused('storage-failed', codeOf(error))
    }
  }

  /** Writes these into a new file and puts it in the old one's place: all of them, or everything stays as it was. */
  replace(texts: readonly string[]): Result {
    const { path, name, log } = this.options
    const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const file = openSync(temporary, 'wx', fileMode)
      try {
        writeFileSync(file, texts.map((text) => `${lineOf(text)}\n`).join(''))
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(temporary, path)
      this.torn = false
      return done
    } catch (error) {
      rmSync(temporary, { force: true })
      log.error(`${name}: not compacted (${codeOf(error)})`)
      return refused('storage-failed', codeOf(error))
    }
  }

  /**
   * Onto the disk, in the background: a disk may take longer than a caller should wait, and only a loss of power in this very moment
   * could tell the difference.
   */
  private async flush(): Promise<void> {
    this.flushAgain = true
    if (this.flushing) return
    this.flushing = true
    while (this.flushAgain) {
      this.flushAgain = false
      try {
        const file = await open(this.options.path, 'r+')
        try {
          await file.datasync()
        } finally {
          await file.close()
        }
      } catch (error) {
        // Whoever removed the file meanwhile does not want it.
        if (codeOf(error) !== 'ENOENT') this.options.log.warn(`${this.options.name}: not flushed (${codeOf(error)})`)
      }
    }
    this.flushing = false
  }
}

const prefix = /^\{"sum":"([0-9a-f]{16})","record":(.*)\}$/s

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

const lineOf = (text: string): string => `{"sum":"${sumOf(text)}","record":${text}}`

function textOf(line: string): string | null {
  const match = prefix.exec(line)
  const text = match?.[2]
  return text !== undefined && match?.[1] === sumOf(text) ? text : null
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
}

/** Cuts off what a failed append left. Returns whether the file is as it was. */
function takeBack(path: string, size: number | null): boolean {
  if (size === null) return false
  try {
    if (sizeOf(path) > size) truncateSync(path, size)
    return true
  } catch {
    return false
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error'
