/*
 * Asks a server, by the address the user gave, who a number belongs to. One question, one answer, one deadline. It must not
 * know why anybody wants to know.
 */
import type { SourceSettings } from '../../../common/directory'
import { visibleText } from '../../callkit/visible-text'
import { guardedFetch } from './guarded-fetch'

/** More is not read of an answer, bytes. */
const maximumAnswer = 65_536

export interface LookupQuestion {
  readonly settings: Extract<SourceSettings, { kind: 'lookup' }>
  /** Value of `Authorization`; null: none. */
  readonly authorization: string | null
  readonly e164: string
  readonly signal: AbortSignal
}

/** The name, or null when nobody is known there (404, no such field, an empty answer). Throws a `SourceError`. */
export async function askForCaller({ settings, authorization, e164, signal }: LookupQuestion): Promise<string | null> {
  const url = settings.url.replaceAll('{number}', encodeURIComponent(e164.replace(/^\+/, '')))
  const response = await guardedFetch(url, {
    headers: { Accept: 'application/json, text/plain' },
    authorization,
    signal,
  })
  if (!response.ok || response.status === 204) {
    await response.body?.cancel()
    return null
  }
  const text = await beginning(response)
  const { namePointer } = settings
  const name = namePointer === null ? text.split(/\r?\n/, 1)[0] : atPointer(text, namePointer)
  const shown = typeof name === 'string' ? visibleText(name).slice(0, 256) : ''
  return shown === '' ? null : shown
}

async function beginning(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    parts.push(part)
    length += part.length
    if (length >= maximumAnswer) break
  }
  return Buffer.concat(parts).subarray(0, maximumAnswer).toString('utf8')
}

/** RFC 6901. */
function atPointer(text: string, pointer: string): unknown {
  try {
    const steps = pointer.split('/').slice(1)
    return steps
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>(
        (value, step) =>
          typeof value === 'object' && value !== null && Object.hasOwn(value, step)
            ? (value as Record<string, unknown>)[step]
            : undefined,
        JSON.parse(text),
      )
  } catch {
    return undefined
  }
}
