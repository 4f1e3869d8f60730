/*
 * Rows out of a file: CSV with comma, semicolon or tab, JSON as one array, or JSON one object a line. What it is shows in its
 * first characters. It must not know where the file came from.
 */
import { createReadStream, readFileSync, statSync, openSync, readSync, closeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parse } from 'csv-parse'
import { columnsOf, labelOf, usualColumns, type CsvColumns } from './csv-columns'
import { SourceError, type Row } from './source'

/** A JSON array has to be in memory whole; what is larger comes line by line, or as CSV. */
const maximumArrayBytes = 64 * 2 ** 20
const rowsAtOnce = 1_000

const numberKeys = ['number', 'phone', 'phonenumber', 'telephone', 'tel', 'nummer', 'telefon', 'e164']
const labelKeys = ['label', 'name', 'displayname', 'display', 'caller', 'company', 'firma']
const blockKeys = ['block', 'blocked', 'spam']
const yes = new Set(['1', 'true', 'yes', 'y', 'x', 'ja', 'block', 'blocked', 'spam'])

export async function* readRows(path: string): AsyncGenerator<readonly Row[]> {
  const { head, encoding } = headOf(path)
  const first = head.trimStart()[0]
  if (first === '[') yield* readArray(path)
  else if (first === '{') yield* readLines(path)
  else yield* readCsv(path, delimiterOf(head), encoding)
}

async function* readCsv(path: string, delimiter: string, encoding: Encoding): AsyncGenerator<readonly Row[]> {
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      encoding,
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 65_536,
    }),
  )
  let columns: CsvColumns | null = null
  let rows: Row[] = []
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      // A spreadsheet program's own first line says what stands between the columns.
      if (columns === null && /^sep=/i.test(record[0] ?? '')) continue
      if (columns === null) {
        columns = columnsOf(record)
        if (columns !== null) continue
        columns = usualColumns
      }
      const label = labelOf(record, columns)
      const block = yes.has((record[columns.block] ?? '').toLowerCase())
      for (const index of columns.numbers) {
        const number = record[index] ?? ''
        // Google puts what is of the same kind into one cell; who has no number at all is one that is not understood.
        if (columns.numbers.length === 1) rows.push({ number, label, block })
        else for (const one of number.split(' ::: ')) if (one !== '') rows.push({ number: one, label, block })
      }
      if (rows.length >= rowsAtOnce) {
        yield rows
        rows = []
      }
    }
  } catch (error) {
    const line = (error as { lines?: unknown }).lines
    const code = (error as { code?: unknown }).code
    if (typeof line !== 'number') throw error
    throw new SourceError(`line ${line} is no CSV (${String(code)})`)
  }
  yield rows
}

async function* readArray(path: string): AsyncGenerator<readonly Row[]> {
  if (statSync(path).size > maximumArrayBytes) {
    throw new SourceError(`a JSON array of more than ${maximumArrayBytes / 2 ** 20} MB; one object a line has no limit`)
  }
  let list: unknown
  try {
    list = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
  } catch {
    throw new SourceError('the file is no JSON')
  }
  if (!Array.isArray(list)) throw new SourceError('the file is no list')
  yield list.map((item, index) => rowOf(item, `entry ${index}`))
}

async function* readLines(path: string): AsyncGenerator<readonly Row[]> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })
  let rows: Row[] = []
  let count = 0
  for await (const line of lines) {
    count++
    if (line.trim() === '') continue
    rows.push(rowOf(parsed(line.replace(/^\uFEFF/, ''), count), `line ${count}`))
    if (rows.length === rowsAtOnce) {
      yield rows
      rows = []
    }
  }
  yield rows
}

function parsed(line: string, count: number): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    throw new SourceError(`line ${count} is no JSON`)
  }
}

function rowOf(item: unknown, where: string): Row {
  if (typeof item !== 'object' || item === null) throw new SourceError(`${where} is no object`)
  const entries = new Map(Object.entries(item).map(([key, value]) => [key.toLowerCase(), value as unknown]))
  const get = (known: readonly string[]): unknown => entries.get(known.find((name) => entries.has(name)) ?? '')
  const number = get(numberKeys)
  const label = get(labelKeys)
  const block = get(blockKeys)
  if (typeof number !== 'string' && typeof number !== 'number') throw new SourceError(`${where} has no number`)
  return {
    number: String(number),
    label: typeof label === 'string' && label.trim() !== '' ? label.trim() : null,
    block: block === true || yes.has(String(block).toLowerCase()),
  }
}

/** Spreadsheets write what their age and system wrote. */
type Encoding = 'utf8' | 'utf16le' | 'latin1'

/** So much of a file shows in what it is written, bytes. */
const shownBytes = 2 ** 20

function headOf(path: string): { readonly head: string; readonly encoding: Encoding } {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(shownBytes)
    const head = bytes.subarray(0, readSync(file, bytes))
    const encoding = encodingOf(head)
    return {
      head: head
        .subarray(0, 4_096)
        .toString(encoding)
        .replace(/^\uFEFF/, ''),
      encoding,
    }
  } finally {
    closeSync(file)
  }
}

function encodingOf(head: Uint8Array): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf16le'
  try {
    // The last letter may be cut.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return 'utf8'
  } catch {
    return 'latin1'
  }
}

/** The one of the usual delimiters that is most frequent in the first line. */
function delimiterOf(head: string): string {
  const [line = ''] = head.split(/\r?\n/, 1)
  const count = (delimiter: string): number => line.split(delimiter).length
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best))
}
