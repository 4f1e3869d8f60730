/*
 * An LDAP directory read whole (RFC 4511, in pages by RFC 2696) as a source. It searches and changes nothing, and must not
 * know what becomes of the numbers.
 */
import type { Client } from 'ldapts'
import type { SourceSettings } from '../../../common/directory'
import { openLdapConnection } from './ldap-connection'
import { SourceError, type OpenSource, type Row } from './source'

export interface LdapSourceOptions {
  readonly settings: Extract<SourceSettings, { kind: 'ldap' }>
  readonly password: string | null
  /** For the connection and for each page, ms. */
  readonly timeoutMs?: number
}

export const openLdap = ({ settings, password, timeoutMs = 30_000 }: LdapSourceOptions): OpenSource => ({
  rows: () => readDirectory(settings, password, timeoutMs),
  checksum: null,
  etag: null,
  modified: null,
  close: () => {},
})

async function* readDirectory(
  settings: LdapSourceOptions['settings'],
  password: string | null,
  timeoutMs: number,
): AsyncGenerator<readonly Row[]> {
  const { OrFilter, PresenceFilter } = await import('ldapts')
  const { base, nameAttributes, numberAttributes } = settings
  let client: Client | null = null
  try {
    client = await openLdapConnection({ settings, password, timeoutMs })
    const filters = numberAttributes.map((attribute) => new PresenceFilter({ attribute }))
    const pages = client.searchPaginated(base, {
      scope: 'sub',
      filter: new OrFilter({ filters }),
      attributes: [...nameAttributes, ...numberAttributes],
      paged: { pageSize: 500 },
    })
    for await (const { searchEntries } of pages) {
      yield searchEntries.flatMap((entry) => {
        const label = nameAttributes.flatMap((attribute) => textsOf(entry[attribute]))[0] ?? null
        const numbers = numberAttributes.flatMap((attribute) => textsOf(entry[attribute]))
        return label === null ? [] : numbers.map((number) => ({ number, label, block: false }))
      })
    }
  } catch (error) {
    throw new SourceError(`the directory cannot be read (${reasonOf(error)})`)
  } finally {
    await client?.unbind().catch(() => {})
  }
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.filter((one): one is string => typeof one === 'string' && one.trim() !== '').map((one) => one.trim())
}

/** The name of the server's answer, or the network's; never its words, which may quote the request. */
const reasonOf = (error: unknown): string =>
  plainly[(error as { code?: number }).code ?? -1] ??
  ((error as { code?: unknown }).code === undefined
    ? ((error as Error).name ?? 'unknown error')
    : `${(error as Error).name} ${String((error as { code?: unknown }).code)}`)

/** What people can do something about (RFC 4511 appendix A). */
const plainly: Readonly<Record<number, string>> = {
  3: 'the server gives up before it has told all entries',
  4: 'the server does not give as many entries as there are',
  10: 'they are on another server',
  11: 'the server does not give as many entries as there are',
  13: 'the server wants an encrypted connection',
  32: 'there is no such base',
  49: 'wrong user or password',
  50: 'this user may not read it',
}
