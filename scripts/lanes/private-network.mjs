/*
 * A network for one program and its children: loopback and one address that leads nowhere, so that tests reach nothing but
 * themselves and WebRTC still has an address to gather. Linux and root only.
 */
import { isRoot } from '../setup/places.mjs'

/** No default route: with one, a server would wait for names that nobody resolves. */
const script = [
  'ip link set lo up',
  'ip link add v0 type veth peer name v1',
  'ip addr add 10.77.0.1/24 dev v0',
  'ip link set v0 up',
  'ip link set v1 up',
  'exec "$@"',
].join(' && ')

export const hasPrivateNetworks = isRoot

/** @returns {[string, string[]]} the command to run instead of this one */
export function inPrivateNetwork(command, args) {
  return isRoot ? ['unshare', ['-n', 'sh', '-c', script, 'sh', command, ...args]] : [command, args]
}
