/*
 * The guard's pieces by themselves: hashes, limiter, redaction, ladder.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { digestResponse } from '../../../renderer/engine/sip/digest'
import { aliasCallId, aliasHost, aliasTel, isTelAlias, restoreAliases } from '../../../renderer/engine/sip/guard/alias'
import { Ladder } from '../../../renderer/engine/sip/guard/ladder'
import { redact } from '../../../renderer/engine/sip/guard/redact'
import { RequestLimiter, shareLimiters } from '../../../renderer/engine/sip/guard/request-limiter'
import { md5, sha256, sha512256 } from '../../../renderer/engine/sip/hash'
import { ManualClock } from '../../fakes/manual-clock'

describe('hashes', () => {
  const texts = [
    '',
    'abc',
    'é😀',
    ...[54, 55, 56, 63, 64, 65, 110, 111, 112, 119, 127, 128, 129, 1_000].map((n) => 'x'.repeat(n)),
  ]

  it("agree with Node's, at every block boundary", () => {
    for (const text of texts) {
      expect(md5(text)).toBe(createHash('md5').update(text).digest('hex'))
      expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
      expect(sha512256(text)).toBe(createHash('sha512-256').update(text).digest('hex'))
    }
  })

  it('give the responses of RFC 7616 section 3.9.1', () => {
    const example = {
      username: 'Mufasa',
      realm: 'http-auth@example.org',
      password: 'Circle of Life',
      method: 'GET',
      uri: '/dir/index.html',
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      nonceCount: '00000001',
      qop: 'auth',
    } as const
    expect(digestResponse({ ...example, algorithm: 'MD5' })).toBe('8ca523f5e9506fed4657c9700eebdbec')
    expect(digestResponse({ ...example, algorithm: 'SHA-256' })).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    )
  })
})

describe('the limiter', () => {
  it('lets an authentication finish without waiting', () => {
    const clock = new ManualClock()
    const limiter = new RequestLimiter(clock)
    expect(limiter.admit()).toEqual({ type: 'send', wait: 0 })
    limiter.challenged()
    expect(limiter.admit()).toEqual({ type: 'send', wait: 0 })
  })

  it('lets no server stretch a round by challenging for ever', () => {
    const clock = new ManualClock()
    const limiter = new RequestLimiter(clock)
    let sent = 0
    for (let i = 0; i < 50; i++) {
      const admission = limiter.admit()
      if (admission.type === 'send' && admission.wait === 0) sent += 1
      limiter.challenged()
    }
    expect(sent).toBe(4)
  })

  it('delays what comes within the second and refuses what comes behind that', () => {
    const clock = new ManualClock()
    const limiter = new RequestLimiter(clock)
    limiter.admit()
    clock.advance(300)
    expect(limiter.admit()).toEqual({ type: 'send', wait: 700 })
    expect(limiter.admit()).toEqual({ type: 'refuse', wait: 1_700 })
  })

  it('never lets more than twelve go in a minute, and recovers', () => {
    const clock = new ManualClock()
    const limiter = new RequestLimiter(clock)
    const sent: number[] = []
    for (let i = 0; i < 300; i++) {
      const admission = limiter.admit()
      if (admission.type === 'send') sent.push(clock.now() + admission.wait)
      clock.advance(1_000)
    }
    for (const at of sent)
      expect(sent.filter((other) => other > at - 60_000 && other <= at).length).toBeLessThanOrEqual(12)
    expect(sent.length).toBeGreaterThanOrEqual(48)
  })

  it('lets several registrations of an account send no more than one, and none use up what the others need', () => {
    const clock = new ManualClock()
    const [greedy, ...others] = shareLimiters(clock, 3).map(({ register }) => register)
    const sent: number[] = []
    const send = (limiter: RequestLimiter | undefined): boolean => {
      const admission = limiter?.admit()
      if (admission?.type === 'send') sent.push(clock.now() + admission.wait)
      return admission?.type === 'send'
    }
    for (let i = 0; i < 600; i++) {
      send(greedy)
      if (i % 60 === 30) for (const other of others) expect(send(other)).toBe(true)
      clock.advance(1_000)
    }
    for (const at of sent)
      expect(sent.filter((other) => other > at - 60_000 && other <= at).length).toBeLessThanOrEqual(12)
    expect(sent.length).toBeGreaterThanOrEqual(80)
  })
})

describe('stand-ins', () => {
  it('carry the original', () => {
    const tel = aliasTel('tel:+1555;phone-context=example.com')!
    expect(tel).toBe('sip:+1555;phone-context=example.com@tel.alias.invalid;user=phone')
    expect(restoreAliases(`To: <${tel}>;tag=1`)).toBe('To: <tel:+1555;phone-context=example.com>;tag=1')
    expect(isTelAlias('tel.alias.invalid')).toBe(true)
    expect(restoreAliases(`BYE sip:a@${aliasHost('my_pbx')}:5060 SIP/2.0`)).toBe('BYE sip:a@my_pbx:5060 SIP/2.0')
    expect(restoreAliases(`Call-ID: ${aliasCallId('a/b==')}`)).toBe('Call-ID: a/b==')
  })

  it('are not made of what is dangerous', () => {
    expect(aliasHost('a b')).toBeUndefined()
    expect(aliasHost('a\r\nb')).toBeUndefined()
    expect(aliasTel('tel:1>\r\n')).toBeUndefined()
    expect(aliasCallId('a b')).toBeUndefined()
  })
})

describe('redaction', () => {
  const secrets = [
    'Authorization: Digest username="alice", nonce="SECRET1", response="SECRET2"',
    'Proxy-Authorization: Digest username="alice",\r\n response="SECRET3"',
    'WWW-Authenticate: Digest realm="x", nonce="SECRET4", opaque="SECRET5"',
    'Authentication-Info: nextnonce="SECRET6"',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET7',
    'a=ice-pwd:SECRET8',
  ]

  it('takes out every secret of a message', () => {
    const text = redact(`INVITE sip:bob@example.com SIP/2.0\r\n${secrets.join('\r\n')}\r\n\r\n`)
    expect(text).not.toMatch(/SECRET/)
    expect(text).toContain('INVITE sip:bob@example.com SIP/2.0')
    expect(text).toContain('realm="x"')
  })

  it('takes out digits sent by INFO, in either form', () => {
    const info = (type: string, body: string) => `INFO sip:b@x SIP/2.0\r\nContent-Type: ${type}\r\n\r\n${body}`
    expect(redact(info('application/dtmf-relay', 'Signal=7\r\nDuration=160\r\n'))).not.toMatch(/7/)
    expect(redact(info('application/dtmf', '9'))).not.toMatch(/9/)
    expect(redact('Signal= 7')).not.toMatch(/7/)
  })

  it('can take out numbers, keeping two digits', () => {
    expect(redact('To: <sip:+15551234567@x>', { numbers: true })).toBe('To: <sip:+xxxxxxxxx67@x>')
    expect(redact('To: <sip:bob@x>', { numbers: true })).toBe('To: <sip:bob@x>')
  })
})

describe('the ladder', () => {
  it('remembers the last messages, without secrets', () => {
    const ladder = new Ladder(new ManualClock(), 3)
    for (let i = 0; i < 20; i++) ladder.record('out', `REGISTER ${i}\r\nAuthorization: Digest x\r\n`, 'note')
    expect(ladder.read().map(({ text }) => text)).toEqual(
      [17, 18, 19].map((i) => `REGISTER ${i}\r\nAuthorization: ***\r\n`),
    )
    expect(ladder.read()[0]).toMatchObject({ direction: 'out', note: 'note' })
  })

  it('cuts long ones', () => {
    const ladder = new Ladder(new ManualClock())
    ladder.record('in', 'x'.repeat(60_000))
    expect(ladder.read()[0]?.text).toHaveLength(4_096)
  })
})
