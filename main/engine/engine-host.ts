/*
 * Keeps one engine page alive: gives it a port, matches replies to requests, watches its heartbeat, and starts a new one
 * when it dies. Knows nothing of calls and accounts; what a generation leaves behind is its delegate's business.
 */
import * as v from 'valibot'
import type { Clock, Timer } from '../../common/clock'
import {
  engineUpSchema,
  type EngineCommand,
  type EngineDown,
  type EngineUp,
  type Verdict,
} from '../../common/contract/engine'
import { done, refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { Engine, EngineDelegate } from './engine'

/** One end of the channel to one load of the engine page. */
export interface EnginePort {
  send(message: EngineDown): void
  onMessage(listener: (message: unknown) => void): void
  close(): void
}

/** The page itself, as main/windows/engine-window.ts provides it. */
export interface EnginePage {
  /** Loads the page in a fresh process; `onPort` fires when it can be talked to, `onGone` at most once when it died. */
  start(listeners: { onPort(port: EnginePort): void; onGone(why: string): void }): void
  /** Ends the process of the page, whatever it is doing. `onGone` does not fire for it. */
  kill(): void
}

export type EngineHealth = 'starting' | 'ready' | 'restarting' | 'failed'

export interface EngineHostOptions {
  readonly page: EnginePage
  readonly clock: Clock
  readonly log: Log
  readonly onHealth: (health: EngineHealth) => void
}

/** A page that has not answered for this long is hung (a hidden page fires no `unresponsive`), ms. */
const heartbeatEveryMs = 2_000
const hungAfterMs = 6_000
/** A page that has not said `ready` by then will not, ms. */
const startLimitMs = 15_000
/** Waits before the next start: the first is immediate, so that a phone is whole again well within two seconds. */
const restartDelaysMs = [0, 250, 1_000, 4_000, 15_000, 60_000]
/** A page that lived this long was healthy: the next restart is immediate again, ms. */
const healthyAfterMs = 30_000
/** More questions at once than any honest network asks. */
const maximumQuestions = 64

export class EngineHost implements Engine {
  private delegate: EngineDelegate | null = null
  private port: EnginePort | null = null
  private ready = false
  private stopped = false
  private failures = 0
  private startedAt = 0
  private nextId = 1
  private questions = 0
  private lastPong = 0
  private readonly pending = new Map<number, (result: Result) => void>()
  private heartbeat: Timer | null = null
  private startLimit: Timer | null = null
  private restart: Timer | null = null
  /** Grows with each page; what belongs to an older one is ignored. */
  private generation = 0

  constructor(private readonly options: EngineHostOptions) {}

  /** Starts the first page. `delegate` hears of this and every later one. */
  start(delegate: EngineDelegate): void {
    this.delegate = delegate
    this.load('starting')
  }

  request(command: EngineCommand): Promise<Result> {
    const port = this.port
    if (!port || !this.ready) return Promise.resolve(refused('engine-unavailable'))
    const id = this.nextId++
    return new Promise((resolve) => {
      this.pending.set(id, resolve)
      port.send({ kind: 'command', id, command })
    })
  }

  /** Ends for good, without a reset: used when the application quits. */
  stop(): void {
    this.stopped = true
    this.forget()
    this.options.page.kill()
  }

  private load(health: EngineHealth): void {
    const { clock, page, onHealth, log } = this.options
    const generation = ++this.generation
    this.startedAt = clock.now()
    onHealth(health)
    this.startLimit = clock.setTimeout(() => this.hung(generation, 'did not start'), startLimitMs)
    page.start({
      onPort: (port) => {
        if (generation !== this.generation) return port.close()
        this.port?.close()
        this.port = port
        port.onMessage((message) => {
          if (generation !== this.generation || port !== this.port) return
          const parsed = v.safeParse(engineUpSchema, message)
          if (parsed.success) this.receive(generation, parsed.output)
          else log.error(`engine: malformed message (${parsed.issues[0].message})`)
        })
      },
      onGone: (why) => this.gone(generation, why),
    })
  }

  private receive(generation: number, message: EngineUp): void {
    const delegate = this.delegate
    if (!delegate) return
    switch (message.kind) {
      case 'reply': {
        const settle = this.pending.get(message.id)
        this.pending.delete(message.id)
        settle?.(message.error ? refused(message.error.code, message.error.detail ?? undefined) : done)
        return
      }
      case 'pong':
        this.lastPong = this.options.clock.now()
        return
      case 'ask':
        return this.ask(generation, message.id, message.offer)
      case 'report':
        if (message.report.type !== 'ready') return delegate.engineReported(message.report)
        if (this.ready) return
        this.becomeReady(generation)
        return delegate.engineReady()
    }
  }

  private ask(generation: number, id: number, offer: Parameters<EngineDelegate['engineAsked']>[0]): void {
    const port = this.port
    let answered = false
    const answer = (verdict: Verdict): void => {
      if (answered) return
      answered = true
      if (generation !== this.generation) return
      this.questions--
      port?.send({ kind: 'verdict', id, verdict })
    }
    this.questions++
    if (this.questions > maximumQuestions) return answer({ type: 'reject', status: 486 })
    try {
      this.delegate?.engineAsked(offer, answer)
    } catch (error) {
      this.options.log.error(`engine: the verdict failed (${String(error)})`)
      answer({ type: 'reject', status: 480 })
    }
  }

  private becomeReady(generation: number): void {
    const { clock, onHealth } = this.options
    if (this.startLimit) clock.clearTimeout(this.startLimit)
    this.ready = true
    this.lastPong = clock.now()
    onHealth('ready')
    let lastBeat = clock.now()
    const beat = (): void => {
      if (generation !== this.generation) return
      const now = clock.now()
      // Whoever looks this late was asleep or held up itself, and the page with it: it is given another chance to answer.
      if (now - lastBeat > 2 * heartbeatEveryMs) this.lastPong = now
      lastBeat = now
      if (now - this.lastPong > hungAfterMs) return this.hung(generation, 'does not answer')
      this.port?.send({ kind: 'ping', id: this.nextId++ })
      this.heartbeat = clock.setTimeout(beat, heartbeatEveryMs)
    }
    this.heartbeat = clock.setTimeout(beat, heartbeatEveryMs)
  }

  private hung(generation: number, why: string): void {
    if (generation !== this.generation) return
    this.options.page.kill()
    this.gone(generation, why)
  }

  private gone(generation: number, why: string): void {
    if (generation !== this.generation || this.stopped) return
    const { clock, log } = this.options
    log.error(`engine: the page is gone (${why})`)
    const wasReady = this.ready
    this.forget()
    if (wasReady) this.delegate?.engineLost()
    if (clock.now() - this.startedAt > healthyAfterMs) this.failures = 0
    const delay = restartDelaysMs[Math.min(this.failures, restartDelaysMs.length - 1)] ?? 0
    this.failures++
    const health: EngineHealth = this.failures > 4 ? 'failed' : 'restarting'
    this.options.onHealth(health)
    this.restart = clock.setTimeout(() => this.load(health), delay)
  }

  private forget(): void {
    const { clock } = this.options
    this.generation++
    this.ready = false
    for (const timer of [this.heartbeat, this.startLimit, this.restart]) if (timer) clock.clearTimeout(timer)
    this.port?.close()
    this.port = null
    this.questions = 0
    const pending = [...this.pending.values()]
    this.pending.clear()
    for (const settle of pending) settle(refused('engine-unavailable'))
  }
}
