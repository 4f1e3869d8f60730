/*
 * Lines with real sockets and real names, and what is remembered of each account's servers between them. Composition only.
 */
import type { Clock } from '../common/clock'
import type { GatewayAccount } from '../common/contract/gateway'
import type { Log } from '../common/log'
import type { Line, LineEvents } from './gateway'
import { addressTowards } from './sip/address-towards'
import { CachedNames } from './sip/cached-names'
import type { OpenChannel } from './sip/channel'
import { LineMemory } from './sip/line-memory'
import { probeWebSocket } from './sip/probe-web-socket'
import { SipLine } from './sip/sip-line'
import { openStream } from './sip/stream-channel'
import { systemNames } from './sip/system-names'
import { openUdp } from './sip/udp-channel'

/** Accounts whose servers are remembered. */
const maxMemories = 256

export function openSipLine({ clock, log }: { clock: Clock; log: Log }) {
  const names = new CachedNames(systemNames(clock), clock)
  const memories = new Map<string, LineMemory>()
  const openTcp = openStream(clock)
  const openDatagrams = openUdp(clock)
  const openChannel: OpenChannel = (needs, events) =>
    needs.target.transport === 'udp' ? openDatagrams(needs, events) : openTcp(needs, events)

  return (account: GatewayAccount, events: LineEvents, flow: number): Line => {
    if (memories.size >= maxMemories) memories.clear()
    // Another server is remembered apart.
    const key = `${account.id} ${account.server}`
    const memory = memories.get(key) ?? new LineMemory(clock, flow === 0 ? account.id : `${account.id} ${flow}`)
    memories.set(key, memory)
    return new SipLine(
      account,
      {
        clock,
        log,
        names,
        openChannel,
        probeWebSocket: (target, patienceMs, signal) => probeWebSocket(target, clock, patienceMs, signal),
        memory,
        random: Math.random,
        addressTowards,
      },
      events,
    )
  }
}
