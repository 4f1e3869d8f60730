/*
 * The log: one rotated file in the profile that only its owner can read, and the console while developing. Every line is
 * redacted here, whatever its writer thought of; a line from outside cannot pretend to be another.
 */
import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import electronLog from 'electron-log/node'
import type { Log } from '../../common/log'
import { redact } from '../../common/redact'

export type LogLevel = keyof Log

export interface LogOptions {
  /** Where the files go; made when it is missing. */
  readonly folder: string
  /** The least that is written. Telephone numbers are whole only at `debug`. */
  readonly level: LogLevel
  /** Also to the console. */
  readonly console: boolean
  /** Bytes a file may have before the next one begins. */
  readonly maximumSize?: number
}

/** main.log, and main.1.log (newest) to main.4.log. */
const olderFiles = 4

export function createLog({ folder, level, console, maximumSize = 2 * 1024 * 1024 }: LogOptions): Log {
  const path = join(folder, 'main.log')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (existsSync(path)) chmodSync(path, 0o600)
  } catch {
    // Without a log the phone still works; electron-log says on the console that it cannot write.
  }
  const logger = electronLog.create({ logId: `patchcord-${folder}` })
  const { file, console: terminal } = logger.transports
  file.level = level
  file.resolvePathFn = () => path
  file.maxSize = maximumSize
  file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' }
  file.format = '{y}-{m}-{d} {h}:{i}:{s}.{ms} {level} {text}'
  file.archiveLogFn = (full) => rotate(full.path)
  terminal.level = console ? level : false
  terminal.format = '{h}:{i}:{s}.{ms} {level} {text}'
  const numbers = level !== 'debug'
  return {
    debug: (message) => logger.debug(clean(message, numbers)),
    info: (message) => logger.info(clean(message, numbers)),
    warn: (message) => logger.warn(clean(message, numbers)),
    error: (message) => logger.error(clean(message, numbers)),
  }
}

/** No secrets, no terminal control sequences, and further lines indented so that each entry has one beginning. */
function clean(message: string, numbers: boolean): string {
  return (
    redact(message, { numbers })
      // eslint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029]/g, '?')
      .replaceAll(/\r\n|\r|\n/g, '\n    ')
      .trimEnd()
  )
}

function rotate(path: string): void {
  const { name, ext } = parse(path)
  const older = (index: number): string => join(dirname(path), `${name}.${index}${ext}`)
  try {
    for (let index = olderFiles - 1; index >= 1; index--) {
      if (existsSync(older(index))) renameSync(older(index), older(index + 1))
    }
    renameSync(path, older(1))
  } catch {
    // Then the file grows a little longer and the next line tries again.
  }
}
