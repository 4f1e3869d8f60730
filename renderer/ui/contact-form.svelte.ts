/*
 * A contact being typed, new or old: its fields, what is wrong with them, and saving it. It keeps what was typed whatever happens to
 * the view; it knows no markup.
 */
import { numberLabels, type Contact, type ContactDraft, type NumberLabel } from '../../common/contact'
import { answerOf } from './answer-of'
import type { Phone } from './phone.svelte'

interface TypedNumber {
  /** For the eye's list only. */
  readonly key: number
  label: NumberLabel
  value: string
}

/** What is known of somebody who is to be added. */
export interface Stranger {
  readonly name: string | null
  readonly number: string
}

export class ContactForm {
  readonly contactId: string | null
  name = $state('')
  organization = $state('')
  numbers = $state<TypedNumber[]>([])
  emails = $state<{ readonly key: number; value: string }[]>([])
  notes = $state('')
  favourite = $state(false)
  vip = $state(false)
  speedDial = $state<number | null>(null)
  ringtone = $state<string | null>(null)
  avatar = $state<string | null>(null)
  wrong = $state(false)
  busy = $state(false)
  private lastKey = 0

  constructor(known: Contact | Stranger | null) {
    this.contactId = known && 'id' in known ? known.id : null
    if (known && 'id' in known) {
      this.name = known.name
      this.organization = known.organization ?? ''
      this.notes = known.notes ?? ''
      this.favourite = known.favourite
      this.vip = known.vip
      this.speedDial = known.speedDial
      this.ringtone = known.ringtone
      this.avatar = known.avatar
      for (const { label, value } of known.numbers) this.addNumber(label, value)
      for (const email of known.emails) this.addEmail(email)
    } else if (known) {
      this.name = known.name ?? ''
      this.addNumber('work', known.number)
    }
    if (this.numbers.length === 0) this.addNumber()
  }

  addNumber(label: NumberLabel = this.nextLabel(), value = ''): void {
    this.numbers.push({ key: ++this.lastKey, label, value })
  }

  removeNumber(key: number): void {
    this.numbers = this.numbers.filter((number) => number.key !== key)
    if (this.numbers.length === 0) this.addNumber()
  }

  addEmail(value = ''): void {
    this.emails.push({ key: ++this.lastKey, value })
  }

  removeEmail(key: number): void {
    this.emails = this.emails.filter((email) => email.key !== key)
  }

  /** null: there is neither a name nor a number. */
  draft(): ContactDraft | null {
    const numbers = this.numbers
      .map(({ label, value }) => ({ label, value: value.trim() }))
      .filter(({ value }) => value !== '')
    const name = this.name.trim()
    const organization = this.organization.trim() || null
    if (name === '' && organization === null && numbers.length === 0) return null
    return {
      name: name || (organization ?? numbers[0]?.value ?? ''),
      organization,
      numbers,
      emails: this.emails.map(({ value }) => value.trim()).filter((value) => value !== ''),
      notes: this.notes.trim() || null,
      favourite: this.favourite,
      vip: this.vip,
      speedDial: this.speedDial,
      ringtone: this.ringtone,
      avatar: this.avatar,
    }
  }

  /** The contact as it was saved, or null; then `wrong` or the desk's problem tells why. */
  async save(ask: (command: Parameters<Phone['request']>[0]) => ReturnType<Phone['request']>): Promise<Contact | null> {
    const draft = this.draft()
    this.wrong = draft === null
    if (draft === null || this.busy) return null
    this.busy = true
    const reply = await ask({ type: 'saveContact', contactId: this.contactId, draft })
    this.busy = false
    return answerOf(reply, 'contact')?.contact ?? null
  }

  private nextLabel(): NumberLabel {
    const used = this.numbers.map(({ label }) => label)
    return numberLabels.find((label) => !used.includes(label)) ?? 'other'
  }
}
