/*
 * Servers and phones that are closed again after the test that opened them.
 */
import { lineAlice, type LineAlice, type LineAliceOptions } from './line-alice'
import { WirePeer, type WirePeerOptions } from './wire-peer'

const peers: WirePeer[] = []
const phones: LineAlice[] = []

export async function peerOn(options: WirePeerOptions): Promise<WirePeer> {
  const peer = await WirePeer.open(options)
  peers.push(peer)
  return peer
}

export async function alice(options: LineAliceOptions): Promise<LineAlice> {
  const phone = await lineAlice(options)
  phones.push(phone)
  return phone
}

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const { userAgent } of phones.splice(0)) await userAgent.transport.disconnect().catch(() => {})
  for (const peer of peers.splice(0)) await peer.close()
}
