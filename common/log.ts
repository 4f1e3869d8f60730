/*
 * What any part may say to the log. Lines hold facts without secrets: no password, no Authorization, no DTMF digit, no
 * whole number; the writer redacts again, but the caller is the first to know.
 */
export interface Log {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
