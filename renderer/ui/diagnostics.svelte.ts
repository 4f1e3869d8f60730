/*
 * What goes into the file for whoever helps: its parts as main shows them, which of them are left out, and saving the rest. What may be
 * read of it main decides; it knows no markup.
 */
import type { UiCommand } from '../../common/contract/ui'
import { answerOf } from './answer-of'
import type { Reply } from './phone.svelte'

export interface DiagnosticsPart {
  readonly name: string
  readonly text: string
}

type Ask = (command: UiCommand) => Promise<Reply>

export class Diagnostics {
  /** null: not answered yet. */
  parts = $state.raw<readonly DiagnosticsPart[] | null>(null)
  without = $state.raw<readonly string[]>([])
  failed = $state(false)
  busy = $state(false)
  /** Where it was saved last. */
  path = $state<string | null>(null)

  constructor(private readonly ask: Ask) {}

  /** Takes them anew; what was left out stays so. */
  async read(): Promise<void> {
    if (this.busy) return
    this.busy = true
    const answer = answerOf(await this.ask({ type: 'previewDiagnostics' }), 'diagnostics')
    this.busy = false
    this.failed = answer === null
    this.path = null
    if (answer) this.parts = answer.parts
  }

  has(name: string): boolean {
    return !this.without.includes(name)
  }

  take(name: string, wanted: boolean): void {
    this.without = [...this.without.filter((other) => other !== name), ...(wanted ? [] : [name])]
    this.path = null
  }

  /** The parts that would be saved, and how long they are in bytes. */
  get kept(): { readonly count: number; readonly bytes: number } {
    const kept = (this.parts ?? []).filter(({ name }) => this.has(name))
    return { count: kept.length, bytes: kept.reduce((sum, { text }) => sum + bytesOf(text), 0) }
  }

  async save(): Promise<void> {
    if (this.busy || this.kept.count === 0) return
    this.busy = true
    const answer = answerOf(await this.ask({ type: 'saveDiagnostics', without: [...this.without] }), 'path')
    this.busy = false
    this.path = answer?.path ?? null
  }
}

/** As a file is long: UTF-8. */
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** `812 bytes`, `12 kB`, `1.4 MB`. */
export function sayBytes(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
