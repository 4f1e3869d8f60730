/*
 * What the engine's session may connect to, decided at the network and not by the page: its own files and the servers
 * of the accounts in use, nothing else. Knows nothing of registrations.
 */
import type { Session } from 'electron'

export class ConnectionGate {
  private readonly allowed = new Map<string, number>()

  /** Takes over the session's requests. `ownScheme`: the scheme the page's own files come by, e.g. `app:`. */
  guard(session: Session, ownScheme: string): void {
    const urls = ['<all_urls>', 'ws://*/*', 'wss://*/*']
    session.webRequest.onBeforeRequest({ urls }, ({ url }, decide) => {
      decide({ cancel: !(url.startsWith(ownScheme) || url.startsWith('blob:') || this.allows(url)) })
    })
  }

  /** Lets the engine connect to this WebSocket server until the returned function is called. */
  allow(server: string): () => void {
    const key = originOf(server)
    if (key === null) return () => {}
    this.allowed.set(key, (this.allowed.get(key) ?? 0) + 1)
    let open = true
    return () => {
      if (!open) return
      open = false
      const left = (this.allowed.get(key) ?? 1) - 1
      if (left > 0) this.allowed.set(key, left)
      else this.allowed.delete(key)
    }
  }

  allows(url: string): boolean {
    const key = originOf(url)
    return key !== null && this.allowed.has(key)
  }
}

/** `wss://host:port` of a WebSocket URL; null for anything else. */
function originOf(url: string): string | null {
  try {
    const { protocol, host } = new URL(url)
    return protocol === 'ws:' || protocol === 'wss:' ? `${protocol}//${host}` : null
  } catch {
    return null
  }
}
