/*
 * Alice behind the gateway: sip.js with our transport over a line to real sockets, as the engine page and the gateway have it, but in one
 * process. Names lead where the test says.
 */
import type { UserAgent } from 'sip.js'
import { usualConnection, type AccountConnection } from '../../../../common/account'
import { systemClock } from '../../../../common/clock'
import type { GatewayAccount, Route } from '../../../../common/contract/gateway'
import { silentLog } from '../../../../common/log'
import type { Line } from '../../../../gateway/gateway'
import { addressTowards } from '../../../../gateway/sip/address-towards'
import { CachedNames } from '../../../../gateway/sip/cached-names'
import type { OpenChannel } from '../../../../gateway/sip/channel'
import { LineMemory } from '../../../../gateway/sip/line-memory'
import type { Names } from '../../../../gateway/sip/names'
import { probeWebSocket } from '../../../../gateway/sip/probe-web-socket'
import { SipLine } from '../../../../gateway/sip/sip-line'
import { openStream } from '../../../../gateway/sip/stream-channel'
import { openUdp } from '../../../../gateway/sip/udp-channel'
import { GatewaySocket } from '../../../../renderer/engine/sip/gateway-socket'
import type { SocketFailure } from '../../../../renderer/engine/sip/guard/socket'
import { ourAlice } from '../../support/user-agents'
import { MemoryServer } from '../../support/memory-socket'

export const noNames: Names = {
  naptr: () => Promise.resolve([]),
  srv: () => Promise.resolve([]),
  addresses: () => Promise.resolve([]),
}

export interface LineAliceOptions {
  readonly server: string
  readonly certificate?: string | null
  readonly connection?: Partial<AccountConnection>
  readonly names?: Names
  readonly memory?: LineMemory
  /** Authorities believed besides nobody, PEM. */
  readonly roots?: string[]
}

export interface LineAlice {
  readonly userAgent: UserAgent
  readonly routes: Route[]
  readonly closures: SocketFailure[]
  readonly details: string[]
  readonly elsewhere: string[]
  readonly line: () => Line
}

/** Connected, unless that fails: then `closures` tells why. */
export async function lineAlice(options: LineAliceOptions): Promise<LineAlice> {
  const { server, certificate = null, connection = {}, names = noNames, roots = [] } = options
  const openTcp = openStream(systemClock, () => roots)
  const openDatagrams = openUdp(systemClock)
  const openChannel: OpenChannel = (needs, events) =>
    needs.target.transport === 'udp' ? openDatagrams(needs, events) : openTcp(needs, events)
  const account: GatewayAccount = {
    id: 'one',
    uri: 'sip:alice@example.com',
    server,
    certificate,
    connection: { ...usualConnection, ...connection },
  }
  const routes: Route[] = []
  const closures: SocketFailure[] = []
  const details: string[] = []
  const elsewhere: string[] = []
  const memory = options.memory ?? new LineMemory(systemClock, `test ${Math.random()}`)
  let line: Line | null = null
  const openSocket = (): GatewaySocket => {
    const own = { line: null as Line | null }
    const memoryServer = new MemoryServer()
    const socket = new GatewaySocket('one', {
      send: (text) => own.line?.send(text),
      close: () => own.line?.close(),
      openSocket: memoryServer.open,
    })
    const parts = {
      clock: systemClock,
      log: silentLog,
      names: new CachedNames(names, systemClock),
      openChannel,
      probeWebSocket: (target: Parameters<typeof probeWebSocket>[0], ms: number, signal: AbortSignal) =>
        probeWebSocket(target, systemClock, ms, signal),
      memory,
      random: () => 0,
      addressTowards,
    }
    own.line = line = new SipLine(account, parts, {
      onOpened: (route) => {
        routes.push(route)
        socket.opened()
      },
      onMessage: (text) => socket.received(text),
      onClosed: (reason, detail, refused) => {
        closures.push({ reason, certificate: refused })
        details.push(detail ?? '')
        socket.closed({ reason, certificate: refused })
      },
      onBetter: () => socket.onbetter?.(),
      onElsewhere: (url) => {
        elsewhere.push(url)
        socket.continueAt(url)
      },
    })
    return socket
  }
  const { userAgent } = await ourAlice({ transport: { openSocket, connectTimeoutMs: 30_000 } }, undefined, false)
  await userAgent.start().catch(() => {})
  return {
    userAgent,
    routes,
    closures,
    details,
    elsewhere,
    line: () => {
      if (line === null) throw new Error('no line was opened')
      return line
    },
  }
}
