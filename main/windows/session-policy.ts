/*
 * What a session's pages may ask the computer for: the engine a microphone and the network, the ui page nothing. Everything
 * not named here is denied, also what future versions of the browser engine invent.
 */
import type { Session, WebContents } from 'electron'
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
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler' | 'setProxy' | 'on'
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
  if (page !== 'engine') void session.setProxy(nowhere)
}

/**
 * The way of a session's pages to every host, this one included: a port at which nothing can listen but the system. A
 * content security policy knows nothing of WebRTC, whose pages could talk to any STUN or TURN server.
 */
const nowhere = { mode: 'fixed_servers', proxyRules: '127.0.0.1:1', proxyBypassRules: '<-loopback>' } as const

/** Keeps a page that makes no calls from sending datagrams, which no proxy would catch. Before it loads. */
export const forbidDatagrams = (contents: Pick<WebContents, 'setWebRTCIPHandlingPolicy'>): void =>
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')

const withSlash = (origin: string): string => (origin.endsWith('/') ? origin : `${origin}/`)
