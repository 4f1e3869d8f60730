/*
 * A page of the running phone, seen from outside through the browser engine's own debugging protocol: evaluate, press
 * keys, take a picture. Knows nothing of what the page shows.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import WebSocket from 'ws'
import { until } from './until'

interface Target {
  readonly id: string
  readonly type: string
  readonly url: string
  readonly webSocketDebuggerUrl: string
}

/** The pages of the phone that runs on this profile (started with `--remote-debugging-port=0`). */
export async function listPages(profile: string): Promise<Target[]> {
  const file = join(profile, 'DevToolsActivePort')
  if (!existsSync(file)) return []
  const port = readFileSync(file, 'utf8').split('\n')[0]
  const response = await fetch(`http://127.0.0.1:${port}/json/list`)
  return ((await response.json()) as Target[]).filter((target) => target.type === 'page')
}

export class Page {
  private nextId = 1
  private readonly pending = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  /** What the page wrote to its console, and every error nobody caught. */
  readonly console: string[] = []

  private constructor(
    readonly target: Target,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data: Buffer) => this.hear(JSON.parse(data.toString()) as Record<string, unknown>))
    socket.on('close', () => {
      for (const { reject } of this.pending.values()) reject(new Error('the page is gone'))
      this.pending.clear()
    })
  }

  /** The page whose URL begins with `prefix`; waits until there is one. */
  static async find(profile: string, prefix: string, ms = 10_000): Promise<Page> {
    const target = await until(async () => (await listPages(profile)).find(({ url }) => url.startsWith(prefix)), {
      what: `a page ${prefix}`,
      ms,
    })
    return Page.attach(target)
  }

  static async attach(target: Target): Promise<Page> {
    const socket = new WebSocket(target.webSocketDebuggerUrl, { perMessageDeflate: false })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    const page = new Page(target, socket)
    await page.send('Runtime.enable')
    return page
  }

  /** The value of an expression (a promise is awaited), or its exception. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send<{
      result: { value: T }
      exceptionDetails?: { text: string; exception?: { description?: string } }
    }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true, userGesture: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  /** What a person reads on it. */
  text(): Promise<string> {
    return this.evaluate<string>('document.body.innerText')
  }

  /** Presses the button whose accessible name begins with `name`. */
  async press(name: string): Promise<void> {
    const found = await until(
      () =>
        this.evaluate<boolean>(`(() => {
          const named = (e) => (e.getAttribute('aria-label') ?? e.innerText ?? '').trim()
          const button = [...document.querySelectorAll('button, [role=button], [role=menuitem], [role=tab], a')]
            .find((e) => !e.disabled && named(e).startsWith(${JSON.stringify(name)}))
          button?.click()
          return !!button
        })()`),
      { what: `a button "${name}"`, ms: 5_000 },
    )
    if (!found) throw new Error(`no button "${name}"`)
  }

  /** Types text into what has the focus. */
  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text })
  }

  async key(key: string, code = key, modifiers = 0): Promise<void> {
    const windowsVirtualKeyCode =
      { Enter: 13, Escape: 27, Tab: 9, Backspace: 8 }[key] ?? key.toUpperCase().charCodeAt(0)
    const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined
    const event = { key, code, modifiers, windowsVirtualKeyCode }
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event, ...(text && !modifiers ? { text } : {}) })
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event })
  }

  /** A PNG of the page. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send<{ data: string }>('Page.captureScreenshot', { format: 'png' })
    return Buffer.from(data, 'base64')
  }

  send<T = unknown>(method: string, params: object = {}): Promise<T> {
    const id = this.nextId++
    return new Promise<T>((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (result: never) => void, reject })
      this.socket.send(JSON.stringify({ id, method, params }), (error) => error && reject(error))
    })
  }

  close(): void {
    this.socket.close()
  }

  private hear(message: Record<string, unknown>): void {
    if (typeof message.id === 'number') {
      const waiting = this.pending.get(message.id)
      this.pending.delete(message.id)
      const error = message.error as { message: string } | undefined
      if (error) waiting?.reject(new Error(error.message))
      else waiting?.resolve(message.result as never)
    } else if (message.method === 'Runtime.exceptionThrown') {
      const { exceptionDetails: it } = message.params as {
        exceptionDetails: { text: string; exception?: { description?: string } }
      }
      this.console.push(`uncaught: ${it.exception?.description ?? it.text}`)
    } else if (message.method === 'Runtime.consoleAPICalled') {
      const { type, args } = message.params as { type: string; args: { value?: unknown; description?: string }[] }
      this.console.push(`${type}: ${args.map((arg) => String(arg.value ?? arg.description)).join(' ')}`)
    }
  }
}
