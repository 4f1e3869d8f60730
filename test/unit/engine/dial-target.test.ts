/* What a person types, pastes or clicks, and what becomes of it. */
import { describe, expect, it } from 'vitest'
import { dialTarget } from '../../../main/engine/dial-target'

const account = 'sip:100@pbx.example'
const dialled = (text: string): string => {
  const result = dialTarget(text, account)
  return result.ok ? `${result.value.uri} ${result.value.handle.type} ${result.value.handle.value}` : result.code
}

describe('what a person means', () => {
  it.each([
    ['600', 'sip:600@pbx.example phoneNumber 600'],
    ['+49 (0)30 / 123-45.67', 'sip:+49301234567@pbx.example phoneNumber +49301234567'],
    ['(030) 123 45', 'sip:03012345@pbx.example phoneNumber 03012345'],
    ['  +49\u00a030\u202f123\n', 'sip:+4930123@pbx.example phoneNumber +4930123'],
    ['\u202a+49 30 123\u202c', 'sip:+4930123@pbx.example phoneNumber +4930123'],
    ['030–123—45', 'sip:03012345@pbx.example phoneNumber 03012345'],
    ['*98', 'sip:*98@pbx.example phoneNumber *98'],
    ['*21#', 'sip:*21%23@pbx.example phoneNumber *21#'],
    ['echo', 'sip:echo@pbx.example generic echo'],
    ['front.desk', 'sip:front.desk@pbx.example generic front.desk'],
    ['bob@other.example', 'sip:bob@other.example generic bob@other.example'],
    ['bob@pbx.example', 'sip:bob@pbx.example generic bob'],
    ['200@PBX.example', 'sip:200@PBX.example phoneNumber 200'],
    ['bob@[2001:db8::1]:5070', 'sip:bob@[2001:db8::1]:5070 generic bob@[2001:db8::1]:5070'],
    ['sip:bob@other.example:5070', 'sip:bob@other.example:5070 generic bob@other.example:5070'],
    ['SIP:600', 'sip:600@pbx.example phoneNumber 600'],
    ['tel:+49-30-123', 'sip:+4930123@pbx.example phoneNumber +4930123'],
    ['tel:123;phone-context=+4930', 'sip:+4930123@pbx.example phoneNumber +4930123'],
    ['tel:123;phone-context=pbx.example', 'sip:123@pbx.example phoneNumber 123'],
    ['tel:*21%23', 'sip:*21%23@pbx.example phoneNumber *21#'],
    ['callto://+4930123', 'sip:+4930123@pbx.example phoneNumber +4930123'],
    ['sip:a%20b@h.example', 'invalid-target'],
  ])('%j', (typed, expected) => expect(dialled(typed)).toBe(expected))
})

describe('what a link could smuggle in', () => {
  it.each([
    ['sip:900@pbx.example?Route=%3Csip:evil.example%3E', 'sip:900@pbx.example phoneNumber 900'],
    ['sip:bob@pbx.example;method=REFER;maddr=1.2.3.4;transport=udp', 'sip:bob@pbx.example generic bob'],
    ['sip:bob:secret@pbx.example', 'sip:bob@pbx.example generic bob'],
    [
      'sip:+4930123;phone-context=x.example@other.example;user=phone',
      'sip:+4930123@other.example generic +4930123@other.example',
    ],
    ['sip:bob@h.example?body=a@b', 'sip:bob@h.example generic bob@h.example'],
    ['tel:+4930123?body=x', 'sip:+4930123@pbx.example phoneNumber +4930123'],
  ])('%s loses its headers, parameters and passwords', (typed, expected) => expect(dialled(typed)).toBe(expected))

  it.each([
    '',
    '   ',
    'a b',
    '123\u0000',
    '1\r\nVia: x',
    'sip:100%0d%0aRoute: x@h.example',
    'sip:bob@h.example%0d%0aVia: x',
    'bob@',
    '@pbx.example',
    'a@b@c',
    'bob@-bad-.example',
    'bob@host:0',
    'bob@host:65536',
    '<script>@h.example',
    'bob"@h.example',
    'http://example.com/',
    'javascript:alert(1)',
    'tel:',
    'sip:',
    'sip:%zz@h.example',
    '100%',
    '100;x=y',
    '100?x=y',
    '1'.repeat(513),
    '①②③',
  ])('%j is refused', (typed) => expect(dialled(typed)).toBe('invalid-target'))

  it('a refusal does not repeat what was typed', () => {
    expect(dialTarget('secret word', account)).toEqual({ ok: false, code: 'invalid-target' })
  })

  it('an account without an address can call nobody', () => {
    expect(dialTarget('600', 'nonsense')).toEqual({ ok: false, code: 'invalid-target' })
  })
})
