/*
 * Some hundred entries of a table as one value of the database: numbers as differences, labels once each and without what
 * they share with the one before, all of it under a checksum. It must not know about the database.
 */
import { crc32 } from 'node:zlib'
import { ByteReader, ByteWriter } from './bytes'

/** A number with its labels, in the order they were given; a blocked number has none. */
export interface Entry {
  readonly number: number
  readonly labels: readonly string[]
}

/** Entries of a block, and UTF-16 units of its labels: a block of labels is about a page of the database. */
const maximumEntries = 256
const maximumText = 3_000

const sumLength = 4
const withoutLabels = 0
const eachItsOwn = 1
const byReference = 2

/** Collects ascending entries and encodes them. All labels of one number are in one block. */
export class BlockBuilder {
  private readonly numbers: number[] = []
  private readonly references: number[] = []
  private readonly labels = new Map<string, number>()
  private readonly bytes = new ByteWriter()
  private count = 0
  private textLength = 0

  /** `label` null: a blocked number. */
  add(number: number, label: string | null): void {
    this.numbers[this.count] = number
    if (label !== null) {
      let reference = this.labels.get(label)
      if (reference === undefined) {
        reference = this.labels.size
        this.labels.set(label, reference)
        this.textLength += label.length
      }
      this.references[this.count] = reference
    }
    this.count++
  }

  /** Whether the next number should begin another block. */
  get isFull(): boolean {
    return this.count >= maximumEntries || this.textLength >= maximumText
  }

  get isEmpty(): boolean {
    return this.count === 0
  }

  get first(): number {
    return this.numbers[0] ?? 0
  }

  get last(): number {
    return this.numbers[this.count - 1] ?? 0
  }

  /** The block as bytes; begins the next one. */
  take(): Buffer {
    const { bytes, count, numbers, labels } = this
    bytes.clear()
    bytes.number(count)
    let before = 0
    for (let n = 0; n < count; n++) {
      const number = numbers[n] ?? 0
      bytes.number(number - before)
      before = number
    }
    bytes.number(labels.size === 0 ? withoutLabels : labels.size === count ? eachItsOwn : byReference)
    if (labels.size > 0) this.writeLabels()
    const body = bytes.take()
    const block = Buffer.allocUnsafeSlow(sumLength + body.length)
    block.writeUInt32LE(crc32(body), 0)
    body.copy(block, sumLength)
    this.count = 0
    this.textLength = 0
    labels.clear()
    return block
  }

  private writeLabels(): void {
    const { bytes, count, references, labels } = this
    if (labels.size !== count) {
      bytes.number(labels.size)
      for (let n = 0; n < count; n++) bytes.number(references[n] ?? 0)
    }
    let before = ''
    let text = ''
    for (const label of labels.keys()) {
      const shared = sharedLength(before, label)
      bytes.number(shared)
      bytes.number(label.length - shared)
      text += label.slice(shared)
      before = label
    }
    bytes.text(text)
  }
}

/** The labels of one number in a block; null: the number is not in it. A damaged block throws. */
export function findInBlock(block: Buffer, number: number): readonly string[] | null {
  const reader = checked(block)
  const count = reader.number()
  let [current, from, to] = [0, -1, -1]
  for (let n = 0; n < count; n++) {
    current += reader.number()
    if (current !== number) continue
    if (from === -1) from = n
    to = n
  }
  if (from === -1) return null
  const labels = readLabels(reader, count)
  return labels === null ? [] : labels.slice(from, to + 1)
}

/** How many entries a block has: a number is one for each of its labels. A damaged block throws. */
export const sizeOfBlock = (block: Buffer): number => checked(block).number()

/** What is in a block, as many numbers as labels: a number comes once for each of its labels. `labels` null: they have none. */
export interface Columns {
  readonly numbers: readonly number[]
  readonly labels: readonly string[] | null
}

/** Everything in a block, ascending. A damaged block throws. */
export function columnsOfBlock(block: Buffer): Columns {
  const reader = checked(block)
  const count = reader.number()
  const numbers: number[] = []
  let number = 0
  for (let n = 0; n < count; n++) {
    number += reader.number()
    numbers.push(number)
  }
  return { numbers, labels: readLabels(reader, count) }
}

/** The same, number by number. */
export function entriesOfBlock(block: Buffer): Entry[] {
  const { numbers, labels } = columnsOfBlock(block)
  const entries: { number: number; labels: string[] }[] = []
  numbers.forEach((number, n) => {
    const label = labels?.[n]
    const last = entries.at(-1)
    if (last?.number === number) last.labels.push(...(label === undefined ? [] : [label]))
    else entries.push({ number, labels: label === undefined ? [] : [label] })
  })
  return entries
}

/** The label of each entry; null: they have none. */
function readLabels(reader: ByteReader, count: number): string[] | null {
  const how = reader.number()
  if (how === withoutLabels) return null
  const distinct = how === eachItsOwn ? count : reader.number()
  const references: number[] = []
  if (how !== eachItsOwn) for (let n = 0; n < count; n++) references.push(reader.number())
  const lengths: number[] = []
  for (let n = 0; n < distinct; n++) lengths.push(reader.number(), reader.number())
  const text = reader.text()
  const labels: string[] = []
  let [at, before] = [0, '']
  for (let n = 0; n < distinct; n++) {
    const shared = lengths[2 * n] ?? 0
    const own = lengths[2 * n + 1] ?? 0
    before = shared === 0 ? text.slice(at, at + own) : before.slice(0, shared) + text.slice(at, at + own)
    at += own
    labels.push(before)
  }
  return how === eachItsOwn ? labels : references.map((reference) => labels[reference] ?? '')
}

function checked(block: Buffer): ByteReader {
  const body = block.subarray(sumLength)
  if (block.length < sumLength || block.readUInt32LE(0) !== crc32(body)) throw new Error('a block is damaged')
  return new ByteReader(body)
}

/** UTF-16 units two labels begin with in common, and no half of a character at the end: the rest is written as UTF-8. */
function sharedLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length)
  let shared = 0
  while (shared < most && one.charCodeAt(shared) === other.charCodeAt(shared)) shared++
  const last = shared > 0 ? one.charCodeAt(shared - 1) : 0
  return last >= 0xd800 && last <= 0xdbff ? shared - 1 : shared
}
