/* SRTP and SRTCP: the RFC's vectors, and what an attacker or a long call does to them. */
import { createCipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ReplayWindow } from '../../../gateway/media/replay-window'
import { indexOf, masterLength, SrtpReceiver, SrtpSender, srtpSuites } from '../../../gateway/media/srtp'
import { counterBlock, derive, sessionKeys } from '../../../gateway/media/srtp-keys'
import { receiverReport, rtp } from '../../support/gateway/packets'

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex')
const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6')
const other = hex('000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d')

describe('the RFC says', () => {
  test('the key stream of AES in counter mode (RFC 3711 appendix B.2)', () => {
    const key = hex('2B7E151628AED2A6ABF7158809CF4F3C')
    const salt = hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000')
    const stream = createCipheriv('aes-128-ctr', key, counterBlock(salt, 0, 0)).update(Buffer.alloc(0xff02 * 16))
    expect(stream.subarray(0, 48)).toEqual(
      hex('E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0'),
    )
    expect(stream.subarray(0xfeff * 16)).toEqual(
      hex('EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44'),
    )
  })

  test('the keys derived from a master key (appendix B.3)', () => {
    const { encryption, salt, authentication } = sessionKeys(master, 'rtp')
    expect(encryption).toEqual(hex('C61E7A93744F39EE10734AFE3FF7A087'))
    expect(salt).toEqual(hex('30CBBC08863D8C85D49DB34A9AE1 0000'))
    expect(authentication).toEqual(hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'))
    expect(derive(master, 1, 94)).toEqual(
      hex(`CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE E049646C43D9327AD175578EF7227098
           6371C10C9A369AC2F94A8C5FBCDDDC25 6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2`),
    )
  })

  test('a counter block lays salt, SSRC and a 48-bit index over each other (section 4.1.1)', () => {
    const block = counterBlock(Buffer.alloc(16), 0xdeadbeef, 0x1234_5678_9abc)
    expect(block).toEqual(hex('00000000 deadbeef 1234 5678 9abc 0000'))
  })
})

describe('as another implementation does it', () => {
  // The packets of libsrtp's own validation, with the same master key.
  const packet = hex(`800f1234decafbadcafebabe ${'ab'.repeat(16)}`)
  const report = hex(`81c8000bcafebabe ${'ab'.repeat(16)}`)

  test('a packet is protected with a tag of 80 bits', () => {
    const sealed = new SrtpSender(master, 'AES_CM_128_HMAC_SHA1_80').protectRtp(packet)
    expect(sealed).toEqual(hex('800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb'))
    expect(new SrtpReceiver(master, 'AES_CM_128_HMAC_SHA1_80').unprotectRtp(sealed as Buffer)).toEqual(packet)
  })

  test('a packet is protected with a key of 256 bits (RFC 6188)', () => {
    const long = hex(`f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2`)
    const sealed = new SrtpSender(long, 'AES_256_CM_HMAC_SHA1_80').protectRtp(packet)
    expect(sealed).toEqual(hex('800f1234decafbadcafebabe f1d9de17ff251ff1aa007774b0b4b40d a08d9d9a5b3a55d8873b'))
    expect(new SrtpReceiver(long, 'AES_256_CM_HMAC_SHA1_80').unprotectRtp(sealed as Buffer)).toEqual(packet)
  })

  test.each([1, 4])('a packet and a report are read that name their key in %i bytes before the tag', (mki) => {
    const suite = 'AES_CM_128_HMAC_SHA1_80'
    const sender = new SrtpSender(master, suite)
    const receiver = new SrtpReceiver(master, suite, mki)
    const named = (sealed: Buffer | null): Buffer => {
      const bytes = sealed ?? Buffer.alloc(0)
      return Buffer.concat([bytes.subarray(0, -10), Buffer.alloc(mki, 1), bytes.subarray(-10)])
    }
    expect(receiver.unprotectRtp(named(sender.protectRtp(packet)))).toEqual(packet)
    expect(receiver.unprotectRtcp(named(sender.protectRtcp(report)))).toEqual(report)
    expect(receiver.unprotectRtp(Buffer.from(sender.protectRtp(packet) ?? []))).toBeNull()
  })

  test('a report is read', () => {
    const sealed = hex('81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798')
    expect(new SrtpReceiver(master, 'AES_CM_128_HMAC_SHA1_80').unprotectRtcp(sealed)).toEqual(report)
  })
})

describe.each(srtpSuites)('with %s', (suite) => {
  const key = Buffer.concat([master, other]).subarray(0, masterLength(suite))
  const pair = (): [SrtpSender, SrtpReceiver] => [new SrtpSender(key, suite), new SrtpReceiver(key, suite)]
  const sealed = (sender: SrtpSender, sequence: number, ssrc = 1): Buffer =>
    sender.protectRtp(rtp({ type: 0, sequence, ssrc })) as Buffer

  test('what is protected can be read, and is no longer what it was', () => {
    const [sender, receiver] = pair()
    const packet = rtp({ type: 8, sequence: 7 })
    const protectedPacket = sender.protectRtp(packet) as Buffer
    expect(protectedPacket.length).toBe(packet.length + (suite.endsWith('80') ? 10 : 4))
    expect(protectedPacket.subarray(0, 12)).toEqual(packet.subarray(0, 12))
    expect(protectedPacket.subarray(12, 40)).not.toEqual(packet.subarray(12, 40))
    expect(receiver.unprotectRtp(protectedPacket)).toEqual(packet)
  })

  test('the same packet is not taken twice, nor one that is older than is remembered', () => {
    const [sender, receiver] = pair()
    const packets = Array.from({ length: 200 }, (_, index) => sealed(sender, index))
    expect(packets.every((packet) => receiver.unprotectRtp(packet) !== null)).toBe(true)
    expect(packets.filter((packet) => receiver.unprotectRtp(packet) !== null)).toEqual([])
  })

  test('packets that overtake each other are all taken, once', () => {
    const [sender, receiver] = pair()
    const packets = Array.from({ length: 60 }, (_, index) => sealed(sender, index)).reverse()
    expect(packets.filter((packet) => receiver.unprotectRtp(packet) !== null)).toHaveLength(60)
    expect(packets.filter((packet) => receiver.unprotectRtp(packet) !== null)).toEqual([])
  })

  test('a bit changed anywhere is refused, and does no harm to the packet as it was', () => {
    const [sender, receiver] = pair()
    const packet = sealed(sender, 0)
    for (let at = 0; at < packet.length; at++) {
      const forged = Buffer.from(packet)
      forged[at] = (forged[at] ?? 0) ^ 0x01
      expect(receiver.unprotectRtp(forged)).toBeNull()
    }
    expect(receiver.unprotectRtp(packet)).not.toBeNull()
  })

  test('a forged sequence number from far ahead does not move the roll-over counter', () => {
    const [sender, receiver] = pair()
    receiver.unprotectRtp(sealed(sender, 65_000))
    for (const sequence of [10, 40_000, 64_999]) {
      expect(receiver.unprotectRtp(Buffer.concat([rtp({ type: 0, sequence }), Buffer.alloc(10)]))).toBeNull()
    }
    expect(receiver.unprotectRtp(sealed(sender, 65_001))).not.toBeNull()
  })

  test('a hundred thousand packets go across the wrap of sequence numbers, with every third lost', () => {
    const [sender, receiver] = pair()
    let refused = 0
    for (let index = 0; index < 100_000; index += 100) {
      const packet = sealed(sender, index % 65_536)
      if (index % 300 !== 0 && receiver.unprotectRtp(packet) === null) refused++
    }
    expect(refused).toBe(0)
    const around = pair()
    for (const sequence of [65_534, 65_535, 0, 1, 65_533, 2]) {
      expect(around[1].unprotectRtp(sealed(around[0], sequence))).not.toBeNull()
    }
  })

  test('a stream whose beginning was lost, or that is joined after its numbers wrapped, is read; a replay of it is not', () => {
    const [sender, receiver] = pair()
    for (let wrap = 0; wrap < 3; wrap++) for (const sequence of [0, 30_000, 60_000]) sealed(sender, sequence)
    const first = sealed(sender, 70)
    expect(receiver.unprotectRtp(first)).toEqual(rtp({ type: 0, sequence: 70, ssrc: 1 }))
    expect(receiver.unprotectRtp(first)).toBeNull()
    expect(receiver.unprotectRtp(sealed(sender, 71))).not.toBeNull()
  })

  test('packets of any length are read as they were, extensions and contributing sources in the clear', () => {
    const [sender, receiver] = pair()
    const odd = [0, 1, 15, 16, 17, 1_400, 3_000].map((length, at) => {
      const header = hex(
        `b2 00 ${(at + 1).toString(16).padStart(4, '0')} 00000000 00000007 00000001 00000002 bede0001 10ff0000`,
      )
      return Buffer.concat([header, Buffer.alloc(length, 0xa5)])
    })
    for (const packet of odd) {
      const protectedPacket = sender.protectRtp(packet) as Buffer
      expect(protectedPacket.subarray(0, 28)).toEqual(packet.subarray(0, 28))
      expect(receiver.unprotectRtp(protectedPacket)).toEqual(packet)
    }
  })

  test('streams are counted for themselves, and a new one begins anywhere', () => {
    const [sender, receiver] = pair()
    for (const [ssrc, sequence] of [
      [1, 9],
      [2, 60_000],
      [1, 10],
      [3, 1],
      [2, 60_001],
      [1, 11],
    ] as const) {
      expect(receiver.unprotectRtp(sealed(sender, sequence, ssrc))).not.toBeNull()
    }
  })

  test('another key reads nothing', () => {
    const [sender] = pair()
    expect(new SrtpReceiver(other, suite).unprotectRtp(sealed(sender, 1))).toBeNull()
  })

  test('reports are encrypted with a tag of 80 bits, each once, and refused when changed', () => {
    const [sender, receiver] = pair()
    const report = Buffer.concat([receiverReport(5), Buffer.alloc(24, 7)])
    const first = sender.protectRtcp(report) as Buffer
    const second = sender.protectRtcp(report) as Buffer
    expect(first.length).toBe(report.length + 14)
    expect(first.subarray(8, 32)).not.toEqual(second.subarray(8, 32))
    expect(receiver.unprotectRtcp(second)).toEqual(report)
    expect(receiver.unprotectRtcp(first)).toEqual(report)
    expect(receiver.unprotectRtcp(first)).toBeNull()
    const forged = Buffer.from(sender.protectRtcp(report) as Buffer)
    forged[20] = (forged[20] ?? 0) ^ 0x80
    expect(receiver.unprotectRtcp(forged)).toBeNull()
  })

  test('bytes that are no packet are refused without a throw', () => {
    const [sender, receiver] = pair()
    const lengths = Array.from({ length: 40 }, (_, length) => length)
    for (const bytes of lengths.flatMap((length) => [
      Buffer.alloc(length),
      Buffer.alloc(length, 0xff),
      Buffer.alloc(length, 0x9f),
    ])) {
      expect(receiver.unprotectRtp(bytes)).toBeNull()
      expect(receiver.unprotectRtcp(bytes)).toBeNull()
      sender.protectRtp(bytes)
      sender.protectRtcp(bytes)
    }
  })
})

test('an index is the one nearest to the newest (appendix A)', () => {
  expect(indexOf(5, -1)).toBe(5)
  expect(indexOf(0, 65_535)).toBe(65_536)
  expect(indexOf(65_535, 65_536)).toBe(65_535)
  expect(indexOf(65_535, 2)).toBeLessThan(0)
  expect(indexOf(32_768, 65_536 * 9)).toBe(65_536 * 9 + 32_768)
  expect(indexOf(32_769, 65_536 * 9)).toBe(65_536 * 8 + 32_769)
})

test('a window remembers what it saw and counts as seen what it forgot', () => {
  const window = new ReplayWindow()
  for (const index of [100, 102, 101, 300]) window.add(index)
  expect([100, 101, 172, 173, 299, 300, 301].map((index) => window.has(index))).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
    false,
  ])
})
