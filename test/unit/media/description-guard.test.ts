/* What a stranger's SDP must be before the browser may see it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guardDescription, withCandidates } from '../../../renderer/engine/media/description-guard'
import { sdpFacts } from '../../../renderer/engine/media/sdp-facts'

const session = ['v=0', 'o=- 1 1 IN IP4 10.0.0.1', 's=-', 't=0 0']
const secure = [
  'a=ice-ufrag:user',
  'a=ice-pwd:a-password-of-22-chars',
  'a=fingerprint:sha-256 AA:BB',
  'a=setup:actpass',
]
const audio = [
  'm=audio 4000 UDP/TLS/RTP/SAVPF 111 0',
  'c=IN IP4 10.0.0.1',
  'a=mid:a',
  ...secure,
  'a=rtcp-mux',
  'a=candidate:1 1 udp 1 10.0.0.1 4000 typ host',
]
const video = ['m=video 4002 UDP/TLS/RTP/SAVPF 96 97', 'a=mid:v', ...secure, 'a=bundle-only', 'a=rtpmap:96 VP8/90000']
const text = (...parts: string[][]): string => parts.flat().join('\r\n') + '\r\n'

const accepted = (sdp: string): Extract<ReturnType<typeof guardDescription>, { ok: true }> => {
  const guarded = guardDescription(sdp)
  if (!guarded.ok) throw new Error(guarded.why)
  return guarded
}
const refusal = (sdp: string): string => {
  const guarded = guardDescription(sdp)
  return guarded.ok ? 'accepted' : guarded.code
}

describe('a description', () => {
  it('with one good audio line passes, its candidates apart', () => {
    const guarded = accepted(text(session, audio))
    expect(guarded.mid).toBe('a')
    expect(guarded.candidates).toEqual(['candidate:1 1 udp 1 10.0.0.1 4000 typ host'])
    expect(guarded.sdp).not.toContain('candidate')
    expect(withCandidates(guarded)).toBe(text(session, audio))
  })

  it('may end its lines with a bare line feed', () => {
    expect(accepted(text(session, audio).replaceAll('\r\n', '\n')).sdp).toContain('a=rtcp-mux\r\n')
  })

  it('has its fingerprint and credentials at the session or at the audio line', () => {
    const bare = audio.filter((line) => !secure.includes(line))
    expect(refusal(text([...session, ...secure], bare))).toBe('accepted')
    expect(refusal(text(session, bare))).toBe('no-webrtc')
    expect(
      refusal(
        text(
          session,
          audio.filter((line) => !line.startsWith('a=fingerprint')),
        ),
      ),
    ).toBe('no-webrtc')
    expect(refusal(text(session, ['m=audio 4000 RTP/AVP 0', 'c=IN IP4 10.0.0.1']))).toBe('no-webrtc')
  })

  it('keeps no other line open, and nothing but the audio in the bundle', () => {
    const { sdp } = accepted(text([...session, 'a=group:BUNDLE v a'], video, audio))
    expect(sdp).toContain('m=video 0 UDP/TLS/RTP/SAVPF 96\r\n')
    expect(sdp).toContain('a=group:BUNDLE a\r\n')
    expect(sdp).not.toContain('bundle-only')
    expect(sdp.match(/^m=/gm)).toHaveLength(2)
  })

  it('gets its candidates back at the audio line, not at the last', () => {
    const whole = withCandidates(accepted(text(session, audio, video)))
    expect(whole.indexOf('a=candidate')).toBeGreaterThan(whole.indexOf('m=audio'))
    expect(whole.indexOf('a=candidate')).toBeLessThan(whole.indexOf('m=video'))
  })

  it('with a plain and a secure audio line is used by the secure one', () => {
    const plain = ['m=audio 5000 RTP/AVP 0', 'c=IN IP4 10.0.0.1', 'a=mid:p']
    const { sdp, mid } = accepted(text(session, plain, audio))
    expect(mid).toBe('a')
    expect(sdp).toContain('m=audio 0 RTP/AVP 0\r\n')
    expect(sdpFacts(sdp).audio).toBe(true)
  })

  it('without audio, or with audio refused, is not acceptable', () => {
    expect(refusal(text(session))).toBe('not-acceptable')
    expect(refusal(text(session, video))).toBe('not-acceptable')
    expect(refusal(text(session, ['m=audio 0 UDP/TLS/RTP/SAVPF 0', ...secure]))).toBe('not-acceptable')
  })

  it('that is huge, crowded or no description at all is not acceptable', () => {
    expect(refusal('')).toBe('not-acceptable')
    expect(refusal('hello')).toBe('not-acceptable')
    expect(refusal(text(session, audio, ['a=x:' + 'y'.repeat(70_000)]))).toBe('not-acceptable')
    expect(refusal(text(session, audio, ['a=x:' + 'y'.repeat(5_000)]))).toBe('not-acceptable')
    expect(refusal(text(session, ...Array.from({ length: 17 }, () => audio)))).toBe('not-acceptable')
    expect(refusal(text(session, audio, ['a=fmtp:0 \u0000']))).toBe('not-acceptable')
    expect(refusal(text(session, audio, ['not a line']))).toBe('not-acceptable')
  })

  it('keeps no more candidates than a real phone has', () => {
    const many = Array.from({ length: 500 }, (_, n) => `a=candidate:${n} 1 udp 1 10.0.0.1 ${n + 1} typ host`)
    expect(accepted(text(session, audio, many)).candidates).toHaveLength(64)
  })

  it('is judged without a throw, and a refusal quotes none of it', () => {
    const line = fc.oneof(fc.constantFrom(...session, ...audio, ...video), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const guarded = guardDescription(lines.join('\r\n'))
        if (!guarded.ok) expect(guarded.why).not.toMatch(/password|AA:BB/)
        else expect(withCandidates(guarded).match(/^m=audio (?!0[ /])/gm)).toHaveLength(1)
      }),
    )
  })
})

describe('a codec for speech that browsers know', () => {
  it.each([
    ['by its number', ['m=audio 4000 RTP/AVP 18 8'], true],
    ['by name', ['m=audio 4000 UDP/TLS/RTP/SAVPF 3 96', 'a=rtpmap:96 OPUS/48000/2'], true],
    ['not by a number that was given to another', ['m=audio 4000 RTP/AVP 0', 'a=rtpmap:0 speex/8000'], false],
    ['not by a name without its number', ['m=audio 4000 RTP/AVP 3', 'a=rtpmap:96 opus/48000/2'], false],
    ['not by what carries digits', ['m=audio 4000 RTP/AVP 3 101', 'a=rtpmap:101 telephone-event/8000'], false],
  ])('is found %s', (_how, lines, found) => {
    expect(sdpFacts(text(session, lines)).knownCodec).toBe(found)
  })
})

describe('being held', () => {
  it('is said by direction, or by an address of zeros that has no candidates to come', () => {
    const zeros = (port: number): string => text(session, [`m=audio ${port} UDP/TLS/RTP/SAVPF 0`, 'c=IN IP4 0.0.0.0'])
    expect(sdpFacts(text(session, audio, ['a=sendonly'])).holds).toBe(true)
    expect(sdpFacts(text(session, audio, ['a=inactive'])).holds).toBe(true)
    expect(sdpFacts(text(session, audio, ['a=recvonly'])).holds).toBe(false)
    expect(sdpFacts(zeros(4000)).holds).toBe(true)
    expect(sdpFacts(zeros(9)).holds).toBe(false)
  })
})
