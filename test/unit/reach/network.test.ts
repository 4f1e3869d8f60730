/*
 * Another network, seen in the computer's addresses.
 */
import type { NetworkInterfaceInfo } from 'node:os'
import { beforeEach, expect, test } from 'vitest'
import { watchNetwork } from '../../../main/os/network'
import { ManualClock } from '../../fakes/manual-clock'

const address = (text: string, internal = false): NetworkInterfaceInfo =>
  ({ address: text, internal, family: text.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo

let clock: ManualClock
let now: NodeJS.Dict<NetworkInterfaceInfo[]>
let heard: boolean[]
let stop: () => void
beforeEach(() => {
  clock = new ManualClock()
  now = { lo: [address('127.0.0.1', true)], eth0: [address('192.0.2.7')] }
  heard = []
  stop = watchNetwork({ clock, interfaces: () => now, onChange: (online) => heard.push(online) })
})

test('nothing is said while nothing changes', () => {
  clock.advance(60_000)
  expect(heard).toEqual([])
})

test('another address on the same cable is another network, noticed within a second', () => {
  now = { ...now, eth0: [address('192.0.2.8')] }
  clock.advance(1_000)
  expect(heard).toEqual([true])
})

test('a cable that is pulled leaves none, and a VPN that comes up is one', () => {
  now = { lo: now.lo ?? [] }
  clock.advance(1_000)
  now = { ...now, tun0: [address('10.8.0.2')] }
  clock.advance(1_000)
  expect(heard).toEqual([false, true])
})

test('addresses that every interface gives itself are no network', () => {
  now = { ...now, wlan0: [address('fe80::1'), address('169.254.3.4')] }
  clock.advance(1_000)
  expect(heard).toEqual([])
})

test('it stops when it is told to', () => {
  stop()
  expect(clock.pending).toBe(0)
})
