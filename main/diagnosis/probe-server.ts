/*
 * Looks at the way to an account's server from this computer, step by step: what its name leads to, which of the places answers, and how that
 * is encrypted. Names and places are those the phone itself would try (RFC 3263, RFC 7118). It says no more to a server than is needed to
 * see that it is there.
 */
import { isIP, connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Clock } from '../../common/clock'
import type { AccountState } from '../../common/phone-state'
import { needsGateway } from '../../common/server-address'
import { writeEndpoint, writeHost } from '../../gateway/sip/endpoint'
import { findTargets } from '../../gateway/sip/find-targets'
import type { Names } from '../../gateway/sip/names'
import { serversOf } from '../../gateway/sip/servers-of'
import type { Target } from '../../gateway/sip/target'
import { tlsFailureOf } from '../../gateway/sip/tls-failure'
import type { ServerProbe } from './account-tests'
import { askUdp } from './ask-udp'
import { askUpgrade } from './ask-upgrade'
import { doubtful, failed, passed, skipped, type Finding } from './finding'
import { lookAtCertificate } from './look-at-certificate'

export interface ProbeParts {
  readonly clock: Clock
  readonly names: Names
  /** Authorities that are believed, PEM. */
  readonly roots: () => string[]
  /** As Math.random. */
  readonly random: () => number
}

/** To connect to one place, and to all; ms. */
const connectPatience = 2_500
const allPatience = 7_000
/** Places named in one line. */
const shownPlaces = 4

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no way there',
  ENETUNREACH: 'no way there',
}

type Connected = { readonly target: Target; readonly socket: Socket | null; readonly words: string }

export class Probe implements ServerProbe {
  #targets: readonly Target[] = []
  #connected: Connected | null = null
  readonly #open = new Set<Socket>()

  constructor(
    private readonly state: AccountState,
    private readonly parts: ProbeParts,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.close())
  }

  async dns(): Promise<Finding> {
    const { account } = this.state
    const { names, random } = this.parts
    const servers = needsGateway(account) ? serversOf(account) : [account.server, ...account.connection.backups]
    const missing: string[] = []
    for (const server of servers) {
      const found = await findTargets(server, names, random)
      if (!found.ok) {
        missing.push(
          found.failure === 'unknown-host' ? `no host by the name in ${server}` : `${server} names no server`,
        )
        continue
      }
      this.#targets = found.targets
      const words = [...missing, ...places(found.targets)].join('; ')
      if (missing.length > 0) return doubtful(words)
      const isNumeric = found.targets.every(({ host }) => isIP(host))
      return isNumeric ? skipped('the server is named by its address: there is nothing to look up') : passed(words)
    }
    return failed(missing.join('; '))
  }

  async connect(): Promise<Finding> {
    const { clock } = this.parts
    const until = clock.now() + allPatience
    const failures: { readonly words: string; readonly guessed: boolean }[] = []
    for (const target of this.#targets) {
      if (this.signal.aborted || clock.now() >= until) break
      const outcome = target.transport === 'udp' ? await this.#tryUdp(target) : await this.#tryTcp(target)
      if (typeof outcome === 'string') {
        failures.push({ words: `${where(target)}: ${outcome}`, guessed: target.guessed })
        continue
      }
      this.#connected = outcome
      const before = failures.length === 0 ? '' : `; before it ${failures.map(({ words }) => words).join(', ')}`
      const words = `${outcome.words}${before}`
      const isDoubtful = outcome.words.includes('no answer') || failures.some(({ guessed }) => !guessed)
      if (target.transport === 'ws') return this.#upgrade(outcome, words)
      return isDoubtful ? doubtful(words) : passed(words)
    }
    return failed(failures.map(({ words }) => words).join(', ') || 'there is no place to try')
  }

  async tls(): Promise<Finding> {
    if (this.#connected === null) return skipped('nothing is connected')
    const { target, socket } = this.#connected
    const isWeb = target.transport === 'wss'
    if (socket === null || (target.transport !== 'tls' && !isWeb))
      return skipped(`not encrypted: ${target.transport.toUpperCase()} has no TLS`)
    const secured = await this.#secure(target, socket)
    if (typeof secured === 'string') return failed(`no TLS connection: ${secured}`)
    const { account, registration } = this.state
    const domains = [target.domain, hostOf(account.uri)]
    const look = lookAtCertificate(secured, { domain: target.domain, domains, isWeb, pin: account.certificate })
    if (!look.believed && !look.pinned) {
      // Others may judge by more authorities than are known here.
      if (registration.state === 'registered' && isWeb)
        return doubtful(`${look.words}; the account is registered all the same`)
      return target.guessed ? doubtful(`${look.words}; the phone goes on without encryption`) : failed(look.words)
    }
    return isWeb ? this.#upgrade({ target, socket: secured, words: look.words }, look.words) : passed(look.words)
  }

  close(): void {
    for (const socket of this.#open) socket.destroy()
    this.#open.clear()
  }

  async #upgrade({ target, socket }: Connected, words: string): Promise<Finding> {
    if (socket === null) return passed(words)
    const answer = await askUpgrade(socket, `${writeHost(target.host)}:${target.port}`, target.path ?? '/')
    return answer.ok
      ? passed(`${words}; SIP over WebSocket is spoken at ${target.path ?? '/'}`)
      : failed(`${words}; no SIP over WebSocket at ${target.path ?? '/'}: ${answer.why}`)
  }

  async #tryUdp(target: Target): Promise<Connected | string> {
    const answer = await askUdp(target, this.state.account.uri, this.parts.clock, this.signal)
    if (answer.failure !== null) return answer.failure
    const words =
      answer.status === null
        ? `${where(target)}: no answer to OPTIONS; over UDP only signing in can tell`
        : `${where(target)}: answered`
    return { target, socket: null, words }
  }

  /** Why not, or the open connection. */
  #tryTcp(target: Target): Promise<Connected | string> {
    const { clock } = this.parts
    return new Promise((resolve) => {
      const socket = connectTcp({ host: target.address, port: target.port, noDelay: true })
      this.#open.add(socket)
      const give = (outcome: Connected | string): void => {
        clock.clearTimeout(limit)
        socket.removeAllListeners('connect').removeAllListeners('close')
        if (typeof outcome === 'string') socket.destroy()
        resolve(outcome)
      }
      const limit = clock.setTimeout(() => give('no answer'), connectPatience)
      // Stays: a socket may fail long after somebody looked.
      socket.on('error', (error) => give(causeOf(error)))
      socket.once('close', () => give('closed'))
      socket.once('connect', () => give({ target, socket, words: `${where(target)}: connected` }))
    })
  }

  #secure({ domain }: Target, socket: Socket): Promise<TLSSocket | string> {
    return new Promise((resolve) => {
      const secured = connectTls({
        socket,
        minVersion: 'TLSv1.2',
        // Looked at here, and nothing secret is said.
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
        ca: this.parts.roots(),
        ...(isIP(domain) ? {} : { servername: domain }),
      })
      // Closed by what is on top of it: Node 20 dies when the socket below goes first.
      this.#open.delete(socket)
      this.#open.add(secured)
      secured.on('error', (error) => resolve(tlsFailureOf(codeOf(error))?.words ?? causeOf(error)))
      secured.once('close', () => resolve('it hung up'))
      secured.once('secureConnect', () => resolve(secured))
    })
  }
}

const where = (target: Target): string => `${target.transport.toUpperCase()} ${writeEndpoint(target)}`

/** `SRV _sip._tcp.example.com, priority 10 → pbx1.example.com:5060 (192.0.2.1)`, for each host. */
function places(targets: readonly Target[]): string[] {
  const found = new Map<string, string[]>()
  for (const { transport, host, port, address, why } of targets) {
    const name = isIP(host) ? `${why} →` : `${why} → ${transport.toUpperCase()} ${writeHost(host)}:${port}`
    found.set(name, [...(found.get(name) ?? []), address])
  }
  const words = [...found].map(([name, addresses]) => `${name} (${addresses.slice(0, shownPlaces).join(', ')})`)
  const rest = words.length - shownPlaces
  return rest > 0 ? [...words.slice(0, shownPlaces), `and ${rest} more`] : words
}

const hostOf = (uri: string): string =>
  /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?]+)/i.exec(uri)?.[1]?.replace(/[[\]]/g, '') ?? ''

const codeOf = (error: Error): string => String((error as NodeJS.ErrnoException).code ?? error.name)
const causeOf = (error: Error): string => causes[codeOf(error)] ?? codeOf(error)
