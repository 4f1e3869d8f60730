/*
 * The last messages between the phone and each account's server, asked of the engine when somebody wants to look. It keeps none of them.
 */
import type { EngineReport } from '../../common/contract/engine'
import type { Engine } from '../engine/engine'

export type LadderEntries = Extract<EngineReport, { type: 'ladder' }>['entries']

export class Ladders {
  #told: Map<string, LadderEntries> | null = null

  constructor(private readonly engine: Engine) {}

  engineReported(report: EngineReport): void {
    if (report.type === 'ladder') this.#told?.set(report.accountId, report.entries)
  }

  /** By account id; none where there is no engine. Never rejects. */
  async read(): Promise<ReadonlyMap<string, LadderEntries>> {
    const told = new Map<string, LadderEntries>()
    this.#told = told
    await this.engine.request({ type: 'tellLadders' })
    if (this.#told === told) this.#told = null
    return told
  }
}
