/*
 * What a session's pages may ask the computer for: the engine a microphone, the ui page nothing. Everything not named here
 * is denied, also what future versions of the browser engine invent.
 */
import type { Session } from 'electron'
import type { PageName } from './content-security-policy'
import { pageOf } from './navigation-guard'

/** The names a page's request may come under; the last three are one thing in different versions of Chromium. */
const enginePermissions = new Set([
  'media',
  'speaker-selection',
  'local-network-access',
  'local-network',
  'loopback-network',
])

/** What Electron tells of a request, as far as it is looked at. */
export interface PermissionDetails {
  /** Of a request: everything it wants at once. */
  readonly mediaTypes?: readonly string[]
  /** Of a check: one kind. */
  readonly mediaType?: string
  readonly requestingUrl?: string
  readonly isMainFrame?: boolean
}

/**
 * Whether a page asking at `url` may have `permission`. `media` means sound and nothing else: a request that also wants the
 * camera is refused whole.
 */
export function isPermitted(page: PageName, url: string, permission: string, details: PermissionDetails): boolean {
  if (page !== 'engine' || details.isMainFrame === false || pageOf(url, ['engine']) === null) return false
  if (!enginePermissions.has(permission)) return false
  if (permission !== 'media') return true
  const wanted = details.mediaTypes ?? (details.mediaType === undefined ? [] : [details.mediaType])
  return wanted.length > 0 && wanted.every((type) => type === 'audio')
}

/** `page`: whose session this is. */
export function applySessionPolicy(
  session: Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler' | 'on'
  >,
  page: PageName,
): void {
  session.setPermissionRequestHandler((contents, permission, decide, details) => {
    decide(isPermitted(page, details.requestingUrl ?? contents?.getURL() ?? '', permission, details))
  })
  session.setPermissionCheckHandler((contents, permission, origin, details) =>
    // A check may come without a document; then the origin is all there is.
    isPermitted(page, details.requestingUrl ?? contents?.getURL() ?? withSlash(origin), permission, details),
  )
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => event.preventDefault())
}

const withSlash = (origin: string): string => (origin.endsWith('/') ? origin : `${origin}/`)
