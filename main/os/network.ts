/*
 * Whether the computer is on another network than a moment ago: a cable pulled, another Wi-Fi, a VPN up or down. Looked at every second, because
 * not every system tells; a change is told once it has stood still for a moment, for interfaces come up in steps.
 */
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'
import type { Clock, Timer } from '../../common/clock'

export interface NetworkWatchOptions {
  readonly clock: Clock
  /** Addresses there are now, as `os.networkInterfaces` gives them. */
  readonly interfaces?: () => NodeJS.Dict<NetworkInterfaceInfo[]>
  /** `online`: there is an address beyond this computer. */
  readonly onChange: (online: boolean) => void
}

const lookEveryMs = 500

/** Returns how to stop. */
export function watchNetwork({ clock, interfaces = networkInterfaces, onChange }: NetworkWatchOptions): () => void {
  let known = addressesOf(interfaces())
  let timer: Timer
  const look = (): void => {
    const now = addressesOf(interfaces())
    if (now.join() !== known.join()) {
      known = now
      onChange(now.length > 0)
    }
    timer = clock.setTimeout(look, lookEveryMs)
  }
  timer = clock.setTimeout(look, lookEveryMs)
  return () => clock.clearTimeout(timer)
}

/** Sorted; without this computer's own, and without link-local ones, which come and go with every interface. */
function addressesOf(all: NodeJS.Dict<NetworkInterfaceInfo[]>): string[] {
  return Object.entries(all)
    .flatMap(([name, infos]) => (infos ?? []).filter(isWorth).map(({ address }) => `${name} ${address}`))
    .toSorted()
}

const isWorth = ({ internal, address }: NetworkInterfaceInfo): boolean =>
  !internal && !/^(?:fe80:|169\.254\.)/i.test(address)
