/*
 * SIP over TCP and TLS: one connection, cut into messages. A certificate is judged before a byte is said; what is no SIP ends the
 * connection.
 */
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Clock } from '../../common/clock'
import type { Channel, ChannelEvents, ChannelFailure, ChannelNeeds, OpenedChannel } from './channel'
import { plainAddress, writeEndpoint, type Endpoint } from './endpoint'
import { judgeCertificate } from './judge-certificate'
import { StreamFramer, type Nonsense } from './stream-framer'
import { tlsFailureOf } from './tls-failure'
import { trustedRoots } from './trusted-roots'

/** Bytes that may wait to be sent; a server that takes no more is none. */
const maxWaiting = 1_000_000
const keepAliveMs = 30_000

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no way there',
  ENETUNREACH: 'no way there',
}
const nonsense: Readonly<Record<Nonsense, string>> = {
  'not-sip': 'what answers there does not speak SIP',
  'too-large': 'a message too large',
  'no-length': 'a message without Content-Length',
}

/** See `OpenChannel`. `roots`: authorities that are believed, PEM. */
export const openStream =
  (clock: Clock, roots = trustedRoots) =>
  (needs: ChannelNeeds, events: ChannelEvents): Promise<OpenedChannel> => {
    const { target, domains, pin, patienceMs, signal } = needs
    const where = `${target.transport} ${writeEndpoint(target)}`
    return new Promise((resolve) => {
      let isSecuring = false
      const socket = target.transport === 'tls' ? secure(target, roots(), () => (isSecuring = true)) : plain(target)
      const giveUp = (failure: ChannelFailure): void => {
        clock.clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        socket.removeAllListeners()
        socket.on('error', () => {})
        socket.destroy()
        resolve({ ok: false, failure })
      }
      const unreachable = (detail: string, reason: ChannelFailure['reason'] = 'unreachable'): void =>
        giveUp({ reason, detail: `${where}: ${detail}`, certificate: null })
      const onAbort = (): void => unreachable('given up')
      const timer = clock.setTimeout(
        () => (isSecuring ? unreachable('no TLS connection: it says nothing', 'no-tls') : unreachable('no answer')),
        patienceMs,
      )
      signal.addEventListener('abort', onAbort)
      socket.once('error', (error) => {
        const cause = isSecuring ? tlsFailureOf(codeOf(error)) : null
        unreachable(
          cause === null ? causeOf(error) : `no TLS connection: ${cause.words} (${codeOf(error)})`,
          cause?.reason,
        )
      })
      socket.once('close', () =>
        isSecuring ? unreachable('no TLS connection: it hung up', 'no-tls') : unreachable('closed'),
      )
      socket.once(target.transport === 'tls' ? 'secureConnect' : 'connect', () => {
        const refused =
          target.transport === 'tls' ? judgeCertificate(socket as TLSSocket, target.domain, domains, pin) : null
        if (refused !== null)
          return giveUp({ reason: 'certificate', detail: `${where}: ${refused.error}`, certificate: refused })
        const { localAddress, localPort } = socket
        if (localAddress === undefined || localPort === undefined) return unreachable('closed')
        clock.clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        socket.removeAllListeners('error').removeAllListeners('close')
        const local = { address: plainAddress(localAddress), port: localPort }
        resolve({ ok: true, channel: new StreamChannel(needs, socket, local, where, events) })
      })
    })
  }

class StreamChannel implements Channel {
  readonly target
  readonly reliable = true
  readonly #framer = new StreamFramer()
  #closed = false

  constructor(
    needs: ChannelNeeds,
    private readonly socket: Socket,
    readonly local: Endpoint,
    private readonly where: string,
    private readonly events: ChannelEvents,
  ) {
    this.target = needs.target
    // In TLS 1.3 a server tells only now that it wants a certificate of ours.
    socket.on('error', (error) => {
      const cause = tlsFailureOf(codeOf(error))
      this.#lost(cause === null ? causeOf(error) : `no TLS connection: ${cause.words}`, cause?.reason)
    })
    socket.on('close', () => this.#lost('closed by the server'))
    socket.on('data', (chunk) => this.#onData(chunk as Buffer))
  }

  send(text: string): void {
    if (this.#closed) return
    this.socket.write(text)
    if (this.socket.writableLength > maxWaiting) this.#lost('takes nothing more')
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    // What was just said, a farewell perhaps, is still sent.
    this.socket.end()
    this.socket.destroySoon()
  }

  #onData(chunk: Buffer): void {
    if (this.#closed) return
    const { messages, broken } = this.#framer.push(chunk)
    for (const message of messages) if (!this.#closed) this.events.onMessage(message, this.target)
    if (broken !== null) this.#lost(nonsense[broken], 'server-error')
  }

  #lost(detail: string, reason: ChannelFailure['reason'] = 'unreachable'): void {
    if (this.#closed) return
    this.#closed = true
    this.socket.destroy()
    this.events.onClosed({ reason, detail: `${this.where}: ${detail}`, certificate: null })
  }
}

function plain({ address, port }: Endpoint): Socket {
  return connect({ host: address, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs })
}

function secure(
  { address, port, domain }: Endpoint & { readonly domain: string },
  ca: string[],
  onConnect: () => void,
): TLSSocket {
  const tcp = plain({ address, port })
  tcp.once('connect', onConnect)
  const socket = connectTls({
    socket: tcp,
    minVersion: 'TLSv1.2',
    // Judged by us, before anything is said: SIP's rules for names are not the web's, and the user may trust one certificate.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ca,
    ...(isIP(domain) ? {} : { servername: domain }),
  })
  tcp.once('error', (error) => socket.destroy(error))
  return socket
}

const codeOf = (error: Error): string => String((error as NodeJS.ErrnoException).code ?? error.name)
const causeOf = (error: Error): string => causes[codeOf(error)] ?? codeOf(error)
