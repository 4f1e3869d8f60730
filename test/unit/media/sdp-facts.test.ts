/* What signalling reads out of descriptions before anybody rings for them. */
import { describe, expect, it } from 'vitest'
import { sdpFacts } from '../../../renderer/engine/media/sdp-facts'

const sdp = (...lines: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...lines, ''].join('\r\n')

describe('a description', () => {
  it('with odd spaces says the same', () => {
    const text = sdp(
      'm=audio  4000  RTP/AVP  96  101',
      'a=rtpmap:96  opus/48000/2',
      'a=rtpmap: 101  telephone-event/8000',
    )
    expect(sdpFacts(text)).toMatchObject({ audio: true, knownCodec: true, telephoneEvents: true })
  })

  it('takes RTCP with RTP where the line of sound says so', () => {
    const sound = 'm=audio 4000 RTP/AVP 8'
    expect(sdpFacts(sdp(sound, 'a=rtcp-mux'))).toMatchObject({ muxed: true })
    expect(sdpFacts(sdp(sound, 'a=rtcp:4001', 'm=video 4002 RTP/AVP 97', 'a=rtcp-mux'))).toMatchObject({ muxed: false })
  })

  it('of two lines of sound is judged by the one that can be taken', () => {
    expect(sdpFacts(sdp('m=audio 4000 RTP/AVP 18', 'm=audio 5000 RTP/AVP 8'))).toMatchObject({ knownCodec: true })
    expect(sdpFacts(sdp('m=audio 0 RTP/AVP 8', 'm=audio 5000 RTP/AVP 18'))).toMatchObject({
      audio: true,
      knownCodec: false,
    })
  })
})
