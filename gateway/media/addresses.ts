/*
 * Which addresses packets may be sent to at a stranger's word. Pure.
 */
import { BlockList, isIPv6 } from 'node:net'
import type { Target } from './sdp-model'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

const groups = new BlockList()
groups.addSubnet('224.0.0.0', 4)
groups.addSubnet('255.255.255.255', 32)
groups.addSubnet('0.0.0.0', 8)
groups.addSubnet('ff00::', 8, 'ipv6')
groups.addAddress('::', 'ipv6')

const within = (list: BlockList, address: string): boolean => list.check(address, familyName(address))

/** Of this computer alone. `address`: numeric. */
export const isLoopback = (address: string): boolean => within(loopback, address)

/**
 * The target, or null: many at once (multicast, broadcast), and this computer itself unless the server is on it too, where a stranger's
 * description could reach what listens for nobody else. `own`: the address we are reached at.
 */
export function allowed(target: Target | null, own: string): Target | null {
  if (target === null || isIPv6(target.address) !== isIPv6(own)) return null
  if (within(groups, target.address)) return null
  return isLoopback(target.address) && !isLoopback(own) ? null : target
}

const familyName = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4')
