/*
 * People the user knows: what is kept of each, and how one is found. Schemas, because contacts come from pages and files.
 */
import * as v from 'valibot'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))

export const numberLabels = ['work', 'mobile', 'home', 'main', 'fax', 'other'] as const
export type NumberLabel = (typeof numberLabels)[number]

const numberSchema = v.strictObject({
  label: v.picklist(numberLabels),
  /** As the user wrote it: a number or a SIP address. */
  value: v.pipe(text(256), v.trim(), v.minLength(1)),
})

/** What a form says of a contact. */
export const contactDraftSchema = v.strictObject({
  name: v.pipe(text(256), v.trim()),
  organization: v.nullable(text(256)),
  numbers: v.pipe(v.array(numberSchema), v.maxLength(32)),
  emails: v.pipe(v.array(text(256)), v.maxLength(16)),
  notes: v.nullable(text(8192)),
  favourite: v.boolean(),
  /** Rings through do not disturb. */
  vip: v.boolean(),
  /** Key on the keypad that dials the first number when it is held; null: none. */
  speedDial: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(9))),
  /** One of the phone's ring tones; null: the usual one. */
  ringtone: v.nullable(text(64)),
  /** `data:image/png;base64,…` or jpeg or webp, at most 1024 px wide and high; null: none. */
  avatar: v.nullable(v.pipe(text(200_000), v.regex(/^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/=]+$/))),
})
export type ContactDraft = Readonly<v.InferOutput<typeof contactDraftSchema>>

export type ContactId = string

export interface Contact extends ContactDraft {
  readonly id: ContactId
  /** The address book it is in: `local`, or a CardDAV account's id. */
  readonly book: string
}

/** What a list shows of somebody. */
export interface Person {
  /** Where it comes from. */
  readonly from: 'contact' | 'recent' | 'directory' | 'colleague'
  /** A contact's id; null for others. */
  readonly contactId: ContactId | null
  readonly name: string
  /** The number or address to dial, as the user would. */
  readonly number: string
  readonly label: NumberLabel | null
  readonly favourite: boolean
  /** The directory that knows it, by name; null for others. */
  readonly source: string | null
  readonly avatar: string | null
}

/** Who a number belongs to, as far as the phone knows, and how it knows. */
export interface Caller {
  /** From a contact, or a directory's label; null: nobody knows the number. */
  readonly name: string | null
  readonly contactId: ContactId | null
  /** What says so: `contact`, or the name of the directory. null with `name`. */
  readonly source: string | null
  readonly avatar: string | null
  readonly ringtone: string | null
  readonly vip: boolean
  /** The name the network gave contains another number than the caller's: it may be meant to mislead. */
  readonly lookalike: boolean
  /** What the server passes on of the caller's attestation (RFC 8224, RFC 8588); null: nothing. */
  readonly attestation: 'A' | 'B' | 'C' | 'failed' | null
}
