/*
 * One ui page's way into the phone: the whole state at each change down, wishes up, each checked before it is performed.
 * A page may flood, lie or die; none of it reaches further than this file.
 */
import * as v from 'valibot'
import type { Clock } from '../../common/clock'
import { uiUpSchema, type UiCommand, type UiDown, type UiError } from '../../common/contract/ui'
import type { UiAnswer } from '../../common/contract/ui-answer'
import type { Log } from '../../common/log'
import type { PhoneState } from '../../common/phone-state'
import type { UiPort } from './phone-window'

/** What came of a wish: `callId` names the call it was about or made. */
export interface WishOutcome {
  readonly callId: string | null
  readonly error: UiError | null
  /** What the page asked for; left out: it asked for nothing. */
  readonly answer?: UiAnswer | null
}

export interface PhoneApiOptions {
  readonly clock: Clock
  readonly log: Log
  readonly current: () => PhoneState
  readonly perform: (command: UiCommand) => Promise<WishOutcome>
  /** The last page is gone: closed, reloaded or crashed. */
  readonly onLastPortClosed: () => void
}

/** No message of the contract comes near this size, in characters of JSON: the largest is a contact with its picture. */
const maximumSize = 262_144
/** More wishes in a second than any hand makes. */
const maximumPerSecond = 100

export class PhoneApi {
  private readonly ports = new Set<UiPort>()

  constructor(private readonly options: PhoneApiOptions) {}

  /** Serves one load of a page: a full snapshot at once, then everything. */
  serve(port: UiPort): void {
    const { clock, current } = this.options
    this.ports.add(port)
    port.onClose(() => {
      if (this.ports.delete(port) && this.ports.size === 0) this.options.onLastPortClosed()
    })
    let [second, count] = [0, 0]
    port.onMessage((message) => {
      const now = Math.floor(clock.now() / 1_000)
      ;[second, count] = now === second ? [second, count + 1] : [now, 1]
      if (count <= maximumPerSecond) void this.receive(port, message)
      else if (count === maximumPerSecond + 1) this.options.log.warn('window: too many messages, dropping the rest')
    })
    port.send({ kind: 'state', state: current() })
  }

  /** To every page there is. */
  send(message: UiDown): void {
    for (const port of this.ports) port.send(message)
  }

  get isServing(): boolean {
    return this.ports.size > 0
  }

  private async receive(port: UiPort, message: unknown): Promise<void> {
    const { log, perform } = this.options
    if (!fits(message)) return log.warn('window: message too large')
    const parsed = v.safeParse(uiUpSchema, message)
    if (!parsed.success) {
      log.warn(`window: malformed message (${parsed.issues[0].message})`)
      const id = (message as { id?: unknown } | null)?.id
      if (typeof id === 'number') this.reply(port, id, { callId: null, error: malformed })
      return
    }
    const { id, command } = parsed.output
    const outcome = await perform(command).catch((error: unknown): WishOutcome => {
      log.error(
        `window: ${command.type} threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      )
      return { callId: null, error: { ...malformed, code: 'failed' } }
    })
    this.reply(port, id, outcome)
  }

  private reply(port: UiPort, id: number, { callId, error, answer = null }: WishOutcome): void {
    if (this.ports.has(port)) port.send({ kind: 'reply', id, callId, error, answer })
  }
}

const malformed: UiError = { code: 'invalid-argument', detail: null, registration: null, certificate: null }

function fits(message: unknown): boolean {
  try {
    return (JSON.stringify(message)?.length ?? 0) <= maximumSize
  } catch {
    return false
  }
}
