/* Packets as they come from strangers: RTP headers, RTCP, STUN, and the addresses they may be sent to. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allowed } from '../../../gateway/media/addresses'
import { withoutBye } from '../../../gateway/media/rtcp'
import { headerLength, isRtcp } from '../../../gateway/media/rtp-packet'
import { mappedAddress, StunQuestion, stunLimitMs, stunRequest } from '../../../gateway/media/stun'
import { ManualClock } from '../../fakes/manual-clock'
import { goodbye, receiverReport, rtp } from '../../support/gateway/packets'

test('the payload begins behind contributing sources and extension', () => {
  const packet = rtp({ type: 0, sequence: 1 })
  expect(headerLength(packet)).toBe(12)
  packet[0] = 0x82
  expect(headerLength(packet)).toBe(20)
  packet[0] = 0x90
  packet.writeUInt16BE(2, 14)
  expect(headerLength(packet)).toBe(24)
  packet.writeUInt16BE(2_000, 14)
  expect(headerLength(packet)).toBeNull()
  expect(headerLength(Buffer.alloc(11, 0x80))).toBeNull()
  expect(isRtcp(receiverReport())).toBe(true)
  expect(isRtcp(rtp({ type: 0x80 | 111, sequence: 1 }))).toBe(false)
})

test('a goodbye is taken out and what is beside it passes', () => {
  const report = receiverReport()
  expect(withoutBye(report)).toEqual(report)
  expect(withoutBye(Buffer.concat([report, goodbye()]))).toEqual(report)
  expect(withoutBye(goodbye())).toBeNull()
  expect(withoutBye(Buffer.concat([report, Buffer.from([0x80, 200, 0, 9])]))).toBeNull()
})

test('no bytes make a reader of packets throw', () => {
  const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array))
  fc.assert(
    fc.property(bytes, fc.constantFrom(0x80, 0x9f, 0x00, 0xff), (packet, first) => {
      if (packet.length > 0) packet[0] = first
      headerLength(packet)
      withoutBye(packet)
      mappedAddress(packet, Buffer.alloc(12))
    }),
  )
})

const transaction = Buffer.from('b7e7a701bc34d686fa87dfae', 'hex')
/** RFC 5769 section 2.2 and 2.3, without what authenticates them. */
const answer = (attribute: string): Buffer =>
  Buffer.concat([
    Buffer.from(`0101${(attribute.length / 2).toString(16).padStart(4, '0')}2112a442`, 'hex'),
    transaction,
    Buffer.from(attribute, 'hex'),
  ])

test('a STUN server’s answer tells our address, of either family (RFC 5769)', () => {
  expect(mappedAddress(answer('002000080001a147e112a643'), transaction)).toEqual({ address: '192.0.2.1', port: 32_853 })
  expect(mappedAddress(answer('002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9'), transaction)).toEqual({
    address: '2001:db8:1234:5678:11:2233:4455:6677',
    port: 32_853,
  })
  expect(mappedAddress(answer('002000080001a147e112a643'), Buffer.alloc(12))).toBeNull()
  expect(mappedAddress(stunRequest(transaction), transaction)).toBeNull()
})

test('a STUN question is repeated, answered once, and given up in time', async () => {
  const clock = new ManualClock()
  const sent: Buffer[] = []
  const answered = new StunQuestion(clock, transaction, (packet) => void sent.push(packet))
  clock.advance(260)
  expect(sent).toHaveLength(3)
  answered.receive(answer('002000080001a147e112a643'))
  expect(await answered.answer).toMatchObject({ port: 32_853 })
  expect(clock.pending).toBe(0)
  const silent = new StunQuestion(clock, transaction, () => {})
  clock.advance(stunLimitMs)
  expect(await silent.answer).toBeNull()
})

test('packets go to no group, and to this computer only when the server is on it', () => {
  const to = (address: string, own = '10.0.0.2'): unknown => allowed({ address, port: 4_000 }, own)?.address ?? null
  expect(['192.0.2.1', '10.0.0.3'].map((address) => to(address))).toEqual(['192.0.2.1', '10.0.0.3'])
  expect(['224.0.0.1', '255.255.255.255', '0.0.0.0', '127.0.0.1', '::1'].map((address) => to(address))).toEqual(
    Array(5).fill(null),
  )
  expect(to('127.0.0.1', '127.0.0.1')).toBe('127.0.0.1')
  expect(to('2001:db8::1', '2001:db8::2')).toBe('2001:db8::1')
  expect(['ff02::1', '::', '192.0.2.1'].map((address) => to(address, '2001:db8::2'))).toEqual([null, null, null])
})
