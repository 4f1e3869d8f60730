/*
 * The page's end of the phone: the newest snapshot, the sound levels, and one way to ask for something. It mirrors and
 * patches nothing; it knows no view and no word of what is shown.
 */
import type { UiPagePort } from '../../common/contract/port'
import type { UiCommand, UiDown, UiError } from '../../common/contract/ui'
import type { UiAnswer } from '../../common/contract/ui-answer'
import type { PhoneState } from '../../common/phone-state'

/** dBFS, -100 to 0. */
export interface Levels {
  readonly microphone: number
  readonly speaker: number
}

/** What became of a wish. `callId`: the call it made or met; `answer`: what was asked for; where there is one. */
export type Reply =
  | { readonly ok: true; readonly callId: string | null; readonly answer: UiAnswer | null }
  | { readonly ok: false; readonly error: UiError }

export type Wish = Extract<UiDown, { kind: 'focusDialer' | 'show' | 'showConversation' }>

const silence: Levels = { microphone: -100, speaker: -100 }
const gone: UiError = { code: 'engine-unavailable', detail: null, registration: null, certificate: null }

export class Phone {
  /** null until the first snapshot has arrived. */
  state = $state.raw<PhoneState | null>(null)
  levels = $state.raw<Levels>(silence)
  /** false once main has closed the port: what is shown is no longer true. */
  connected = $state(true)

  private nextId = 0
  /** What main asked before anybody listened. */
  private early: Wish | null = null
  // Bookkeeping that nothing shows, so nothing needs to react to it.
  /* eslint-disable svelte/prefer-svelte-reactivity */
  private readonly pending = new Map<number, (reply: Reply) => void>()
  private readonly wishListeners = new Set<(wish: Wish) => void>()
  /* eslint-enable svelte/prefer-svelte-reactivity */

  constructor(private readonly port: UiPagePort) {
    port.onMessage((message) => this.receive(message))
    port.onClose(() => this.close())
  }

  /** Sends one wish and waits for its answer. Never throws; a phone that is gone answers `engine-unavailable`. */
  request(command: UiCommand): Promise<Reply> {
    if (!this.connected) return Promise.resolve({ ok: false, error: gone })
    const id = this.nextId++
    return new Promise((resolve) => {
      this.pending.set(id, resolve)
      // Form fields are reactive proxies, which cannot be cloned into a message.
      this.port.send({ id, command: $state.snapshot(command) as UiCommand })
    })
  }

  /** What main asks of the window itself. Returns a function that stops listening. */
  onWish(listener: (wish: Wish) => void): () => void {
    this.wishListeners.add(listener)
    if (this.early) listener(this.early)
    this.early = null
    return () => this.wishListeners.delete(listener)
  }

  private receive(message: UiDown): void {
    switch (message.kind) {
      case 'state':
        this.state = message.state
        break
      case 'level':
        this.levels = { microphone: message.microphone, speaker: message.speaker }
        break
      case 'reply':
        this.pending.get(message.id)?.(
          message.error
            ? { ok: false, error: message.error }
            : { ok: true, callId: message.callId, answer: message.answer },
        )
        this.pending.delete(message.id)
        break
      case 'focusDialer':
      case 'show':
      case 'showConversation':
        if (this.wishListeners.size === 0) this.early = message
        for (const listener of this.wishListeners) listener(message)
    }
  }

  private close(): void {
    this.connected = false
    this.levels = silence
    for (const resolve of this.pending.values()) resolve({ ok: false, error: gone })
    this.pending.clear()
  }
}
