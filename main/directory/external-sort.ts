/*
 * Sorts entries by number in memory that does not grow with their count: some hundred thousand at a time, each sorted run in
 * a file, all runs merged at the end. Entries of one number stay in the order they came in.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { BlockBuilder, entriesOfBlock } from './table/block'

/** Entries that are sorted in memory. */
const usualRun = 200_000
const lengthBytes = 4

export class ExternalSort {
  private readonly numbers: Float64Array
  private readonly labels: (string | null)[] = []
  private readonly runs: string[] = []
  private count = 0

  /** `path`: where runs go, made longer by their numbers. */
  constructor(
    private readonly path: string,
    private readonly perRun = usualRun,
  ) {
    this.numbers = new Float64Array(perRun)
  }

  /** Either all labels are null or none is. */
  add(number: number, label: string | null): void {
    if (this.count === this.perRun) this.spill()
    this.numbers[this.count] = number
    this.labels[this.count] = label
    this.count++
  }

  /** All entries, ascending. Nothing may be added any more. */
  *sorted(): Generator<{ readonly number: number; readonly label: string | null }, undefined> {
    if (this.runs.length === 0) {
      for (const index of this.order()) yield { number: this.numbers[index] ?? 0, label: this.labels[index] ?? null }
      return undefined
    }
    if (this.count > 0) this.spill()
    const heads = this.runs.map((run) => readRun(run)).map((run) => ({ run, head: run.next() }))
    for (;;) {
      let least: (typeof heads)[number] | null = null
      for (const one of heads) {
        if (one.head.done) continue
        if (least === null || one.head.value.number < (least.head.value?.number ?? 0)) least = one
      }
      if (least === null || least.head.done) return undefined
      yield least.head.value
      least.head = least.run.next()
    }
  }

  close(): void {
    for (const run of this.runs) rmSync(run, { force: true })
    this.labels.length = 0
  }

  private order(): Uint32Array {
    const { numbers } = this
    const order = Uint32Array.from({ length: this.count }, (_, index) => index)
    return order.sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0) || a - b)
  }

  private spill(): void {
    const path = `${this.path}-${this.runs.length}`
    this.runs.push(path)
    const file = openSync(path, 'w', 0o600)
    const builder = new BlockBuilder()
    const length = Buffer.alloc(lengthBytes)
    const put = (): void => {
      const block = builder.take()
      length.writeUInt32LE(block.length)
      writeSync(file, Buffer.concat([length, block]))
    }
    try {
      for (const index of this.order()) {
        const number = this.numbers[index] ?? 0
        if (builder.isFull) put()
        builder.add(number, this.labels[index] ?? null)
      }
      if (!builder.isEmpty) put()
    } finally {
      closeSync(file)
    }
    this.count = 0
  }
}

function* readRun(path: string): Generator<{ number: number; label: string | null }, undefined> {
  const file = openSync(path, 'r')
  const length = Buffer.alloc(lengthBytes)
  try {
    while (readSync(file, length) === lengthBytes) {
      const block = Buffer.alloc(length.readUInt32LE())
      if (readSync(file, block) !== block.length) throw new Error('a sorted run is cut off')
      for (const { number, labels } of entriesOfBlock(block)) {
        if (labels.length === 0) yield { number, label: null }
        for (const label of labels) yield { number, label }
      }
    }
  } finally {
    closeSync(file)
  }
  return undefined
}
