/*
 * The bundle of diagnostics: put together when somebody wants to look at it, kept as it was shown, and given away as that, whole or without some
 * of its parts. It sends nothing and writes nothing.
 */
import type { Clock } from '../../common/clock'
import type { AccountTest } from '../../common/diagnosis'
import type { PhoneState } from '../../common/phone-state'
import type { DiagnosticsPart, SystemFacts } from './collect-parts'
import type { Ladders } from './ladders'

export interface DiagnosticsOptions {
  readonly clock: Clock
  readonly state: () => PhoneState
  readonly lastTest: () => AccountTest | null
  readonly ladders: Pick<Ladders, 'read'>
  /** The end of the log; '' when it cannot be read. */
  readonly readLog: () => Promise<string>
  readonly system: () => SystemFacts
  /** The user's folder. */
  readonly home: string
}

export class Diagnostics {
  #shown: { readonly at: number; readonly parts: readonly DiagnosticsPart[] } | null = null

  constructor(private readonly options: DiagnosticsOptions) {}

  /** Anew at each call; what was shown before is forgotten. */
  async preview(): Promise<readonly DiagnosticsPart[]> {
    const { clock, state, lastTest, ladders, readLog, system, home } = this.options
    const { collectParts } = await import('./collect-parts')
    const [told, log] = await Promise.all([ladders.read(), readLog()])
    const now = clock.date()
    const parts = collectParts({ now, state: state(), test: lastTest(), ladders: told, log, system: system(), home })
    this.#shown = { at: now, parts }
    return parts
  }

  /** What was shown last, without the parts of these names, as one text; null: nothing was. */
  textWithout(names: readonly string[]): string | null {
    if (this.#shown === null) return null
    const { at, parts } = this.#shown
    const kept = parts.filter(({ name }) => !names.includes(name))
    const left = parts.filter(({ name }) => names.includes(name)).map(({ name }) => name)
    const head =
      `Patchcord diagnostics of ${new Date(at).toISOString()}\n` +
      `Parts: ${kept.map(({ name }) => name).join(', ')}\n` +
      (left.length === 0 ? '' : `Left out by the user: ${left.join(', ')}\n`) +
      'People, numbers, servers and addresses have pseudonyms, the same throughout.\n'
    return [head, ...kept.map(({ name, text }) => `==== ${name} ====\n\n${text}\n`)].join('\n')
  }
}
