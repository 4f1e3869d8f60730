/*
 * What any part may say to the log. Lines hold facts without secrets: no password, no Authorization, no DTMF digit, no
 * whole number; the writer redacts again, but the caller is the first to know.
 */
/** Where lines go, by how much they matter. */
export interface Log {
  /** For whoever looks for a fault. */
  debug(message: string): void
  /** What happened. */
  info(message: string): void
  /** What should not happen, and was dealt with. */
  warn(message: string): void
  /** A bug, or something lost. */
  error(message: string): void
}

/** Keeps nothing. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
