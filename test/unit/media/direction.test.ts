/* Who may send and hear, for every pair of holds (RFC 3264). */
import { describe, expect, it } from 'vitest'
import { answerDirection, directionOf, heldByAnswer, offerDirection } from '../../../renderer/engine/media/direction'

describe('an offer', () => {
  it.each([
    [false, false, 'sendrecv'],
    [false, true, 'sendrecv'],
    [true, false, 'sendonly'],
    [true, true, 'inactive'],
  ] as const)('with our hold %s and theirs %s says %s', (held, remoteHeld, direction) => {
    expect(offerDirection(held, remoteHeld)).toBe(direction)
  })
})

describe('an answer', () => {
  it.each([
    ['sendrecv', 'sendrecv', 'sendonly'],
    ['sendonly', 'recvonly', 'inactive'],
    ['recvonly', 'sendonly', 'sendonly'],
    ['inactive', 'inactive', 'inactive'],
  ] as const)('to %s says %s, and %s while we hold', (offered, free, holding) => {
    expect(answerDirection(false, offered)).toBe(free)
    expect(answerDirection(true, offered)).toBe(holding)
  })
})

describe('being held', () => {
  it('is what an answer says, unless our offer left it nothing else to say', () => {
    expect(heldByAnswer(true, 'sendrecv', false)).toBe(true)
    expect(heldByAnswer(false, 'sendonly', true)).toBe(false)
    expect(heldByAnswer(true, 'inactive', false)).toBe(false)
    expect(heldByAnswer(true, 'inactive', true)).toBe(true)
  })
})

describe('the direction of an audio section', () => {
  it('is sendrecv when nothing is said', () => {
    expect(directionOf('m=audio 9 RTP/SAVPF 0\r\na=recvonly')).toBe('recvonly')
    expect(directionOf('m=audio 9 RTP/SAVPF 0\r\na=mid:0')).toBe('sendrecv')
  })
})
