/*
 * Keeps every page where it was put: no navigation, no redirect, no new window, no webview, no download, whatever a page
 * tries. Applies to every page of the application, also to those nobody thought of.
 */
import type { App, WebContents } from 'electron'
import type { Log } from '../../common/log'
import type { PageName } from './content-security-policy'
import { appScheme } from './app-protocol'

export interface NavigationGuardOptions {
  /** The pages that may load themselves again. */
  readonly pages: readonly PageName[]
  readonly log: Log
}

export function guardNavigation(app: Pick<App, 'on'>, options: NavigationGuardOptions): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents, options))
}

function guardContents(
  contents: Pick<WebContents, 'on' | 'setWindowOpenHandler' | 'getURL'>,
  { pages, log }: NavigationGuardOptions,
): void {
  const stay = (what: string, event: { preventDefault(): void }, url: string, mainFrame: boolean): void => {
    // A page may be loaded again at the address it has; nothing else may be loaded, by itself or by a link.
    if (mainFrame && mayNavigate(contents.getURL(), url, pages)) return
    event.preventDefault()
    log.warn(`page: ${what} refused`)
  }
  contents.on('will-navigate', (details) => stay('navigation', details, details.url, details.isMainFrame))
  contents.on('will-redirect', (details) => stay('redirect', details, details.url, details.isMainFrame))
  contents.on('will-frame-navigate', (details) => stay('frame navigation', details, details.url, details.isMainFrame))
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
    log.warn('page: webview refused')
  })
  contents.setWindowOpenHandler(() => {
    log.warn('page: window refused')
    return { action: 'deny' }
  })
}

/** Only from a page of ours to the same page. */
function mayNavigate(from: string, to: string, pages: readonly PageName[]): boolean {
  const page = pageOf(to, pages)
  return page !== null && page === pageOf(from, pages)
}

/** The page whose document a URL is; null when it is none of ours. */
export function pageOf(url: string, pages: readonly PageName[]): PageName | null {
  const match = new RegExp(`^${appScheme}://([a-z]+)/(?:index\\.html)?(?:[?#].*)?$`).exec(url)
  return pages.find((page) => page === match?.[1]) ?? null
}

/** What is known of who sent a message over IPC. */
export interface Sender {
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
}

/**
 * Whether a message comes from the document of this page, in its main frame. Read it at once: the frame may be gone a
 * moment later, and is null when it is gone already.
 */
export function isSentBy(page: PageName, { senderFrame }: Sender): boolean {
  return senderFrame !== null && senderFrame.parent === null && pageOf(senderFrame.url, [page]) === page
}
