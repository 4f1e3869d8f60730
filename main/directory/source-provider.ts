/*
 * A source as the framework's provider: its rows become entries with numbers of the world, in order, and none twice. Rows
 * that come sorted go straight through; others are sorted first, which `beginRequest` asks for by a `NotSorted`.
 */
import { callDirectoryPhoneNumber, type CallDirectoryExtensionContext, type CallDirectoryProvider } from '../callkit'
import { ExternalSort } from './external-sort'
import { SourceError, type OpenSource, type Row } from './sources/source'

/** The rows are not in order: ask again with `sort`. */
export class NotSorted extends Error {}

export interface SourceProviderOptions {
  readonly source: Pick<OpenSource, 'rows'>
  /** A number as it is written, as E.164; null: it is no number of the world. */
  readonly e164Of: (text: string) => string | null
  /** Where sorted runs go; null: the rows are believed to be sorted. */
  readonly sort: string | null
}

export class SourceProvider implements CallDirectoryProvider {
  constructor(private readonly options: SourceProviderOptions) {}

  async beginRequest(context: CallDirectoryExtensionContext): Promise<void> {
    const { source, sort } = this.options
    const blocking =
      sort === null ? straight((number) => context.addBlockingEntry(number)) : new ExternalSort(`${sort}-block`)
    const labelled =
      sort === null
        ? straight((number, label) => context.addIdentificationEntry(number, label ?? ''))
        : new ExternalSort(`${sort}-label`)
    let [rows, understood] = [0, 0]
    try {
      for await (const batch of source.rows()) {
        for (const { number: written, label, block } of batch) {
          rows++
          const number = this.numberOf(written)
          if (number === null) continue
          understood++
          if (block) blocking.add(number, null)
          if (label !== null) labelled.add(number, label)
        }
      }
      // A wrong column is worse than an empty list: it would take the place of a good table.
      if (rows > 0 && understood === 0)
        throw new SourceError(`none of ${rows} rows has a number that can be understood`)
      if (blocking instanceof ExternalSort && labelled instanceof ExternalSort) {
        const toBlock = straight((number) => context.addBlockingEntry(number))
        for (const { number } of blocking.sorted()) toBlock.add(number, null)
        const toLabel = straight((number, label) => context.addIdentificationEntry(number, label ?? ''))
        for (const { number, label } of labelled.sorted()) toLabel.add(number, label)
      }
      await context.completeRequest()
    } finally {
      if (blocking instanceof ExternalSort) blocking.close()
      if (labelled instanceof ExternalSort) labelled.close()
    }
  }

  private numberOf(written: Row['number']): number | null {
    const text = written.trim()
    const plain = callDirectoryPhoneNumber(text)
    if (plain !== null) return plain
    const e164 = this.options.e164Of(text)
    return e164 === null ? null : callDirectoryPhoneNumber(e164)
  }
}

/** Passes entries on, each once; what a list says twice is said once. Throws `NotSorted` at the first that comes too late. */
function straight(pass: (number: number, label: string | null) => void): {
  add: (number: number, label: string | null) => void
} {
  let last = 0
  let lastLabel: string | null = null
  let labels: Set<string | null> | null = null
  return {
    add(number, label) {
      const kept = label === null ? null : label.slice(0, 256)
      if (number < last) throw new NotSorted()
      if (number === last) {
        labels ??= new Set([lastLabel])
        if (labels.has(kept)) return
        labels.add(kept)
      } else {
        labels = null
      }
      last = number
      lastLabel = kept
      pass(number, kept)
    },
  }
}
