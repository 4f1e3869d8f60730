/* Session descriptions of many servers and of strangers, read and written. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withFittingEvents } from '../../../gateway/media/codec'
import { mapIn, PayloadTypes } from '../../../gateway/media/payload-types'
import { parseSdp } from '../../../gateway/media/parse-sdp'
import { OwnKeys, readCrypto, writeCrypto } from '../../../gateway/media/sdes'
import { Origin, plainBody, webSdp } from '../../../gateway/media/write-sdp'
import { browserSdp } from '../../support/gateway/browser'

const sdp = (audio: readonly string[], session: readonly string[] = ['c=IN IP4 192.0.2.1']): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', ...session, 't=0 0', ...audio, ''].join('\r\n')

const audioOf = (lines: readonly string[], session?: readonly string[]) => parseSdp(sdp(lines, session))?.audio
const names = (text: string): (string | undefined)[] | undefined =>
  parseSdp(text)?.audio.codecs.map(({ type, name, clockRate }) => `${type} ${name}/${clockRate}`)

describe('an audio line', () => {
  test('names its codecs in order, static types without a map too, and what does not pass is left out', () => {
    const text = sdp([
      'm=audio 4000 RTP/AVP 18 8 0 9 13 101 96 3',
      'a=rtpmap:18 G729/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      'a=rtpmap:96 OPUS/48000/2',
      'a=fmtp:96 useinbandfec=1;stereo=0',
    ])
    expect(names(text)).toEqual([
      '8 PCMA/8000',
      '0 PCMU/8000',
      '9 G722/8000',
      '13 CN/8000',
      '101 telephone-event/8000',
      '96 opus/48000',
    ])
    expect(parseSdp(text)?.audio.codecs.at(-1)?.parameters).toBe('useinbandfec=1;stereo=0')
  })

  test('may name ours behind many that nobody speaks here', () => {
    const others = Array.from({ length: 31 }, (_, i) => 96 + i)
    const maps = others.map((type) => `a=rtpmap:${type} X-${type}/8000`)
    expect(names(sdp([`m=audio 4000 RTP/AVP ${others.join(' ')} 3 18 4 0`, ...maps]))).toEqual(['0 PCMU/8000'])
  })

  test('says where packets go: its own address before the session’s, RTCP on the port after it or where it says', () => {
    const own = audioOf(['m=audio 4000 RTP/AVP 0', 'c=IN IP4 198.51.100.7', 'a=rtcp:5001'])
    expect(own?.rtp).toEqual({ address: '198.51.100.7', port: 4000 })
    expect(own?.rtcp).toEqual({ address: '198.51.100.7', port: 5001 })
    expect(audioOf(['m=audio 4000 RTP/AVP 0'])?.rtcp).toEqual({ address: '192.0.2.1', port: 4001 })
    expect(audioOf(['m=audio 4000 RTP/AVP 0', 'a=rtcp:53 IN IP4 10.1.1.1'])?.rtcp).toEqual({
      address: '10.1.1.1',
      port: 53,
    })
    expect(audioOf(['m=audio 4000 RTP/AVP 0', 'a=rtcp-mux'])?.rtcp).toEqual({ address: '192.0.2.1', port: 4000 })
    expect(audioOf(['m=audio 4000 RTP/AVP 0'], ['c=IN IP6 2001:db8::1'])?.rtp?.address).toBe('2001:db8::1')
  })

  test.each(['media.example.com', 'fe80::1%eth0', '1.2.3.4.5', '192.0.2.1x'])(
    'that names %s has no address',
    (name) => {
      const kind = name.includes(':') ? 6 : 4
      expect(audioOf(['m=audio 4000 RTP/AVP 0', `c=IN IP${kind} ${name}`], [])?.rtp).toBeNull()
      expect(audioOf(['m=audio 4000 RTP/AVP 0', `a=rtcp:5 IN IP${kind} ${name}`])?.rtcp?.address).not.toBe(name)
    },
  )

  test('that names its host instead of an address is not held, and nobody is looked up', () => {
    const audio = audioOf(['m=audio 4000 RTP/AVP 0', 'c=IN IP4 media.example.com'], [])
    expect(audio?.direction).toBe('sendrecv')
  })

  test.each([
    [['a=sendonly'], 'sendonly'],
    [['a=inactive'], 'inactive'],
    [['a=recvonly'], 'recvonly'],
    [[], 'sendrecv'],
    [['c=IN IP4 0.0.0.0'], 'sendonly'],
    [['c=IN IP4 0.0.0.0', 'a=recvonly'], 'inactive'],
    [['c=IN IP6 ::', 'a=sendonly'], 'sendonly'],
  ])('with %j is %s', (lines, direction) => {
    expect(audioOf(['m=audio 4000 RTP/AVP 0', ...lines])?.direction).toBe(direction)
  })

  test('takes the session’s direction when it has none', () => {
    expect(audioOf(['m=audio 4000 RTP/AVP 0'], ['c=IN IP4 192.0.2.1', 'a=sendonly'])?.direction).toBe('sendonly')
  })

  test('tells how long its packets are, within reason', () => {
    const times = (value: string): unknown => audioOf(['m=audio 4000 RTP/AVP 0', `a=ptime:${value}`])?.ptime
    expect(['30', '20.0', '0', '-5', 'x', '9999'].map(times)).toEqual([30, 20, null, null, null, null])
  })

  test('of a browser has a transport, and not without all its parts', () => {
    expect(parseSdp(browserSdp())?.audio.transport).toMatchObject({ ufrag: 'abcd', setup: 'actpass' })
    expect(parseSdp(browserSdp())?.audio.direction).toBe('sendrecv')
    const without = (name: string): string => browserSdp().replace(new RegExp(`a=${name}:.*\r\n`), '')
    for (const name of ['ice-ufrag', 'ice-pwd', 'fingerprint'])
      expect(parseSdp(without(name))?.audio.transport).toBeNull()
  })
})

describe('a description of a stranger', () => {
  const audio = 'm=audio 4000 RTP/AVP 0'
  test.each([
    ['that is none', 'hello'],
    ['without media', sdp([])],
    ['whose audio is refused and whose fax is not', sdp(['m=audio 0 RTP/AVP 0', 'm=image 4000 udptl t38'])],
    ['of video alone', sdp(['m=video 4000 RTP/AVP 96'])],
    ['with a line that is too long', sdp([audio, `a=${'x'.repeat(5_000)}`])],
    ['with a control character', sdp([audio, 'a=x\u0001y'])],
    ['with too many lines', sdp([audio, ...Array<string>(600).fill('a=x')])],
    ['with too many media', sdp(Array<string>(17).fill(audio))],
    ['that is too long', sdp([audio, ...Array<string>(400).fill(`a=${'x'.repeat(60)}`)])],
    ['with a port beyond all', sdp(['m=audio 99999 RTP/AVP 0'])],
    ['with a broken media line', sdp(['m=audio RTP/AVP'])],
  ])('%s is refused', (_, text) => {
    expect(parseSdp(text)).toBeNull()
  })

  test.each([
    ['NULs at its end', `${sdp([audio, 'a=sendonly'])}\0\0`],
    ['something behind it', `${sdp([audio, 'a=sendonly'])}--boundary--`],
    ['a line of a strange kind', sdp([audio, 'A=sendrecv', ' a=inactive', 'a=sendonly'])],
  ])('with %s is read without that', (_, text) => {
    expect(parseSdp(text)?.audio).toMatchObject({ direction: 'sendonly', rtp: { port: 4000 } })
  })

  test('whose Opus has no channels is Opus’s', () => {
    expect(names(sdp(['m=audio 4 RTP/AVP 96', 'a=rtpmap:96 opus/48000']))).toEqual(['96 opus/48000'])
  })

  test('with strange numbers is read without them', () => {
    expect(names(sdp(['m=audio 4000 RTP/AVP 300 -1 0 0 999999 x 8 200', 'a=rtpmap:999 opus/48000/2']))).toEqual([
      '0 PCMU/8000',
      '8 PCMA/8000',
    ])
  })

  test('never makes the reader throw', () => {
    const lines = fc.constantFrom(
      'm=audio 4 RTP/AVP 0 101',
      'a=rtpmap:101 telephone-event/8000',
      'c=IN IP4 1.2.3.4',
      'c=IN IP6 fe80::1%eth0',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:',
      'a=rtcp:99999',
      'a=fmtp:101',
      'a=rtpmap:',
      'm=',
      'a=candidate:',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(lines, fc.string({ maxLength: 40 }))), (some) => {
        parseSdp(['v=0', ...some].join('\r\n'))
      }),
    )
  })
})

describe('events', () => {
  const fitting = (text: string): string[] =>
    withFittingEvents(parseSdp(text)?.audio.codecs ?? []).map(({ type }) => String(type))
  const telephone = [
    'a=rtpmap:101 telephone-event/8000',
    'a=rtpmap:102 telephone-event/48000',
    'a=rtpmap:96 opus/48000/2',
  ]

  test('have the clock of the speech beside them', () => {
    expect(fitting(sdp(['m=audio 4 RTP/AVP 0 101 102', ...telephone]))).toEqual(['0', '101'])
    expect(fitting(sdp(['m=audio 4 RTP/AVP 96 101 102', ...telephone]))).toEqual(['96', '102'])
    expect(fitting(sdp(['m=audio 4 RTP/AVP 96 0 101 102', ...telephone]))).toEqual(['96', '0', '101', '102'])
  })

  test('of 8000 stay beside Opus when there are no others, as servers offer it', () => {
    expect(fitting(sdp(['m=audio 4 RTP/AVP 96 101', ...telephone]))).toEqual(['96', '101'])
  })
})

describe('payload types', () => {
  const codecs = (lines: string[]) => parseSdp(sdp(lines))?.audio.codecs ?? []

  test('stay a codec’s own for the call; who comes later takes another when that is taken', () => {
    const types = new PayloadTypes()
    types.learn(codecs(['m=audio 4 RTP/AVP 111 0', 'a=rtpmap:111 opus/48000/2']))
    const other = codecs([
      'm=audio 4 RTP/AVP 96 111 0',
      'a=rtpmap:96 opus/48000/2',
      'a=rtpmap:111 telephone-event/8000',
    ])
    expect(types.apply(other).map(({ name, type }) => `${name} ${type}`)).toEqual([
      'opus 111',
      'telephone-event 96',
      'PCMU 0',
    ])
  })

  test('that come in are taken as we declared them, and as the far end did where that means nothing else', () => {
    const web = codecs([
      'm=audio 4 RTP/AVP 111 126 0',
      'a=rtpmap:111 opus/48000/2',
      'a=rtpmap:126 telephone-event/8000',
    ])
    const theirs = codecs([
      'm=audio 4 RTP/AVP 126 101 0',
      'a=rtpmap:126 opus/48000/2',
      'a=rtpmap:101 telephone-event/8000',
    ])
    expect([...mapIn(web, theirs, web)]).toEqual([
      [111, 111],
      [126, 126],
      [0, 0],
      [101, 126],
    ])
  })
})

describe('keys in descriptions', () => {
  const key = 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz'

  test('are read with a lifetime, and what they cannot be used with is left out', () => {
    const lines = [
      `1 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^20`,
      `2 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^20|1:200`,
      `3 F8_128_HMAC_SHA1_80 inline:${key}`,
      `4 AES_CM_128_HMAC_SHA1_32 inline:${key} UNENCRYPTED_SRTP`,
      `5 AES_CM_128_HMAC_SHA1_32 inline:${key} KDR=0 WSH=128`,
      `6 AES_CM_128_HMAC_SHA1_32 inline:${key};inline:${key}`,
      `7 AES_CM_128_HMAC_SHA1_32 inline:c2hvcnQ=`,
      `x AES_CM_128_HMAC_SHA1_32 inline:${key}`,
      `8 AES_CM_128_HMAC_SHA1_32 inline:${key} KDR=4`,
      `9 AES_256_CM_HMAC_SHA1_80 inline:${key}`,
      `10 AES_256_CM_HMAC_SHA1_80 inline:${Buffer.alloc(46, 7).toString('base64')}|2^48`,
      `11 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(46, 7).toString('base64')}`,
      `12 AES_CM_128_HMAC_SHA1_80 inline:${key} UNAUTHENTICATED_SRTP`,
      `13 AES_CM_128_HMAC_SHA1_80 inline:${key} FEC_ORDER=FEC_SRTP`,
    ]
    expect(readCrypto(lines).map(({ tag, suite }) => `${tag} ${suite.slice(-2)}`)).toEqual(['1 80', '5 32', '10 80'])
    expect(readCrypto(lines)[0]?.master.toString('base64')).toBe(key)
  })

  test('with a master key identifier are taken where there are none without', () => {
    const lines = [`1 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^31|1:4`, `2 AES_CM_128_HMAC_SHA1_32 inline:${key}|2^31`]
    expect(readCrypto(lines).map(({ tag, mki }) => [tag, mki])).toEqual([
      [2, undefined],
      [1, 4],
    ])
    expect(readCrypto([`1 AES_CM_128_HMAC_SHA1_80 inline:${key}|7:1`])).toMatchObject([{ mki: 1 }])
  })

  test('of ours are read as they were written, the stronger suite first, and the same ones each time', () => {
    let made = 0
    const keys = new OwnKeys((bytes) => Buffer.alloc(bytes, ++made))
    const offered = keys.offer(null)
    expect(offered.map(({ tag, suite }) => `${tag} ${suite.slice(-2)}`)).toEqual(['1 80', '2 32'])
    expect(readCrypto(offered.map((line) => writeCrypto(line).slice('a=crypto:'.length)))).toEqual(offered)
    expect(keys.offer(null)).toEqual(offered)
    const answer = keys.answer([{ tag: 9, suite: 'AES_CM_128_HMAC_SHA1_32', master: Buffer.alloc(30) }])
    expect(answer).toEqual({ ...offered[1], tag: 9 })
    expect(made).toBe(2)
    expect(keys.answer([{ tag: 1, suite: 'AES_256_CM_HMAC_SHA1_80', master: Buffer.alloc(46) }])?.master).toHaveLength(
      46,
    )
  })
})

describe('what we write', () => {
  const rtp = { address: '192.0.2.9', port: 20_000 }
  const codecs = parseSdp(browserSdp({ types: [111, 0, 126] }))?.audio.codecs ?? []
  const plain = {
    ...({ direction: 'sendonly', codecs, ptime: 20, maxptime: null, protocol: 'RTP/AVP', rtcpMux: false } as const),
    ...{ rtp, rtcp: { ...rtp, port: 20_001 }, crypto: [], media: [], place: 0 },
  }

  test('for the wire is plain: no word of ICE, DTLS, bundles or extensions', () => {
    expect(new Origin(42).describe('192.0.2.9', plainBody(plain)).split('\r\n')).toEqual([
      'v=0',
      'o=- 42 1 IN IP4 192.0.2.9',
      's=-',
      'c=IN IP4 192.0.2.9',
      't=0 0',
      'm=audio 20000 RTP/AVP 111 0 126',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 minptime=10;useinbandfec=1',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:126 telephone-event/8000',
      'a=fmtp:126 0-16',
      'a=ptime:20',
      'a=sendonly',
      '',
    ])
  })

  test('has a version that grows when it says something new, and an origin that stays', () => {
    const origin = new Origin(42)
    const line = (address: string, body: string): string | undefined => origin.describe(address, body).split('\r\n')[1]
    expect(line('192.0.2.9', 'a')).toBe('o=- 42 1 IN IP4 192.0.2.9')
    expect(line('192.0.2.9', 'a')).toBe('o=- 42 1 IN IP4 192.0.2.9')
    expect(line('192.0.2.10', 'b')).toBe('o=- 42 2 IN IP4 192.0.2.9')
  })

  test('refuses the other lines in their places, and tells of RTCP only what is not usual', () => {
    const media = [
      { kind: 'video', port: 5_000, protocol: 'RTP/AVP', formats: '96 97' },
      { kind: 'audio', port: 5_002, protocol: 'RTP/AVP', formats: '0' },
      { kind: 'image', port: 5_004, protocol: 'udptl', formats: 't38' },
    ]
    const rtcp = { address: '192.0.2.9', port: 40_000 }
    const lines = plainBody({ ...plain, media, place: 1, rtcp }).split('\r\n')
    expect(lines.filter((line) => line.startsWith('m='))).toEqual([
      'm=video 0 RTP/AVP 96 97',
      'm=audio 20000 RTP/AVP 111 0 126',
      'm=image 0 udptl t38',
    ])
    expect(lines).toContain('a=rtcp:40000')
    expect(plainBody({ ...plain, rtcpMux: true })).toContain('a=rtcp-mux\r\n')
  })

  test('of IPv6 says so', () => {
    const six = { address: '2001:db8::9', port: 20_000 }
    const text = new Origin(1).describe(six.address, plainBody({ ...plain, rtp: six, rtcp: { ...six, port: 20_001 } }))
    expect(text).toContain('o=- 1 1 IN IP6 2001:db8::9\r\n')
    expect(text).toContain('c=IN IP6 2001:db8::9\r\n')
    expect(parseSdp(text)?.audio.rtp).toEqual(six)
  })

  test('for the browser is WebRTC’s, and reads as it was meant', () => {
    const transport = parseSdp(browserSdp())?.audio.transport
    if (!transport) throw new Error('no transport')
    const text = webSdp({ transport, mid: '0', codecs, direction: 'recvonly', ptime: 30, maxptime: null }, 3)
    expect(text).not.toContain('a=ssrc')
    expect(parseSdp(text)?.audio).toMatchObject({ codecs, direction: 'recvonly', ptime: 30, rtcpMux: true, mid: '0' })
    expect(parseSdp(text)?.audio.transport?.ufrag).toBe('abcd')
  })
})
