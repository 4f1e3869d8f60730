/*
 * What main and the process that searches say to each other. It is told where things are kept and what has changed of them; it
 * reads, and changes nothing. What comes from it is checked.
 */
import * as v from 'valibot'
import type { SearchEntry } from './search-segment'

/** The table of a directory whose names are searched. */
export interface SearchedTable {
  /** The directory's name. */
  readonly source: string
  readonly path: string
}

/** A call of the archive, as it is found. */
export interface CallLine {
  readonly id: string
  /** Wall-clock ms. */
  readonly startedAt: number
  /** What it is found by. */
  readonly text: string
  readonly kind: number
}

/** Which calls are looked for. */
export interface CallSearch {
  /** Folded, all to be found. */
  readonly words: readonly string[]
  /** What was typed, were it a number; empty: it is none. */
  readonly digits: string
  /** Any of these kinds; 0: all. */
  readonly kind: number
  /** Wall-clock ms: only calls that began before. */
  readonly before: number
  readonly limit: number
}

/** To the process. */
export type SearchRequest =
  /** First of all. */
  | { readonly type: 'open'; readonly contacts: string; readonly calls: string }
  | { readonly type: 'tables'; readonly tables: readonly SearchedTable[] }
  /** Somebody is new, changed, or gone (null). */
  | { readonly type: 'contact'; readonly id: string; readonly entry: SearchEntry | null }
  /** Any of them may have. */
  | { readonly type: 'contacts' }
  | { readonly type: 'archived'; readonly calls: readonly CallLine[] }
  /** null: all of them. */
  | { readonly type: 'removed'; readonly callIds: readonly string[] | null }
  /** `wait`: until the names of directories can be searched, too. No words and no digits: get ready. */
  | {
      readonly type: 'people'
      readonly ask: number
      readonly words: readonly string[]
      readonly digits: string
      readonly limit: number
      readonly wait: boolean
    }
  | { readonly type: 'calls'; readonly ask: number; readonly search: CallSearch }

const ask = v.pipe(v.number(), v.integer())
const text = v.pipe(v.string(), v.maxLength(512))

const contactHits = v.array(v.strictObject({ id: text, score: v.number() }))
const nameHits = v.array(v.strictObject({ number: v.number(), label: text, source: text, score: v.number() }))
const callHits = v.array(v.strictObject({ id: text, startedAt: v.number() }))

export const searchReplySchema = v.variant('type', [
  v.strictObject({ type: v.literal('people'), ask, contacts: contactHits, names: nameHits }),
  /** Newest first; `limit` of them, and all that began with the last one. */
  v.strictObject({ type: v.literal('calls'), ask, calls: callHits, more: v.boolean() }),
])
/** From the process: the answer to what has this `ask`. */
export type SearchReply = v.InferOutput<typeof searchReplySchema>
export type PeopleReply = Extract<SearchReply, { type: 'people' }>
export type CallsReply = Extract<SearchReply, { type: 'calls' }>
/** A name of a directory: its number is E.164 without `+`. */
export type NameHit = PeopleReply['names'][number]
