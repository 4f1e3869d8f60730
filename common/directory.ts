/*
 * Directories that identify and block callers, as the user sees them: sources with their states, the user's own list, and
 * why a caller was kept away. Schemas, because pages send them.
 */
import * as v from 'valibot'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const url = v.pipe(text(1024), v.regex(/^https?:\/\//i))

/** Where a source takes its entries from. `kind` says which worker reads it. */
export const sourceSettingsSchema = v.variant('kind', [
  /** A CSV or JSON file on this computer: number, label, and optionally `block`. */
  v.strictObject({ kind: v.literal('file'), path: text(4096) }),
  /** The same from a server, fetched again at this interval with its ETag. */
  v.strictObject({
    kind: v.literal('url'),
    url,
    everyMinutes: v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(43_200)),
  }),
  v.strictObject({ kind: v.literal('vcard'), path: text(4096) }),
  v.strictObject({
    kind: v.literal('carddav'),
    url,
    username: text(256),
    everyMinutes: v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(43_200)),
  }),
  v.strictObject({
    kind: v.literal('ldap'),
    url: v.pipe(text(1024), v.regex(/^ldaps?:\/\//i)),
    /** Bind DN; null: anonymous. */
    user: v.nullable(text(512)),
    base: text(512),
    /** Attributes, in order of preference. */
    nameAttributes: v.pipe(v.array(text(64)), v.minLength(1), v.maxLength(8)),
    numberAttributes: v.pipe(v.array(text(64)), v.minLength(1), v.maxLength(8)),
    /** Besides the search as you type: read whole into the directory at this interval; null: never. */
    everyMinutes: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(43_200))),
  }),
  /** Asked for each caller that nobody else knows: `{number}` is filled in as E.164 without `+`. Never delays ringing. */
  v.strictObject({
    kind: v.literal('lookup'),
    url,
    /** JSON pointer (RFC 6901) to the name in the answer; null: the answer is plain text. */
    namePointer: v.nullable(text(256)),
    /** Sent as `Authorization`, a secret; whether there is one. */
    authorized: v.boolean(),
  }),
  /** A provider of the user's own: the name of a module in the profile's `extensions` folder, put there by hand. */
  v.strictObject({ kind: v.literal('extension'), file: v.pipe(text(128), v.regex(/^\w[\w.-]*\.mjs$/)) }),
])
export type SourceSettings = Readonly<v.InferOutput<typeof sourceSettingsSchema>>

export const sourceDraftSchema = v.strictObject({
  name: v.pipe(text(128), v.trim(), v.minLength(1)),
  settings: sourceSettingsSchema,
  /** Password or Authorization value; null: keep the stored one, or none. */
  secret: v.nullable(text(4096)),
  enabled: v.boolean(),
})
export type SourceDraft = Readonly<v.InferOutput<typeof sourceDraftSchema>>

export type SourceStatus =
  | { readonly state: 'never-loaded' }
  | { readonly state: 'loading'; readonly entries: number }
  | {
      readonly state: 'loaded'
      /** Wall-clock ms. */
      readonly at: number
      readonly identifying: number
      readonly blocking: number
      /** SHA-256 of what was read, 64 hex digits; null where there is no one file. */
      readonly checksum: string | null
    }
  /** What was loaded before is still in use. `code`: CXErrorCodeCallDirectoryManagerError by name; `detail`: a sentence with the place. */
  | { readonly state: 'failed'; readonly at: number; readonly code: string; readonly detail: string | null }

/** Of each directory the names of so many entries are searched as somebody types, the first by number; callers are known by all of them. */
export const namesSearchedAtMost = 100_000

export interface DirectorySource {
  readonly id: string
  readonly name: string
  readonly settings: SourceSettings
  readonly enabled: boolean
  readonly hasSecret: boolean
  readonly status: SourceStatus
}

/** One line of the user's own list. */
export const blockRuleSchema = v.strictObject({
  /** `exact` and `prefix`: E.164 digits with `+`, or an extension; `range`: `first-last`, both included; `address`: a SIP address or domain. */
  match: v.picklist(['exact', 'prefix', 'range', 'address', 'anonymous', 'unknown']),
  value: text(256),
  note: v.nullable(text(256)),
  /** The other way round: whom this is about rings, whatever is said of many and by directories. Left out: blocked. */
  rings: v.exactOptional(v.boolean()),
  /** Only then; null: always. Minutes since local midnight; `days`: 0 Sunday to 6. */
  schedule: v.nullable(
    v.strictObject({
      days: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(6))), v.maxLength(7)),
      from: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1439)),
      to: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1439)),
    }),
  ),
})
export type BlockRuleDraft = Readonly<v.InferOutput<typeof blockRuleSchema>>
export interface BlockRule extends BlockRuleDraft {
  readonly id: string
  /** Wall-clock ms. */
  readonly addedAt: number
}

/** Why a call did not ring, for a person: "blocked by list Team, exact match". */
export interface Screening {
  readonly by: 'own-list' | 'directory' | 'do-not-disturb' | 'focus'
  /** Name of the directory or list; null where there is none. */
  readonly list: string | null
  readonly match: BlockRuleDraft['match'] | null
  /** The rule of the user's own that did it; null otherwise. */
  readonly ruleId: string | null
}
