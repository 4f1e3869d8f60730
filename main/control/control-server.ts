/*
 * The control door: a local socket only this user can open, one line of JSON in, one out; `events` keeps talking until
 * the client leaves. It carries requests to the verbs and knows nothing of what they do.
 */
import { createServer, type Server, type Socket } from 'node:net'
import type { Clock, Timer } from '../../common/clock'
import { done, refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { PhoneState } from '../../common/phone-state'
import type { ActionEvent } from '../callkit/action-events'
import { controlError, parseRequest, type ControlError, type ControlRequest } from './control-request'
import type { ControlVerbs } from './control-verbs'
import { actionEvent, eventsBetween, firstEvent, type ControlEvent } from './events'
import { prepareAddress, withPrivateUmask } from './socket-file'

export interface ControlServerOptions {
  /** The profile's folder. */
  readonly userData: string
  readonly verbs: ControlVerbs
  readonly state: () => PhoneState
  /** Calls back after every change; returns how to stop. */
  readonly observe: (listener: (now: PhoneState, before: PhoneState) => void) => () => void
  /** Calls back for everything that happens to actions; returns how to stop. */
  readonly observeActions: (listener: (event: ActionEvent) => void) => () => void
  readonly electron: string
  /** Asked for after `quit` was answered. */
  readonly quit: () => void
  readonly clock: Clock
  readonly log: Log
}

/** A request is a few hundred bytes. */
const longestLine = 16 * 1024
const maximumClients = 64
/** Requests a client may send ahead of the answers. */
const maximumWaiting = 64
/** A reader of events that is this far behind has stopped reading, bytes. */
const maximumUnread = 4 * 1024 * 1024
/** A client that connects and says nothing is let go, ms. */
const idleLimitMs = 30_000

export class ControlServer {
  private server: Server | null = null
  private readonly clients = new Set<Client>()
  private release: (() => void) | null = null

  constructor(private readonly options: ControlServerOptions) {}

  /** Opens the door. `failed`: it stays shut, and the phone works without it. */
  async start(): Promise<Result> {
    const prepared = await prepareAddress(this.options.userData)
    if (!prepared.ok) {
      this.options.log.error(`control: not listening (${prepared.detail ?? prepared.code})`)
      return prepared
    }
    const { address, release } = prepared.value
    const server = createServer((socket) => this.welcome(socket))
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        withPrivateUmask(() => server.listen(address, resolve))
      })
    } catch (error) {
      release()
      const why = (error as NodeJS.ErrnoException).code ?? 'unknown error'
      this.options.log.error(`control: not listening (${why})`)
      return refused('failed', why)
    }
    server.on('error', (error) => this.options.log.error(`control: ${error.message}`))
    this.server = server
    this.release = release
    return done
  }

  /** Shuts the door and sends everybody home. The socket is gone when it resolves. */
  async stop(): Promise<void> {
    const { server } = this
    this.server = null
    for (const client of [...this.clients]) client.close()
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()))
    this.release?.()
    this.release = null
  }

  private welcome(socket: Socket): void {
    const client = new Client(socket, this.options, () => this.clients.delete(client))
    this.clients.add(client)
    if (this.clients.size > maximumClients) client.refuse('too-many-clients', 'too many programs are connected')
  }
}

/** One connection. */
class Client {
  private received = ''
  private queue: Promise<void> = Promise.resolve()
  private waiting = 0
  private stopEvents: (() => void) | null = null
  private idle: Timer | null = null
  private closing = false

  constructor(
    private readonly socket: Socket,
    private readonly options: ControlServerOptions,
    private readonly onClosed: () => void,
  ) {
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => this.take(chunk))
    // A client that vanishes is no fault; `close` follows.
    socket.on('error', () => {})
    socket.on('close', () => this.closed())
    this.awaitRequest()
  }

  close(): void {
    this.closing = true
    this.socket.destroySoon()
  }

  refuse(code: string, message: string): void {
    this.send(controlError(code, message))
    this.close()
  }

  private take(chunk: string): void {
    if (this.closing) return
    this.received += chunk
    for (let end = this.received.indexOf('\n'); end >= 0; end = this.received.indexOf('\n')) {
      const line = this.received.slice(0, end).trim()
      this.received = this.received.slice(end + 1)
      if (line.length > longestLine) return this.refuse('invalid-argument', 'the line is too long')
      if (line !== '') this.enqueue(line)
      if (this.closing) return
    }
    if (this.received.length > longestLine) this.refuse('invalid-argument', 'the line is too long')
  }

  /** Answers come in the order of the requests. */
  private enqueue(line: string): void {
    if (++this.waiting > maximumWaiting) return this.refuse('invalid-argument', 'too many requests at once')
    this.forgetIdle()
    this.queue = this.queue
      .then(async () => {
        if (this.socket.destroyed) return
        const request = parseRequest(line)
        if ('error' in request) this.send(request)
        else await this.perform(request)
      })
      .catch((error: unknown) => {
        this.options.log.error(`control: a verb failed (${error instanceof Error ? error.stack : 'unknown error'})`)
        this.send(controlError('failed', 'it failed; the log says more'))
      })
      .finally(() => {
        if (--this.waiting === 0) this.awaitRequest()
      })
  }

  private async perform(request: ControlRequest): Promise<void> {
    const { verbs, quit, log } = this.options
    log.debug(`control: ${request.verb}`)
    switch (request.verb) {
      case 'events':
        return this.startEvents()
      case 'quit':
        // Only when the answer is on its way: quitting closes this socket.
        this.socket.write(`${JSON.stringify({ ok: true })}\n`, () => quit())
        return
      default:
        this.send(await verbs.perform(request))
    }
  }

  private startEvents(): void {
    if (this.stopEvents) return
    const { state, observe, observeActions, electron, clock } = this.options
    const tell = (events: readonly ControlEvent[]): void => {
      for (const event of events) this.send(event)
      if (this.socket.writableLength > maximumUnread) this.socket.destroy()
    }
    tell([firstEvent(state(), electron, clock.date())])
    const stops = [
      observe((now, before) => tell(eventsBetween(before, now, clock.date()))),
      observeActions((event) => {
        const isPrivate = state().calls.some((view) => view.private && view.call.id === event.callId)
        if (!isPrivate) tell([actionEvent(event)])
      }),
    ]
    this.stopEvents = () => stops.forEach((stop) => stop())
  }

  private send(message: object | ControlEvent | ControlError): void {
    if (this.socket.writable) this.socket.write(`${JSON.stringify(message)}\n`)
  }

  private awaitRequest(): void {
    if (this.closing || this.stopEvents || this.socket.destroyed) return
    this.forgetIdle()
    this.idle = this.options.clock.setTimeout(() => this.close(), idleLimitMs)
  }

  private forgetIdle(): void {
    if (this.idle) this.options.clock.clearTimeout(this.idle)
    this.idle = null
  }

  private closed(): void {
    this.closing = true
    this.forgetIdle()
    this.stopEvents?.()
    this.stopEvents = null
    this.onClosed()
  }
}
