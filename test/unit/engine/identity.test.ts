/* Who is calling, out of what strangers wrote. */
import { describe, expect, it } from 'vitest'
import { assertedAddress, assertedIn, identify } from '../../../renderer/engine/sip/identity'
import { plainText } from '../../../renderer/engine/sip/plain-text'

const from = (displayName: string, user: string | undefined, host = 'pbx.example') => ({
  displayName,
  uri: { scheme: 'sip', user, host },
})

describe('an identity', () => {
  it.each([
    ['100', 'pbx.example', { type: 'phoneNumber', value: '100' }],
    ['+49-30.(1234)', 'pbx.example', { type: 'phoneNumber', value: '+49301234' }],
    ['+4930;phone-context=x', 'pbx.example', { type: 'phoneNumber', value: '+4930' }],
    ['1234;phone-context=+49-30', 'pbx.example', { type: 'phoneNumber', value: '+49301234' }],
    ['1234;phone-context=pbx.example', 'pbx.example', { type: 'phoneNumber', value: '1234' }],
    ['anna', 'PBX.example', { type: 'generic', value: 'anna' }],
    ['anna', 'elsewhere.example', { type: 'generic', value: 'anna@elsewhere.example' }],
    ['anonymous', 'pbx.example', { type: 'generic', value: '' }],
    ['anna', 'anonymous.invalid', { type: 'generic', value: '' }],
    [undefined, 'pbx.example', { type: 'generic', value: '' }],
    ['%zz', 'pbx.example', { type: 'generic', value: '%zz' }],
    ['*72', 'pbx.example', { type: 'generic', value: '*72' }],
  ])('of %s at %s', (user, host, handle) => {
    expect(identify('pbx.example', from('', user, host)).handle).toEqual(handle)
  })

  it('has no name when the name only repeats the number', () => {
    expect(identify('pbx.example', from('100', '100')).name).toBeNull()
  })

  it('is the first that is there', () => {
    expect(identify('pbx.example', undefined, from('Bob', 'bob')).name).toBe('Bob')
  })

  it.each([
    ['"Anna, Lind" <sip:101@pbx.example>', 'Anna, Lind', '101'],
    ['Jürgen <tel:+4930123>', 'Jürgen', '+4930123'],
    ['sip:101@pbx.example', '', '101'],
    ['"a \\"b\\"" <sips:x@y:5061;p=1>, <tel:1>', 'a \\"b\\"', 'x'],
  ])('is read from the asserted %s', (header, displayName, user) => {
    expect(assertedAddress(header)).toMatchObject({ displayName, uri: { user } })
  })

  it.each([
    ['none', true],
    ['user; header', true],
    ['id', false],
    ['user;ID', false],
    ['id;critical', false],
    ['full', false],
    ['identity', true],
  ])('that came with Privacy: %s counts as asserted: %s', (privacy, counts) => {
    const headers: Record<string, string> = { privacy, 'p-asserted-identity': '<sip:+4930123@pbx.example>' }
    expect(assertedIn((name) => headers[name]) !== undefined).toBe(counts)
  })

  it.each([undefined, '', 'garbage', '<mailto:x@y>', '"'.repeat(2000)])('is not read from %s', (header) => {
    expect(assertedAddress(header)).toBeUndefined()
  })
})

describe('plain text', () => {
  it('has no control and bidi characters, and blanks stand alone', () => {
    expect(plainText(' \u202eevil\u0000\u2066 \n\t name\u200f ')).toBe('evil name')
  })

  it('keeps emoji whole and ends after 64 of what a reader takes for letters', () => {
    const family = '👨‍👩‍👧‍👦'
    expect(plainText(`x${family}`)).toBe(`x${family}`)
    expect(plainText('é'.repeat(100))).toBe('é'.repeat(64))
    expect((plainText(family.repeat(64)) ?? '').length).toBeLessThanOrEqual(240)
  })

  it('is nothing when nothing is left', () => {
    expect(plainText('\u202e \ufeff')).toBeNull()
    expect(plainText('\ud800')).toBeNull()
  })
})
