/* Offers and answers between the browser's descriptions and the wire's: what is agreed, whatever the two sides say. */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { PlainForm } from '../../../common/contract/gateway'
import { Exchange } from '../../../gateway/media/exchange'
import { parseSdp } from '../../../gateway/media/parse-sdp'
import type { MediaAccount } from '../../../gateway/media/relay-session'
import type { AudioDescription, Direction, Sdp } from '../../../gateway/media/sdp-model'
import type { TransportFacts } from '../../../gateway/media/web-leg'
import { browserSdp } from '../../support/gateway/browser'

const usual: MediaAccount = { srtp: 'optional', stun: null, secure: false, server: '192.0.2.1', ports: null }
const own = {
  local: '192.0.2.9',
  rtp: { address: '192.0.2.9', port: 20_000 },
  rtcp: { address: '192.0.2.9', port: 20_001 },
}
const end = parseSdp(browserSdp({ transport: { ufrag: 'ours', setup: 'active' } }))?.audio.transport as TransportFacts
const key = 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz'
const otherKey = Buffer.alloc(30, 9).toString('base64')

function wire(line: string, attributes: readonly string[] = [], other: readonly string[] = []): Sdp {
  const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0']
  const parsed = parseSdp([...head, `m=audio ${line}`, ...attributes, ...other, ''].join('\r\n'))
  if (parsed === null) throw new Error('the test’s own description cannot be read')
  return parsed
}
const event = (type: number): string => `a=rtpmap:${type} telephone-event/8000`
const browser = (more: Parameters<typeof browserSdp>[0] = {}): AudioDescription => wireOf(browserSdp(more)).audio
const wireOf = (text: string): Sdp => parseSdp(text) as Sdp

/** An exchange with its account, step by step as signalling has them. */
class Talk {
  readonly exchange = new Exchange(randomBytes)
  readonly account: MediaAccount
  constructor(account: Partial<MediaAccount> = {}) {
    this.account = { ...usual, ...account }
  }

  localOffer(more: Parameters<typeof browserSdp>[0] = {}, form: PlainForm | null = null): Sdp {
    const made = this.exchange.localOffer(browser(more), this.account, own, form)
    if (!made.ok) throw new Error(made.error)
    return wireOf(made.sdp)
  }

  answered(sdp: Sdp, isEarly = false): AudioDescription | string {
    const taken = this.exchange.takeAnswer(sdp, this.account, own, isEarly)
    if (!taken.ok) return taken.error
    taken.commit()
    return wireOf(taken.write(end)).audio
  }

  offered(sdp: Sdp): AudioDescription | string {
    const taken = this.exchange.takeOffer(sdp, this.account)
    if (!taken.ok) return taken.error
    taken.commit()
    return wireOf(taken.write(end)).audio
  }

  /** The browser takes all it was offered. */
  localAnswer(web: AudioDescription, direction: Direction = 'sendrecv'): Sdp | string {
    const made = this.exchange.localAnswer({ ...web, direction }, this.account, own)
    if (!made.ok) return made.error
    made.commit()
    return wireOf(made.sdp)
  }
}

const list = (audio: AudioDescription | string | undefined): string[] =>
  typeof audio === 'object' ? audio.codecs.map(({ type, name }) => `${type} ${name}`) : [String(audio)]
const audio = (sdp: Sdp | string): AudioDescription => (typeof sdp === 'string' ? (undefined as never) : sdp.audio)

describe('a call out', () => {
  test('offers what the browser does with the numbers most servers have, and answers it in the far end’s order', () => {
    const talk = new Talk()
    expect(list(talk.localOffer().audio)).toEqual([
      '107 opus',
      '9 G722',
      '0 PCMU',
      '8 PCMA',
      '102 telephone-event',
      '101 telephone-event',
      '13 CN',
    ])
    expect(list(talk.answered(wire('4000 RTP/AVP 8 0 97', [event(97)])))).toEqual([
      '8 PCMA',
      '0 PCMU',
      '126 telephone-event',
    ])
    const agreed = talk.exchange.agreed
    expect([...(agreed?.toWire ?? [])]).toEqual([
      [8, 8],
      [0, 0],
      [126, 97],
    ])
    expect(agreed?.toWeb.get(97)).toBe(126)
    expect(agreed?.toWeb.get(101)).toBe(126)
    expect(agreed?.rtp).toEqual({ address: '192.0.2.1', port: 4000 })
  })

  test('is not agreed without a common speech codec, events alone included', () => {
    const talk = new Talk()
    talk.localOffer({ types: [0, 126] })
    expect(talk.answered(wire('4000 RTP/AVP 8 101', [event(101)]))).toBe('not-acceptable')
    expect(talk.exchange.agreed).toBeNull()
    expect(list(talk.answered(wire('4000 RTP/AVP 0')))).toEqual(['0 PCMU'])
  })

  test('follows the browser when a new peer connection of its has other numbers', () => {
    const talk = new Talk()
    talk.localOffer({ types: [111, 126] })
    talk.answered(wire('4000 RTP/AVP 107 101', ['a=rtpmap:107 opus/48000/2', event(101)]))
    const maps = [
      [96, 'opus/48000/2'],
      [111, 'telephone-event/8000'],
    ] as const
    expect(list(talk.localOffer({ maps }).audio)).toEqual(['107 opus', '101 telephone-event'])
    const web = talk.answered(wire('4000 RTP/AVP 107 101', ['a=rtpmap:107 opus/48000/2', event(101)]))
    expect(list(web)).toEqual(['96 opus', '111 telephone-event'])
    expect([...(talk.exchange.agreed?.toWire ?? [])]).toEqual([
      [96, 107],
      [111, 101],
    ])
  })

  test('hands packet times through both ways', () => {
    const talk = new Talk()
    talk.localOffer()
    expect(talk.answered(wire('4000 RTP/AVP 0', ['a=ptime:30', 'a=maxptime:60']))).toMatchObject({
      ptime: 30,
      maxptime: 60,
    })
  })

  test('follows each fork that answers early, and comes back to what was agreed when the offer is withdrawn', () => {
    const talk = new Talk()
    talk.localOffer()
    talk.answered(wire('4000 RTP/AVP 0'), true)
    expect(list(talk.answered(wire('5000 RTP/AVP 8'), true))).toEqual(['8 PCMA'])
    expect(talk.exchange.agreed?.rtp?.port).toBe(5000)
    talk.answered(wire('6000 RTP/AVP 0'))
    talk.localOffer()
    talk.answered(wire('7000 RTP/AVP 0'), true)
    talk.exchange.rollback()
    expect(talk.exchange.agreed?.rtp?.port).toBe(6000)
    expect(talk.answered(wire('8000 RTP/AVP 0'))).toBe('not-acceptable')
  })
})

describe('a call in', () => {
  test('is answered with the numbers of the offer, one line of sound among those that are refused', () => {
    const talk = new Talk()
    const offer = wire('4000 RTP/AVP 96 0 97', ['a=rtpmap:96 opus/48000/2', event(97)], ['m=video 4002 RTP/AVP 99'])
    const web = talk.offered(offer) as AudioDescription
    expect(list(web)).toEqual(['96 opus', '0 PCMU', '97 telephone-event'])
    const answer = talk.localAnswer(web)
    expect(list(audio(answer))).toEqual(['96 opus', '0 PCMU', '97 telephone-event'])
    expect((answer as Sdp).media.map(({ kind, port }) => `${kind} ${port}`)).toEqual(['audio 20000', 'video 0'])
    // RFC 3264 section 8: the number of lines never falls.
    expect(talk.localOffer().media.map(({ kind, port }) => `${kind} ${port}`)).toEqual(['audio 20000', 'video 0'])
  })

  test('of a usual codec by a number of its own is the browser’s by the usual one', () => {
    const talk = new Talk()
    const web = talk.offered(wire('4000 RTP/AVP 97 101', ['a=rtpmap:97 PCMU/8000', event(101)])) as AudioDescription
    expect(list(web)).toEqual(['0 PCMU', '101 telephone-event'])
    expect(list(audio(talk.localAnswer(web)))).toEqual(['97 PCMU', '101 telephone-event'])
    expect(talk.exchange.agreed?.toWire.get(0)).toBe(97)
    expect(talk.exchange.agreed?.toWeb.get(97)).toBe(0)
  })

  test('keeps the browser’s numbers when another phone behind the server has others', () => {
    const talk = new Talk()
    talk.localAnswer(
      talk.offered(wire('4000 RTP/AVP 96 97', ['a=rtpmap:96 opus/48000/2', event(97)])) as AudioDescription,
    )
    const web = talk.offered(wire('4000 RTP/AVP 97 96', ['a=rtpmap:97 opus/48000/2', event(96)])) as AudioDescription
    expect(list(web)).toEqual(['96 opus', '97 telephone-event'])
    expect(list(audio(talk.localAnswer(web)))).toEqual(['97 opus', '96 telephone-event'])
    expect(talk.exchange.agreed?.toWire.get(96)).toBe(97)
    expect(talk.exchange.agreed?.toWeb.get(96)).toBe(97)
  })

  test('with multiplexed RTCP is answered so; without it RTCP has a port of its own', () => {
    const muxed = new Talk()
    const answer = muxed.localAnswer(muxed.offered(wire('4000 RTP/AVP 0', ['a=rtcp-mux'])) as AudioDescription)
    expect(audio(answer).rtcpMux).toBe(true)
    const apart = new Talk()
    expect(audio(apart.localAnswer(apart.offered(wire('4000 RTP/AVP 0')) as AudioDescription)).rtcpMux).toBe(false)
    expect(apart.exchange.agreed?.rtcp?.port).toBe(4001)
  })

  test('without any speech codec of ours is refused, and the call before goes on', () => {
    const talk = new Talk()
    talk.localAnswer(talk.offered(wire('4000 RTP/AVP 0')) as AudioDescription)
    expect(talk.offered(wire('5000 RTP/AVP 18', ['a=rtpmap:18 G729/8000']))).toBe('not-acceptable')
    expect(talk.exchange.agreed?.rtp?.port).toBe(4000)
  })

  test.each([
    ['of two with a codec of ours', 'optional', '18', ['m=audio 5000 RTP/AVP 0']],
    ['of two without keys, where those of the other are strange', 'optional', '0', ['m=audio 5000 RTP/AVP 0']],
    [
      'of two with keys, where they are required',
      'required',
      '0',
      ['m=audio 5000 RTP/SAVP 0', `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`],
    ],
  ] as const)('is answered on the line %s', (_, srtp, codec, second) => {
    const talk = new Talk({ srtp })
    const first = srtp === 'optional' && codec === '0' ? `4000 RTP/SAVP 0` : `4000 RTP/AVP ${codec}`
    const answer = talk.localAnswer(talk.offered(wire(first, [], second)) as AudioDescription) as Sdp
    expect(answer.media.map(({ port }) => port)).toEqual([0, 20_000])
    expect(talk.exchange.agreed?.rtp?.port).toBe(5000)
  })

  test('of DTLS without ICE is refused', () => {
    expect(new Talk().offered(wire('4000 UDP/TLS/RTP/SAVP 0'))).toBe('not-acceptable')
  })
})

describe('hold', () => {
  test('of the far end reaches the browser in every form, and its resume too', () => {
    const talk = new Talk()
    talk.localAnswer(talk.offered(wire('4000 RTP/AVP 0')) as AudioDescription)
    expect(talk.offered(wire('4000 RTP/AVP 0', ['a=sendonly']))).toMatchObject({ direction: 'sendonly' })
    expect(talk.offered(wire('4000 RTP/AVP 0', ['c=IN IP4 0.0.0.0']))).toMatchObject({ direction: 'sendonly' })
    expect(talk.offered(wire('4000 RTP/AVP 0', ['a=inactive']))).toMatchObject({ direction: 'inactive' })
    const resumed = talk.offered(wire('4000 RTP/AVP 0')) as AudioDescription
    expect(resumed.direction).toBe('sendrecv')
    expect(audio(talk.localAnswer(resumed)).direction).toBe('sendrecv')
    expect(talk.exchange.isTalking).toBe(true)
  })

  test('by port 0 is answered so and keeps its keys, also where it answers; a call does not begin with it', () => {
    const talk = new Talk()
    const keyed = [`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`]
    expect(talk.offered(wire('0 RTP/AVP 0'))).toBe('not-acceptable')
    talk.localAnswer(talk.offered(wire('4000 RTP/SAVP 0', keyed)) as AudioDescription)
    const { sender } = talk.exchange.agreed ?? {}
    const held = talk.offered(wire('0 RTP/SAVP 0')) as AudioDescription
    expect(held.direction).toBe('inactive')
    expect((talk.localAnswer(held, 'inactive') as Sdp).media[0]?.port).toBe(0)
    expect(talk.exchange.agreed).toMatchObject({ rtp: null, isTalking: false })
    expect(talk.localOffer({ direction: 'sendonly' }).media[0]?.port).toBe(20_000)
    expect(talk.answered(wire('0 RTP/SAVP 0'))).toMatchObject({ direction: 'inactive' })
    const resumed = talk.offered(wire('4000 RTP/SAVP 0', keyed)) as AudioDescription
    expect((talk.localAnswer(resumed) as Sdp).media[0]?.port).toBe(20_000)
    expect(talk.exchange.agreed).toMatchObject({ rtp: { port: 4000 }, isTalking: true })
    expect(talk.exchange.agreed?.sender).toBe(sender)
    const another = new Talk()
    another.localOffer()
    expect(another.answered(wire('0 RTP/AVP 0'))).toBe('not-acceptable')
  })

  test('of ours is written as it is, with a new version; said again it is the same', () => {
    const talk = new Talk()
    const version = (sdp: Sdp): string => /^o=- \d+ (\d+)/m.exec(talk.exchange.lastPlain ?? '')?.[1] ?? String(sdp)
    expect(version(talk.localOffer())).toBe('1')
    talk.answered(wire('4000 RTP/AVP 0'))
    const held = talk.localOffer({ direction: 'sendonly' })
    expect([held.audio.direction, version(held)]).toEqual(['sendonly', '2'])
    expect(version(talk.localOffer({ direction: 'sendonly' }))).toBe('2')
  })
})

describe('SRTP', () => {
  const line = (tag: number, of = key, suite = 80): string =>
    `a=crypto:${tag} AES_CM_128_HMAC_SHA1_${suite} inline:${of}`
  const protocolOf = (sdp: Sdp): string => sdp.audio.protocol
  const offerOf = (account: Partial<MediaAccount>): string => {
    const { audio: sound } = new Talk(account).localOffer()
    return `${sound.protocol} ${sound.crypto.map(({ suite }) => suite.slice(-2)).join(',')}`.trim()
  }

  test.each([
    [{ srtp: 'off', secure: true }, 'RTP/AVP'],
    [{ srtp: 'optional', secure: false }, 'RTP/AVP'],
    [{ srtp: 'optional', secure: true }, 'RTP/AVP 80,32'],
    [{ srtp: 'required', secure: true }, 'RTP/SAVP 80,32'],
    [{ srtp: 'required', secure: false }, 'RTP/SAVP 80,32'],
  ] as const)('with %j is offered as %s', (account, expected) => {
    expect(offerOf(account)).toBe(expected)
  })

  test.each([
    ['keyed', { srtp: 'optional' }, 'RTP/SAVP', 2],
    ['feedback', { srtp: 'optional' }, 'RTP/AVPF', 2],
    ['feedback', { srtp: 'off' }, 'RTP/AVPF', 0],
    ['feedback', { srtp: 'required' }, 'RTP/SAVPF', 2],
  ] as const)(
    'in the form %s, with %j, is %s, and what was agreed is offered again whatever the form',
    (form, account, profile, keys) => {
      const talk = new Talk(account)
      const first = talk.localOffer({}, form).audio
      expect([first.protocol, first.crypto.length]).toEqual([profile, keys])
      talk.answered(wire(`4000 ${profile} 0`, keys === 0 ? [] : [line(1)]))
      const again = talk.localOffer({}, form).audio
      expect([again.protocol, again.crypto.length]).toEqual([profile, Math.min(keys, 1)])
      // A call that came in plain stays so on a line whose own offers are of another form.
      const other = new Talk({ ...account, srtp: 'optional' })
      other.localAnswer(other.offered(wire('4000 RTP/AVP 0')) as AudioDescription)
      const later = other.localOffer({}, form).audio
      expect([later.protocol, later.crypto]).toEqual(['RTP/AVP', []])
    },
  )

  test.each(['RTP/AVPF', 'RTP/SAVPF', 'RTP/SAVP'])(
    'in %s is answered in the same profile, without a word of feedback',
    (profile) => {
      const talk = new Talk()
      const more = ['a=rtcp-fb:* nack', 'a=rtcp-fb:0 ccm tmmbr', 'a=rtcp-rsize']
      const keys = profile === 'RTP/AVPF' ? [] : [line(1)]
      const answer = talk.localAnswer(talk.offered(wire(`4000 ${profile} 0`, [...more, ...keys])) as AudioDescription)
      expect(audio(answer)).toMatchObject({ protocol: profile, crypto: keys.map(() => ({ tag: 1 })) })
      expect(talk.exchange.lastPlain).not.toMatch(/rtcp-fb|rsize/)
      expect(talk.localOffer().audio.protocol).toBe(profile)
    },
  )

  test('optional is agreed when the answer has a key, and plain RTP when it has none', () => {
    const talk = new Talk({ secure: true })
    talk.localOffer()
    expect(typeof talk.answered(wire('4000 RTP/AVP 0', [line(2, key, 32)]))).toBe('object')
    expect(talk.exchange.agreed).toMatchObject({ isSecret: true, pair: { ours: { tag: 2 } } })
    expect(talk.exchange.agreed?.sender).not.toBeNull()
    const plain = new Talk({ secure: true })
    plain.localOffer()
    plain.answered(wire('4000 RTP/AVP 0'))
    expect(plain.exchange.agreed?.sender).toBeNull()
  })

  test('required ends a call whose answer or offer has none', () => {
    const talk = new Talk({ srtp: 'required' })
    talk.localOffer()
    expect(talk.answered(wire('4000 RTP/AVP 0'))).toBe('srtp-required')
    expect(talk.answered(wire('4000 RTP/SAVP 0', [line(7)]))).toBe('srtp-required')
    expect(talk.offered(wire('4000 RTP/AVP 0'))).toBe('srtp-required')
    expect(talk.offered(wire('4000 RTP/SAVP 0', [`${line(1)} UNENCRYPTED_SRTCP`]))).toBe('not-acceptable')
  })

  test('that is all a caller offers is taken whatever the policy, with its tag', () => {
    for (const srtp of ['off', 'optional', 'required'] as const) {
      const talk = new Talk({ srtp, secure: true })
      const answer = talk.localAnswer(
        talk.offered(wire('4000 RTP/SAVP 0', [`${line(4)}|2^20|1:4`, line(5, key, 32)])) as AudioDescription,
      )
      expect(protocolOf(answer as Sdp)).toBe('RTP/SAVP')
      expect(audio(answer).crypto).toMatchObject([{ tag: 5, suite: 'AES_CM_128_HMAC_SHA1_32' }])
    }
  })

  test('offered beside plain RTP is answered so, and left alone when it is off', () => {
    const answer = (srtp: MediaAccount['srtp']): AudioDescription => {
      const talk = new Talk({ srtp })
      return audio(talk.localAnswer(talk.offered(wire('4000 RTP/AVP 0', [line(1)])) as AudioDescription))
    }
    expect(answer('optional')).toMatchObject({ protocol: 'RTP/AVP', crypto: [{ tag: 1 }] })
    expect(answer('off').crypto).toEqual([])
  })

  test('counts on while a key stays, and begins anew with another', () => {
    const talk = new Talk({ secure: true })
    const offer = (text: string): void => {
      talk.localAnswer(talk.offered(wire('4000 RTP/SAVP 0', [text])) as AudioDescription)
    }
    offer(line(1))
    const first = talk.exchange.agreed
    offer(line(1))
    expect(talk.exchange.agreed?.receiver).toBe(first?.receiver)
    expect(talk.exchange.agreed?.sender).toBe(first?.sender)
    offer(line(1, otherKey))
    expect(talk.exchange.agreed?.receiver).not.toBe(first?.receiver)
    expect(talk.exchange.agreed?.sender).toBe(first?.sender)
    // What is in use is offered again, with its tag and key.
    const again = talk.localOffer().audio
    expect(again).toMatchObject({ protocol: 'RTP/SAVP', crypto: [{ tag: 1 }] })
    expect(again.crypto).toHaveLength(1)
  })

  test('whose keys anybody could read is not called secret', () => {
    const talk = new Talk({ srtp: 'required', secure: false })
    talk.localOffer()
    talk.answered(wire('4000 RTP/SAVP 0', [line(1)]))
    expect(talk.exchange.agreed).toMatchObject({ isSecret: false })
  })
})

test('a description that names this computer or a group is not sent to', () => {
  for (const address of ['127.0.0.1', '239.1.1.1']) {
    const talk = new Talk()
    talk.localOffer()
    talk.answered(wire('4000 RTP/AVP 0', [`c=IN IP4 ${address}`]))
    expect(talk.exchange.agreed?.rtp).toBeNull()
  }
})
