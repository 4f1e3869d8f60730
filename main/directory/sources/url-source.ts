/*
 * A list on a server as a source: asked for again with what the server said last, fetched to a file that has its limit, known
 * by its checksum. It must not know what is in it.
 */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { removeMade } from '../table/table-files'
import { guardedFetch, reasonOf } from './guarded-fetch'
import { readRows } from './read-rows'
import { SourceError, type Known, type OpenSource } from './source'

/** Of a list, when nothing else is said. Ten million entries are about 300 MB. */
export const maximumDownload = 2 ** 30

export interface UrlSourceOptions {
  readonly url: string
  /** Value of `Authorization`; null: none. */
  readonly authorization: string | null
  /** Where the list goes until it is read. */
  readonly into: string
  readonly known: Known | null
  readonly signal: AbortSignal
  /** Bytes. */
  readonly limit?: number
}

/** null: nothing has changed there. */
export async function openUrl(options: UrlSourceOptions): Promise<OpenSource | null> {
  const { url, authorization, into, known, signal, limit = maximumDownload } = options
  const headers: Record<string, string> = {
    Accept: 'text/csv, application/json, application/x-ndjson, text/plain, */*',
  }
  if (known?.etag) headers['If-None-Match'] = known.etag
  if (known?.modified) headers['If-Modified-Since'] = known.modified
  const response = await guardedFetch(url, { headers, authorization, signal })
  if (response.status === 304) return null
  // A part of a list must not take the place of the whole.
  if (!response.ok || response.status === 206 || !response.body) {
    await response.body?.cancel()
    throw new SourceError(`the server answers ${response.status}`)
  }
  const checksum = await download(response.body, into, limit)
  if (checksum === known?.checksum) {
    removeMade(into)
    return null
  }
  return {
    rows: () => readRows(into),
    checksum,
    etag: headerOf(response, 'etag'),
    modified: headerOf(response, 'last-modified'),
    close: () => removeMade(into),
  }
}

/** Returns the SHA-256 of what was fetched. */
async function download(body: ReadableStream<Uint8Array>, into: string, limit: number): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(into, 'w', 0o600)
  let length = 0
  try {
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      length += chunk.length
      if (length > limit) throw new SourceError(`the list is larger than ${Math.floor(limit / 2 ** 20)} MB`)
      hash.update(chunk)
      await file.write(chunk)
    }
  } catch (error) {
    removeMade(into)
    if (error instanceof SourceError) throw error
    const { code } = error as { code?: unknown }
    throw new SourceError(`the list did not arrive whole (${typeof code === 'string' ? code : reasonOf(error)})`)
  } finally {
    await file.close()
  }
  if (length === 0) {
    // Whoever has nothing to say leaves the line of headings; this is a server in trouble.
    removeMade(into)
    throw new SourceError('the list is empty')
  }
  return hash.digest('hex')
}

const headerOf = (response: Response, name: string): string | null => response.headers.get(name)?.slice(0, 512) ?? null
