/*
 * Which columns of a CSV hold numbers, names and whether to block, by the words in its first line: our own, and those of the address books people
 * export (Outlook, Google, in English and German). It reads no file.
 */

/** Where they are in a record; -1: nowhere. */
export interface CsvColumns {
  readonly numbers: readonly number[]
  /** A whole name; else the parts of one; else whom they work for. */
  readonly name: number
  readonly given: number
  readonly family: number
  readonly company: number
  readonly block: number
}

/** Of lists made for a phone: where one of these is, there is no other number. */
const numberNames = ['number', 'phone', 'phonenumber', 'telephone', 'tel', 'nummer', 'telefon', 'e164']
/** Of address books, which have several; none that tells of a number what it is for. */
const isNumberName = (name: string): boolean =>
  /phone|telefon|mobil|handy|rufnummer|^tel\d|^cell/.test(name) && !/type|label|fax/.test(name)
const labelNames = ['label', 'name', 'displayname', 'display', 'caller', 'fileas']
const givenNames = ['firstname', 'givenname', 'vorname']
const familyNames = ['lastname', 'familyname', 'surname', 'nachname']
const companyNames = ['company', 'firma', 'organization', 'organizationname', 'organization1name']
const blockNames = ['block', 'blocked', 'spam']

/** What a list without headings has. */
export const usualColumns: CsvColumns = { numbers: [0], name: 1, given: -1, family: -1, company: -1, block: 2 }

/** null: this is no line of headings. */
export function columnsOf(record: readonly string[]): CsvColumns | null {
  const headings = record.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ''))
  const at = (known: readonly string[]): number => headings.findIndex((name) => known.includes(name))
  const number = at(numberNames)
  const numbers = number === -1 ? headings.flatMap((name, index) => (isNumberName(name) ? [index] : [])) : [number]
  if (numbers.length === 0) return null
  return {
    numbers,
    name: at(labelNames),
    given: at(givenNames),
    family: at(familyNames),
    company: at(companyNames),
    block: at(blockNames),
  }
}

/** Who a record is about; null: it does not say. */
export function labelOf(record: readonly string[], columns: CsvColumns): string | null {
  const cell = (index: number): string => record[index] ?? ''
  if (cell(columns.name) !== '') return cell(columns.name)
  const whole = [cell(columns.given), cell(columns.family)].filter((part) => part !== '').join(' ')
  return whole || cell(columns.company) || null
}
