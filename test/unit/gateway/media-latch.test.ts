/* Whose packets are taken, and where ours go. */
import { expect, test } from 'vitest'
import { Latch } from '../../../gateway/media/latch'
import type { Target } from '../../../gateway/media/sdp-model'

const at = (address: string, port = 4_000): Target => ({ address, port })
const server = at('192.0.2.1')
const nat = at('203.0.113.9', 61_000)
const stranger = at('198.51.100.66', 9)

const send = (latch: Latch, from: Target, ms: number, more: { ssrc?: number; authenticated?: boolean } = {}): boolean =>
  latch.take({ from, ssrc: more.ssrc ?? 1, authenticated: more.authenticated ?? false, at: ms })

const signalled = (): Latch => {
  const latch = new Latch()
  latch.signal(server, 0)
  return latch
}

test('packets go where the description says until somebody sends', () => {
  const latch = signalled()
  expect(latch.target).toEqual(server)
  expect(send(latch, nat, 10)).toBe(true)
  expect(latch.target).toEqual(nat)
  expect(latch.signalled).toEqual(server)
})

test('a stranger is not taken while the far end sends', () => {
  const latch = signalled()
  send(latch, server, 0)
  for (let ms = 20; ms < 10_000; ms += 20) {
    expect(send(latch, stranger, ms, { ssrc: 666 })).toBe(false)
    send(latch, server, ms)
  }
  expect(latch.target).toEqual(server)
})

test('a stranger who was first gives way to the address of the description, or its host, and does not come back', () => {
  const latch = signalled()
  expect(send(latch, stranger, 0)).toBe(true)
  expect(send(latch, at(server.address, 9_999), 20)).toBe(true)
  expect(send(latch, server, 40)).toBe(true)
  expect(send(latch, at(server.address, 9_999), 60, { ssrc: 2 })).toBe(false)
  expect(send(latch, stranger, 80)).toBe(false)
  expect(latch.target).toEqual(server)
})

test('a stream that goes on from a new port after a silence is followed; a stranger is not, however long it is silent', () => {
  const latch = signalled()
  send(latch, nat, 0, { ssrc: 7 })
  expect(send(latch, at(nat.address, 62_000), 20, { ssrc: 7 })).toBe(false)
  expect(send(latch, at('203.0.113.10', 62_000), 600, { ssrc: 7 })).toBe(true)
  expect(send(latch, stranger, 90_000, { ssrc: 666 })).toBe(false)
})

test('a server that starts again on another port is followed after two seconds', () => {
  const latch = signalled()
  send(latch, server, 0, { ssrc: 7 })
  expect(send(latch, at(server.address, 5_000), 1_900, { ssrc: 8 })).toBe(false)
  expect(send(latch, at(server.address, 5_000), 2_000, { ssrc: 8 })).toBe(true)
})

test('authenticated packets are followed at once, wherever they come from', () => {
  const latch = signalled()
  send(latch, server, 0, { authenticated: true })
  expect(send(latch, nat, 20, { authenticated: true })).toBe(true)
  expect(latch.target).toEqual(nat)
})

test('a new description leaves the former phone behind, which goes on sending in vain', () => {
  const latch = signalled()
  send(latch, nat, 0)
  const next = at('192.0.2.7')
  latch.signal(next, 1_000)
  expect(latch.target).toEqual(next)
  expect(send(latch, nat, 1_020)).toBe(false)
  expect(send(latch, server, 1_040)).toBe(false)
  expect(send(latch, at('203.0.113.50', 50_000), 1_060, { ssrc: 2 })).toBe(true)
  expect(send(latch, nat, 1_080)).toBe(false)
})

test('a server that only says a new port and goes on sending from the old one is taken back', () => {
  const latch = signalled()
  send(latch, server, 0)
  latch.signal(at(server.address, 6_000), 1_000)
  expect(send(latch, server, 1_500)).toBe(false)
  expect(send(latch, server, 2_100)).toBe(true)
})

test('a hold without an address and a resume with the old one leave the NAT’s address where it was', () => {
  const latch = signalled()
  send(latch, nat, 0)
  latch.signal(null, 1_000)
  latch.signal(server, 5_000)
  expect(latch.target).toEqual(nat)
  expect(send(latch, nat, 5_020)).toBe(true)
})

test('without an address in the description whoever sends is answered', () => {
  const latch = new Latch()
  latch.signal(null, 0)
  expect(latch.target).toBeNull()
  expect(send(latch, nat, 20)).toBe(true)
  expect(latch.target).toEqual(nat)
})
