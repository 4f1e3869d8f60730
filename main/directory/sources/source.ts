/*
 * What every source is to the loader: where entries are read from once its origin was looked at, as rows that may come in
 * any order and with numbers as people write them. It must not know what becomes of them.
 */

/** A line of a source. */
export interface Row {
  /** As it is written there. */
  readonly number: string
  readonly label: string | null
  readonly block: boolean
}

/** A source that was reached and can be read, more than once if need be. */
export interface OpenSource {
  /** Batches of some hundred or thousand. Throws a `SourceError`. */
  rows(): AsyncIterable<readonly Row[]>
  /** SHA-256 of what will be read; null where there is no one file. */
  readonly checksum: string | null
  readonly etag: string | null
  readonly modified: string | null
  /** Removes what was fetched. */
  close(): void
}

/** What was known of the source when it was loaded last. */
export interface Known {
  readonly checksum: string | null
  readonly etag: string | null
  readonly modified: string | null
}

/** Why a source cannot be read, in words for whoever keeps it. Never holds a secret. */
export class SourceError extends Error {}
