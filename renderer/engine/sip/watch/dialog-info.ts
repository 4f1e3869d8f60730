/*
 * What a line does, out of dialog-info documents (RFC 4235), full and partial. Pure; one value for each line that is watched, made anew by each
 * document. The text was written by a server, or by somebody who claims to be one.
 */
import type { LineState } from '../../../../common/colleague'
import type { Handle } from '../../../../common/handle'
import { identify } from '../identity'
import { attribute, child, children, content, rootOf, type Element } from './xml'

export interface WatchedDialog {
  readonly id: string
  readonly line: Extract<LineState, 'ringing' | 'busy' | 'held'>
  /** It rings at the colleague, and was not begun there. */
  readonly isIncoming: boolean
  readonly remote: Handle | null
}

export interface WatchedLine {
  readonly line: LineState
  readonly withWhom: Handle | null
  /** Somebody calls there who could be answered here. */
  readonly rings: boolean
  /** Version of the last document. */
  readonly version: number
  readonly dialogs: readonly WatchedDialog[]
}

export const unseenLine: WatchedLine = { line: 'unknown', withWhom: null, rings: false, version: -1, dialogs: [] }

/** What is known after this document; null: it is none. A document older than the last changes nothing (RFC 4235 section 4.1.1). */
export function readDialogInfo(before: WatchedLine, body: string, ownHost: string): WatchedLine | null {
  const root = rootOf(body, 'dialog-info')
  if (root === null) return null
  const version = Number(attribute(root, 'version'))
  const isFull = attribute(root, 'state').toLowerCase() !== 'partial'
  if (!isFull && Number.isFinite(version) && version <= before.version) return before
  const told = children(root, 'dialog')
  const gone = new Set(told.map((dialog) => attribute(dialog, 'id')))
  const kept = isFull ? [] : before.dialogs.filter(({ id }) => !gone.has(id))
  const dialogs = [
    ...kept,
    ...told.map((dialog) => readDialog(dialog, ownHost)).filter((dialog) => dialog !== null),
  ].slice(0, 16)
  return { ...summary(dialogs), version: Number.isFinite(version) ? version : before.version + 1, dialogs }
}

/** A ringing call is what somebody can do something about; then talking, then waiting. */
function summary(dialogs: readonly WatchedDialog[]): Pick<WatchedLine, 'line' | 'withWhom' | 'rings'> {
  const first = (line: WatchedDialog['line']): WatchedDialog | undefined =>
    dialogs.find((dialog) => dialog.line === line)
  const ringing = dialogs.find(({ line, isIncoming }) => line === 'ringing' && isIncoming)
  const shown = ringing ?? first('busy') ?? first('held') ?? first('ringing')
  if (shown === undefined) return { line: 'idle', withWhom: null, rings: false }
  // Calling out is being busy to everybody else.
  const line = shown.line === 'ringing' && !shown.isIncoming ? 'busy' : shown.line
  return { line, withWhom: shown.remote, rings: ringing !== undefined }
}

function readDialog(dialog: Element, ownHost: string): WatchedDialog | null {
  const state = content(child(dialog, 'state')).toLowerCase()
  const isIncoming = attribute(dialog, 'direction').toLowerCase() !== 'initiator'
  const remote = child(dialog, 'remote')
  const base = { id: attribute(dialog, 'id').slice(0, 256), isIncoming, remote: handleIn(remote, ownHost) }
  switch (state) {
    case 'trying':
    case 'proceeding':
    case 'early':
      return { ...base, line: 'ringing' }
    case 'confirmed':
      return { ...base, line: isHeld(child(dialog, 'local')) ? 'held' : 'busy' }
    default:
      return null
  }
}

/** `+sip.rendering` is `no` while the line holds its far end (RFC 4235 section 4.1.6.2, RFC 3840). */
const isHeld = (local: Element | null): boolean =>
  children(child(local, 'target'), 'param').some(
    (param) =>
      /^\+?sip\.rendering$/i.test(attribute(param, 'pname')) && attribute(param, 'pval').toLowerCase() === 'no',
  )

function handleIn(remote: Element | null, ownHost: string): Handle | null {
  const identity = child(remote, 'identity')
  const uri = content(identity) || attribute(child(remote, 'target'), 'uri')
  const match = /^\s*(sips?|tel):(?:([^@;]*)@)?([^;?>\s]+)/i.exec(uri.slice(0, 1_024))
  if (!match) return null
  const [, scheme = '', user, host = ''] = match
  const address =
    scheme.toLowerCase() === 'tel'
      ? { scheme, user: host, host: '' }
      : { scheme, user, host: host.replace(/:\d+$/, '') }
  const { handle } = identify(ownHost, { displayName: attribute(identity, 'display'), uri: address })
  return handle.value === '' ? null : handle
}
