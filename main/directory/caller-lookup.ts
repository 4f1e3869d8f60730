/*
 * Asks the servers the user named who a caller is, while the phone rings already: one process that is kept for a while, a
 * deadline, and a memory of what was answered. It never delays anything: who wants to know without waiting is told what is known.
 */
import * as v from 'valibot'
import type { Clock, Timer } from '../../common/clock'
import type { SourceSettings } from '../../common/directory'
import { loaderReplySchema } from './loader-messages'
import type { LoaderProcess, StartLoader } from './loader-process'

export interface CallerLookupOptions {
  readonly start: StartLoader
  readonly clock: Clock
  readonly secret: (sourceId: string) => string | null
}

export interface LookupSource {
  readonly id: string
  readonly settings: Extract<SourceSettings, { kind: 'lookup' }>
}

/** Until nobody waits for an answer any more, ms. */
const answerMs = 4_000
/** How long a name is remembered, and that there is none, ms. */
const rememberMs = { name: 3_600_000, nobody: 600_000 }
const remembered = 500
/** A process without questions is ended after this, ms. */
const restMs = 60_000

/** `answered` false: the server could not be asked, which is not worth remembering. */
type Settle = (label: string | null, answered: boolean) => void

export class CallerLookup {
  private readonly answers = new Map<string, { readonly label: string | null; readonly until: number }>()
  private readonly asking = new Map<string, Promise<string | null>>()
  private readonly waiting = new Map<number, Settle>()
  private process: LoaderProcess | null = null
  private resting: Timer | null = null
  private nextId = 1

  constructor(private readonly options: CallerLookupOptions) {}

  /** What is known without asking; undefined: nobody was asked, or it is too long ago. */
  known(sourceId: string, e164: string): string | null | undefined {
    const answer = this.answers.get(`${sourceId} ${e164}`)
    return answer && answer.until > this.options.clock.now() ? answer.label : undefined
  }

  /** The name, or null: nobody there knows, or the server was too slow. Never rejects. */
  ask(source: LookupSource, e164: string): Promise<string | null> {
    const key = `${source.id} ${e164}`
    const known = this.known(source.id, e164)
    if (known !== undefined) return Promise.resolve(known)
    const asking = this.asking.get(key) ?? this.send(source, e164).finally(() => this.asking.delete(key))
    this.asking.set(key, asking)
    return asking
  }

  /** Forgets the answers of a source, or all. */
  forget(sourceId: string | null = null): void {
    for (const key of [...this.answers.keys()]) {
      if (sourceId === null || key.startsWith(`${sourceId} `)) this.answers.delete(key)
    }
  }

  stop(): void {
    if (this.resting !== null) this.options.clock.clearTimeout(this.resting)
    this.resting = null
    const { process } = this
    this.process = null
    process?.kill()
    this.settleAll()
  }

  private async send({ id: sourceId, settings }: LookupSource, e164: string): Promise<string | null> {
    const { clock, secret } = this.options
    const id = this.nextId++
    const answer = new Promise<string | null>((resolve) => {
      const deadline = clock.setTimeout(() => this.waiting.get(id)?.(null, false), answerMs)
      this.waiting.set(id, (label, answered) => {
        clock.clearTimeout(deadline)
        this.waiting.delete(id)
        if (answered) this.remember(sourceId, e164, label)
        resolve(label)
      })
    })
    const authorization = settings.authorized ? secret(sourceId) : null
    this.running().send({ type: 'ask', id, settings, secret: authorization, e164, timeoutMs: answerMs })
    const label = await answer
    if (this.waiting.size === 0) this.rest()
    return label
  }

  private running(): LoaderProcess {
    if (this.resting !== null) this.options.clock.clearTimeout(this.resting)
    this.resting = null
    if (this.process) return this.process
    const process = this.options.start({
      onReply: (message) => this.receive(message),
      onGone: () => {
        if (this.process !== process) return
        this.process = null
        this.settleAll()
      },
    })
    this.process = process
    return process
  }

  private receive(message: unknown): void {
    const parsed = v.safeParse(loaderReplySchema, message)
    if (!parsed.success || parsed.output.type !== 'answer') return
    const { id, label, answered } = parsed.output
    this.waiting.get(id)?.(label, answered)
  }

  private settleAll(): void {
    for (const settle of [...this.waiting.values()]) settle(null, false)
  }

  private rest(): void {
    if (this.process === null || this.resting !== null) return
    this.resting = this.options.clock.setTimeout(() => this.stop(), restMs)
  }

  /** Remembers what was answered, the newest of them. */
  private remember(sourceId: string, e164: string, label: string | null): void {
    const key = `${sourceId} ${e164}`
    const until = this.options.clock.now() + (label === null ? rememberMs.nobody : rememberMs.name)
    this.answers.delete(key)
    this.answers.set(key, { label, until })
    const [oldest] = this.answers.keys()
    if (this.answers.size > remembered && oldest !== undefined) this.answers.delete(oldest)
  }
}
