/*
 * What main and the process that loads directories say to each other. What comes from the process is checked: foreign code
 * may run in it. It must not know how either end is started.
 */
import * as v from 'valibot'
import type { NumberPlan } from '../../common/account'
import type { SourceSettings } from '../../common/directory'
import { isCallDirectoryErrorName, type CallDirectoryErrorName } from '../callkit'
import { isTableName } from './table/table-files'

/** To the process. One process does one load; questions about callers may be many. */
export type LoaderRequest =
  | {
      readonly type: 'load'
      /** Of this directory's tables alone. */
      readonly folder: string
      /** Where the user's own providers are. */
      readonly extensions: string
      readonly settings: SourceSettings
      readonly secret: string | null
      readonly plan: NumberPlan
      readonly maximumEntries: number
      readonly timeoutMs: number
      /** Read the source anew, even when it says that nothing has changed. */
      readonly anew: boolean
    }
  /** Walks through the table in use, so that a damaged one breaks nothing but this process. */
  | { readonly type: 'check'; readonly folder: string }
  /** Walks through a database of the profile, for the same reason. */
  | { readonly type: 'walk'; readonly folder: string }
  | {
      readonly type: 'ask'
      readonly id: number
      readonly settings: Extract<SourceSettings, { kind: 'lookup' }>
      readonly secret: string | null
      readonly e164: string
      readonly timeoutMs: number
    }
export type LoadRequest = Extract<LoaderRequest, { type: 'load' }>

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const name = v.custom<CallDirectoryErrorName>((input) => typeof input === 'string' && isCallDirectoryErrorName(input))
const table = v.strictObject({
  name: v.custom<string>((input) => typeof input === 'string' && isTableName(input)),
  identifying: count,
  blocking: count,
  checksum: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
})

/** From the process. */
export const loaderReplySchema = v.variant('type', [
  v.strictObject({ type: v.literal('progress'), entries: count }),
  v.strictObject({ type: v.literal('loaded'), table, incremental: v.boolean(), unchanged: v.boolean() }),
  v.strictObject({
    type: v.literal('failed'),
    name,
    detail: v.nullable(v.pipe(v.string(), v.maxLength(2_000))),
  }),
  /** null: there is none. */
  v.strictObject({ type: v.literal('checked'), table: v.nullable(table) }),
  v.strictObject({ type: v.literal('walked'), whole: v.boolean() }),
  /** `answered` false: the server could not be asked. */
  v.strictObject({
    type: v.literal('answer'),
    id: count,
    label: v.nullable(v.pipe(v.string(), v.maxLength(256))),
    answered: v.boolean(),
  }),
])
export type LoaderReply = v.InferOutput<typeof loaderReplySchema>
export type LoadedTable = v.InferOutput<typeof table>
