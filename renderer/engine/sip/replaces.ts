/*
 * The Replaces header (RFC 3891): names a dialog by what its callee and caller called it. Reads and writes it; whether there is such a
 * dialog, and who may replace it, is for others.
 */
import { restoreAliases } from './guard/alias'

export interface Replaces {
  readonly callId: string
  /** The local tag of whoever reads it. */
  readonly toTag: string
  /** The tag of the other end, as whoever reads it sees it. */
  readonly fromTag: string
  /** Only a dialog that was not answered yet may be replaced (section 6.1). */
  readonly earlyOnly: boolean
}

/** A dialog as this end sees it. */
export interface DialogTags {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
}

const token = /^[A-Za-z0-9.!%*_+`'~-]{1,128}$/
const word = /^[A-Za-z0-9.!%*_+`'~()<>:\\/[\]?{}@"=-]{1,256}$/

/** Null when it is none: a tag missing or given twice, or characters that do not belong there. */
export function parseReplaces(value: string): Replaces | null {
  if (value.length > 1_024) return null
  const [callId = '', ...rest] = value.split(';').map((part) => part.trim())
  if (!word.test(callId)) return null
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const [name = '', given = ''] = part.split(/\s*=\s*/, 2)
    const key = name.toLowerCase()
    if (!token.test(key) || parameters.has(key)) return null
    parameters.set(key, given)
  }
  const toTag = parameters.get('to-tag') ?? ''
  const fromTag = parameters.get('from-tag') ?? ''
  if (!token.test(toTag) || !token.test(fromTag)) return null
  return { callId, toTag, fromTag, earlyOnly: parameters.has('early-only') }
}

export const writeReplaces = ({ callId, toTag, fromTag, earlyOnly }: Replaces): string =>
  `${callId};to-tag=${toTag};from-tag=${fromTag}${earlyOnly ? ';early-only' : ''}`

/** The header with which somebody else takes the far end of our dialog over: seen from there, its own tag is the to-tag. */
export const replacesOf = ({ callId, localTag, remoteTag }: DialogTags): string =>
  writeReplaces({ callId: restoreAliases(callId), toTag: remoteTag, fromTag: localTag, earlyOnly: false })

/** Whether it names this dialog of ours. */
export const namesDialog = ({ callId, toTag, fromTag }: Replaces, dialog: DialogTags): boolean =>
  callId === restoreAliases(dialog.callId) && toTag === dialog.localTag && fromTag === dialog.remoteTag
