/*
 * Reads a provisioning file: accounts as JSON, written by an administrator or a script. Everything in it is checked
 * before anything is taken, and an error names the field by its path. It never quotes a value: one may be a password.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import {
  accountConnectionSchema,
  noFeatures,
  numberPlanSchema,
  usualConnection,
  usualNumbers,
  type AccountConnection,
  type AccountDraft,
  type AccountFeatures,
  type NumberPlan,
} from '../../common/account'
import { serverSecurity } from '../../common/server-address'
import { normaliseDraft, sameAccount } from './account-draft'

export interface ProvisionedAccount {
  readonly draft: AccountDraft
  /** `keep`: as well as this computer can; `ask`: only until the phone quits. */
  readonly keep: 'keep' | 'ask'
  /** What the file says of them; of the others it says nothing, so an account keeps its own. */
  readonly features: Partial<AccountFeatures>
  readonly connection: Partial<AccountConnection>
  readonly numbers: Partial<NumberPlan>
}

export type ProvisioningResult =
  | {
      readonly ok: true
      readonly accounts: readonly ProvisionedAccount[]
      /** For the log and the user: what was taken but is not good, by path. */
      readonly warnings: readonly string[]
    }
  | { readonly ok: false; readonly error: string }

/** Larger than any honest file: 1000 accounts of a kilobyte. */
const maximumBytes = 1024 * 1024

const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.optional(v.nullable(schema), null)

const feature = v.exactOptional(v.nullable(v.string()))
const features = v.strictObject({
  voicemail: feature,
  conference: feature,
  park: feature,
  pickup: feature,
  forwardAlways: feature,
  forwardBusy: feature,
  forwardNoAnswer: feature,
  echo: feature,
} satisfies Record<keyof AccountFeatures, typeof feature>)

const fileSchema = v.strictObject({
  accounts: v.pipe(
    v.array(
      v.strictObject({
        uri: v.string(),
        server: v.string(),
        name: optional(v.string()),
        username: optional(v.string()),
        password: optional(v.string()),
        displayName: optional(v.string()),
        certificate: optional(v.string()),
        keepPassword: v.optional(v.picklist(['keep', 'ask']), 'keep'),
        features: v.optional(features, {}),
        connection: v.optional(v.strictObject(v.partial(accountConnectionSchema).entries), {}),
        numbers: v.optional(v.strictObject(v.partial(numberPlanSchema).entries), {}),
        turnPassword: optional(v.string()),
        listsCalls: v.exactOptional(v.boolean()),
      }),
    ),
    v.maxLength(1_000),
  ),
})

/** Reads a file. The error names it, and says in words why it could not be used. */
export function readProvisioningFile(path: string): ProvisioningResult {
  let text: string
  try {
    // Without O_NONBLOCK a named pipe would hold the whole phone.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const stat = fstatSync(file)
      if (!stat.isFile()) return failed(`${path}: is not a file`)
      if (stat.size > maximumBytes) return failed(`${path}: must not be larger than 1 MiB`)
      text = readFileSync(file, 'utf8')
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return failed(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`)
  }
  const result = parseProvisioning(text)
  return result.ok ? result : failed(`${path}: ${result.error}`)
}

/** Checks the text of a provisioning file. Pure. */
export function parseProvisioning(text: string): ProvisioningResult {
  if (text.length > maximumBytes) return failed('must not be larger than 1 MiB')
  let raw: unknown
  try {
    raw = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch {
    // The parser's own message quotes the text around the fault.
    return failed('is not valid JSON')
  }
  const parsed = v.safeParse(fileSchema, raw)
  if (!parsed.success) return failed(parsed.issues.map(describe).join('; '))
  const accounts: ProvisionedAccount[] = []
  const warnings: string[] = []
  const problems: string[] = []
  for (const [index, entry] of parsed.output.accounts.entries()) {
    const path = `accounts[${index}]`
    const { keepPassword, ...rest } = entry
    // A form may leave the scheme out; a file is written once and read by machines, so it says what it means.
    if (!/^(wss?:\/\/|(udp|tcp|tls|sip):)/i.test(entry.server)) {
      problems.push(`${path}.server: must begin with udp:, tcp:, tls:, sip:, ws: or wss:`)
      continue
    }
    const normal = normaliseDraft({
      ...rest,
      name: rest.name ?? '',
      username: rest.username ?? '',
      features: { ...noFeatures, ...rest.features },
      connection: { ...usualConnection, ...given(rest.connection) },
      numbers: { ...usualNumbers, ...given(rest.numbers) },
    })
    if (!normal.ok) {
      problems.push(`${path}.${normal.field}: ${normal.problem}`)
      continue
    }
    if (accounts.some(({ draft }) => sameAccount(draft, normal.draft))) {
      problems.push(`${path}.uri: is in the file twice`)
      continue
    }
    const { draft } = normal
    if (serverSecurity(draft.server) === 'unencrypted-public') {
      warnings.push(`${path}.server: is not encrypted (${draft.server.split(':')[0]}:) and not on a private network`)
    }
    accounts.push({
      draft,
      keep: keepPassword,
      features: named(draft.features, rest.features),
      connection: named(draft.connection, rest.connection),
      numbers: named(draft.numbers, rest.numbers),
    })
  }
  return problems.length > 0 ? failed(problems.join('; ')) : { ok: true, accounts, warnings }
}

/** Of what was put right, that which the file names. */
function named<T extends object>(all: T, inFile: { readonly [K in keyof T]?: unknown }): Partial<T> {
  const keys = Object.keys(inFile) as (keyof T)[]
  return Object.fromEntries(keys.map((key) => [key, all[key]])) as Partial<T>
}

/** Without what is undefined. */
const given = <T extends object>(partial: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

/** One problem as `accounts[0].server: must be text`, from the schema's issue and never with the value it met. */
function describe(issue: v.BaseIssue<unknown>): string {
  const path = pathOf(issue)
  const where = path === '' ? '' : `${path}: `
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${where}unknown field`
  if (issue.type === 'picklist') {
    return `${where}must be ${(issue.expected ?? '').replace(/^\(|\)$/g, '').replaceAll(' | ', ' or ')}`
  }
  if (issue.received === 'undefined') return `${where}is missing`
  if (path === 'accounts' && issue.type === 'max_length') return `${where}must not have more than 1000 entries`
  const limit = { max_length: 'is too long', min_length: 'must not be empty', regex: 'is not of the right form' }[
    issue.type
  ]
  if (limit !== undefined) return where + limit
  if (issue.type === 'min_value' || issue.type === 'max_value') return `${where}is out of range`
  const kind = {
    string: 'text',
    number: 'a number',
    integer: 'a whole number',
    array: 'a list',
    strict_object: 'an object',
  }[issue.type]
  return `${where}must be ${kind ?? issue.expected ?? 'something else'}`
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  let path = ''
  for (const { key } of issue.path ?? []) {
    path += typeof key === 'number' ? `[${key}]` : `${path === '' ? '' : '.'}${printable(String(key))}`
  }
  return path
}

/** A field name from the file, short and without anything that could play tricks on a terminal. */
const printable = (key: string): string => key.slice(0, 64).replaceAll(/[^\x20-\x7e]/g, '?')

const failed = (error: string): ProvisioningResult => ({ ok: false, error })
