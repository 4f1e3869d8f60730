/*
 * What a presence document says (PIDF, RFC 3863, with RPID's words as notes). Pure; strangers wrote it.
 */
import { plainText } from '../plain-text'
import { child, children, content, rootOf } from './xml'

export interface Presence {
  /** null: not said. */
  readonly open: boolean | null
  readonly note: string | null
}

/** null: it is no presence document. */
export function readPresence(body: string): Presence | null {
  const root = rootOf(body, 'presence')
  if (root === null) return null
  const tuples = children(root, 'tuple')
  const basics = tuples.map((tuple) => content(child(child(tuple, 'status'), 'basic')).toLowerCase())
  const notes = [
    ...children(root, 'note'),
    ...children(child(root, 'person'), 'note'),
    ...tuples.flatMap((tuple) => children(tuple, 'note')),
  ]
  const note = notes.map((one) => plainText(content(one), 128)).find((text) => text !== null && text !== '')
  return {
    open: basics.includes('open') ? true : basics.includes('closed') ? false : null,
    note: note ?? null,
  }
}
