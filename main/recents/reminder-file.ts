/*
 * Whom the user wants to be reminded of, kept through restarts and kills. A file that cannot be read is nobody; it decides
 * nothing about when.
 */
import * as v from 'valibot'
import { handleTypes } from '../../common/handle'
import type { Log } from '../../common/log'
import { CheckedLines } from '../settings/checked-lines'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const reminderSchema = v.object({
  id: text(64),
  accountId: text(128),
  handle: v.object({ type: v.picklist(handleTypes), value: text(512) }),
  name: v.nullable(text(256)),
  /** Wall-clock ms: when the user asked, and when they want to hear of it. */
  since: v.number(),
  at: v.number(),
})
export type Reminder = Readonly<v.InferOutput<typeof reminderSchema>>

const remindersAtMost = 100

export class ReminderFile {
  private readonly file: CheckedLines

  constructor(options: { readonly path: string; readonly log: Log }) {
    this.file = new CheckedLines({ ...options, name: 'reminders' })
  }

  load(): readonly Reminder[] {
    const { texts } = this.file.read()
    return texts.flatMap(readLine).slice(-remindersAtMost)
  }

  /** All there are. */
  save(reminders: readonly Reminder[]): void {
    this.file.replace(reminders.slice(-remindersAtMost).map((reminder) => JSON.stringify(reminder)))
  }
}

function readLine(line: string): readonly Reminder[] {
  try {
    const parsed = v.safeParse(reminderSchema, JSON.parse(line))
    return parsed.success ? [parsed.output] : []
  } catch {
    return []
  }
}
