/*
 * What a log must never show, in the forms it comes in.
 */
import { expect, test } from 'vitest'
import { redact } from '../../../common/redact'

test.each([
  ['Authorization: Digest username="100", response="canary", nonce="canary"', 'Authorization: ***'],
  ['sent Proxy-Authorization: Digest response="canary"', 'sent Proxy-Authorization: ***'],
  ['Authorization: Digest\r\n response="canary"\r\nVia: x', 'Authorization: ***\r\nVia: x'],
  ['{"password":"canary","user":"100"}', '{"password":***,"user":"100"}'],
  ['{"password":"can\\"ary","user":"100"}', '{"password":***,"user":"100"}'],
  ["password: 'canary'", 'password: ***'],
  ['ha1=canary;realm=x', 'ha1=***;realm=x'],
  ['wss://me:canary@pbx.example/ws failed', 'wss://***@pbx.example/ws failed'],
  ['To: <sip:100:canary@pbx.example>', 'To: <sip:100:***@pbx.example>'],
  ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:canary', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 ***'],
  ['sdp was "v=0\\r\\na=ice-pwd:canary\\r\\n"', 'sdp was "v=0\\r\\na=ice-pwd:***\\r\\n"'],
  ['a=ice-pwd:canary', 'a=ice-pwd:***'],
  ['Signal=7\r\nDuration=160', 'Signal=***\r\nDuration=160'],
  ['{"type":"playDtmf","digits":"1234#"}', '{"type":"playDtmf","digits":***}'],
])('%s', (text, expected) => {
  expect(redact(text)).toBe(expected)
})

test('numbers are masked on wish, all but their last two digits; times, ports and addresses stay', () => {
  expect(redact('call to sip:+49301234567@pbx.example:5060', { numbers: true })).toBe(
    'call to sip:+xxxxxxxxx67@pbx.example:5060',
  )
  expect(redact('calling 030 1234567 now, or +49 30 1234567', { numbers: true })).toBe(
    'calling xxx xxxxx67 now, or +xx xx xxxxx67',
  )
  const untouched = '2030-01-02T03:04:05.678Z 10.77.0.1:5060 took 1234567 ms, 64 clients, wss://pbx:8089/ws'
  expect(redact(untouched, { numbers: true })).toBe(untouched)
  expect(redact('sip:+49301234567@pbx')).toBe('sip:+49301234567@pbx')
})

test('a long hostile line does not stall', () => {
  const started = performance.now()
  for (const piece of ['sip:', 'password=', 'a://', '0 ', 'a=crypto:1 ', '"\\', 'Authorization:']) {
    redact(piece.repeat(65_536 / piece.length), { numbers: true })
  }
  expect(performance.now() - started).toBeLessThan(2_000)
})
