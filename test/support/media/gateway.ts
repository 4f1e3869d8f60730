/*
 * The gateway as the page of a media test reaches it: the relay runs in the test's own process, and the page asks it through functions that
 * the test has put there.
 */
import type { DescribeStep, GatewayCounters } from '../../../common/contract/gateway'
import type { GatewayMedia } from '../../../renderer/engine/media/gateway-media'

export interface RelayFunctions {
  relayDescribe(session: string, step: DescribeStep, sdp: string): ReturnType<GatewayMedia['describe']>
  relayCount(session: string): Promise<GatewayCounters | null>
  relayRollback(session: string): Promise<void>
  relayRelease(session: string): Promise<void>
}

declare const window: Window & RelayFunctions & { renegotiate?: (session: string, sdp: string) => void }

const listeners = new Map<string, (sdp: string) => void>()

export function gatewayOf(session: string): GatewayMedia {
  window.renegotiate = (one, sdp) => listeners.get(one)?.(sdp)
  return {
    offers: 'plain',
    iceServers: [],
    describe: (step, sdp) => window.relayDescribe(session, step, sdp),
    count: () => window.relayCount(session),
    rollback: () => void window.relayRollback(session),
    release: () => void window.relayRelease(session),
    onRenegotiate: (listener) => void listeners.set(session, listener),
  }
}
