/*
 * Serves the pages under `app://ui/`, `app://engine/` and so on, from one folder and nothing outside it. Each session gets
 * only the pages it is for, each answer its page's policy. Knows nothing of what the pages do.
 */
import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import type { CustomScheme, Protocol, Session } from 'electron'
import { contentSecurityPolicy, type PageName } from './content-security-policy'

export const appScheme = 'app'

/** The address of a page. */
export const pageUrl = (page: PageName): string => `${appScheme}://${page}/`

/** The document of each page, in the folder of built pages. Everything else they load is in `assets`. */
const documents: Readonly<Record<PageName, string>> = {
  ui: 'ui/index.html',
  engine: 'engine/index.html',
  alert: 'alert/index.html',
  bar: 'bar/index.html',
  gallery: 'ui/gallery.html',
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.ogg': 'audio/ogg',
  '.mp3': 'audio/mpeg',
}

const scheme: CustomScheme = {
  scheme: appScheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
}

/** Call it once, before the application is ready. */
export const registerAppScheme = (protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void =>
  protocol.registerSchemesAsPrivileged([scheme])

export interface AppProtocolOptions {
  /** The folder of built pages, absolute. */
  readonly root: string
  /** The pages this session may load. */
  readonly pages: readonly PageName[]
  /** Where the engine page may connect, asked at each load (content-security-policy.ts). */
  readonly connectTo?: () => readonly string[]
}

export function handleAppProtocol(
  session: { protocol: Pick<Session['protocol'], 'handle'> },
  options: AppProtocolOptions,
): void {
  session.protocol.handle(appScheme, (request) => serve(request, options))
}

/** Answers one request: 200, 404 for whatever is not there or not allowed, 405 for anything but reading. */
export async function serve(
  request: { readonly method: string; readonly url: string },
  { root, pages, connectTo }: AppProtocolOptions,
): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
  const found = resolveAppUrl(request.url, pages)
  if (!found) return refuse(404)
  const path = resolve(root, found.file)
  if (!path.startsWith(resolve(root) + sep)) return refuse(404)
  const type = types[extname(path)]
  if (type === undefined) return refuse(404)
  try {
    const body = await readFile(join(path))
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), {
      headers: {
        'Content-Type': type,
        'Content-Security-Policy': contentSecurityPolicy(found.page, connectTo?.() ?? []),
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Resource-Policy': 'same-origin',
        'Cache-Control': 'no-cache',
      },
    })
  } catch {
    return refuse(404)
  }
}

/**
 * The page a URL belongs to and the file in the folder of pages it names, or null. A page has its document and the shared
 * assets: names without any folder of their own, so there is no path to climb.
 */
export function resolveAppUrl(url: string, pages: readonly PageName[]): { page: PageName; file: string } | null {
  // Taken apart by hand: what cannot be misread need not be normalised.
  const match = /^app:\/\/([a-z]+)\/([^?#]*)(?:[?#].*)?$/.exec(url)
  const page = pages.find((name) => name === match?.[1])
  const path = match?.[2]
  if (page === undefined || path === undefined) return null
  if (path === '' || path === 'index.html') return { page, file: documents[page] }
  return /^assets\/[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(path) ? { page, file: path } : null
}

const refuse = (status: number): Response =>
  new Response(null, { status, headers: { 'Content-Security-Policy': "default-src 'none'" } })
