/*
 * The relay put together with what is real: this computer's sockets, its random numbers and the native WebRTC transport, which is loaded
 * when the first call needs it.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import { DtlsRelay } from './dtls-relay'
import { nativeWebLegs } from './native-web-leg'
import { nodeUdp } from './node-udp'
import { usualPorts, type PortRange } from './port-pair'
import { Relay } from './relay'
import type { MediaAccount } from './relay-session'
import { RelaySessions } from './relay-sessions'
import type { Udp } from './udp'
import type { CreateWebLeg } from './web-leg'

export interface CreateRelaysOptions {
  readonly clock: Clock
  readonly log: Log
  /** The account as it is now; null: there is none of this id, or it is not connected. */
  account(accountId: string): MediaAccount | null
  /** To be sent to the engine page as `renegotiate`. */
  onRenegotiate(session: string, sdp: string): void
  /** For tests and firewalls; by default everything is as usual. */
  readonly ports?: PortRange
  readonly udp?: Udp
  readonly createWebLeg?: CreateWebLeg
}

/** One per engine page; `close()` when the page is gone. */
export function createRelays(options: CreateRelaysOptions): RelaySessions {
  const { clock, log, ports = usualPorts, udp = nodeUdp } = options
  const createWebLeg = options.createWebLeg ?? nativeWebLegs(clock, log)
  return new RelaySessions({
    ...options,
    create: (accountId, onRenegotiate, onIdle, dtls) => {
      const random = (bytes: number): Buffer => randomBytes(bytes)
      const needs = { clock, log, udp, ports, random, account: () => options.account(accountId), onIdle, onRenegotiate }
      return dtls ? new DtlsRelay(needs) : new Relay({ ...needs, createWebLeg })
    },
  })
}
