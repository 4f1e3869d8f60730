/* What the operating system refuses to lead anywhere, here a broadcast address: Node tells that to whoever waits to be connected. */
import { expect, test } from 'vitest'
import { systemClock } from '../../../common/clock'
import { nodeUdp } from '../../../gateway/media/node-udp'
import { addressTowards } from '../../../gateway/sip/address-towards'
import { openUdp } from '../../../gateway/sip/udp-channel'

const nowhere = { address: '255.255.255.255', port: 5060 }

test('none of our addresses leads where there is no way', async () => {
  expect(await addressTowards(nowhere)).toBeNull()
  expect(await nodeUdp.sourceTowards(nowhere.address)).toBeNull()
})

test('a channel to where there is no way is not opened, and says so', async () => {
  const host = nowhere.address
  const target = { ...nowhere, transport: 'udp', host, domain: host, path: null, why: '', guessed: false } as const
  const signal = new AbortController().signal
  const needs = { target, domains: [host], pin: null, localPort: 0, patienceMs: 1_000, signal }
  const opened = await openUdp(systemClock)(needs, { onMessage: () => {}, onClosed: () => {} })
  expect(opened).toMatchObject({ ok: false, failure: { reason: 'unreachable' } })
})
