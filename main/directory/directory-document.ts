/*
 * What the directories' own settings file says: the sources in the user's order, their sealed secrets, and how each was
 * loaded last. It holds no entries; those are in tables.
 */
import * as v from 'valibot'
import { sourceSettingsSchema } from '../../common/directory'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const storedSourceSchema = v.strictObject({
  id: text(64),
  name: text(128),
  settings: sourceSettingsSchema,
  enabled: v.boolean(),
  secret: v.fallback(v.nullable(v.strictObject({ backend: text(64), ciphertext: text(16_384) })), null),
  /** The table in use; null: there is none. `at`: when it was found to be up to date, wall-clock ms. */
  loaded: v.fallback(
    v.nullable(v.strictObject({ at: count, identifying: count, blocking: count, checksum: v.nullable(text(64)) })),
    null,
  ),
  /** Why the newest attempt came to nothing; null: it did not. */
  failed: v.fallback(v.nullable(v.strictObject({ at: count, code: text(64), detail: v.nullable(text(2_000)) })), null),
  /** Of a file: its length and time of change when it was loaded. */
  stamp: v.fallback(v.nullable(text(64)), null),
})
export type StoredSource = Readonly<v.InferOutput<typeof storedSourceSchema>>

const documentSchema = v.strictObject({
  version: v.literal(1),
  sources: v.pipe(v.array(storedSourceSchema), v.maxLength(64)),
})
export type DirectoryDocument = v.InferOutput<typeof documentSchema>

export const emptyDirectory = (): DirectoryDocument => ({ version: 1, sources: [] })

export function parseDirectory(raw: unknown): DirectoryDocument | null {
  const parsed = v.safeParse(documentSchema, raw)
  return parsed.success ? parsed.output : null
}
