/* Which codecs a description lists, and in which order. */
import { describe, expect, it } from 'vitest'
import { chooseCodecs, type Codec } from '../../../renderer/engine/media/codecs'

const codec = (name: string, clockRate = 8000): Codec => ({ mimeType: `audio/${name}`, clockRate })
const available = [
  codec('opus', 48_000),
  codec('red', 48_000),
  codec('G722'),
  codec('PCMU'),
  codec('PCMA'),
  codec('CN'),
  codec('telephone-event', 48_000),
  codec('telephone-event'),
]
const names = (codecs: readonly Codec[]): string[] => codecs.map(({ mimeType }) => mimeType.slice(6))

describe('the codecs', () => {
  it('of an offer come best first, and nothing but telephony', () => {
    expect(names(chooseCodecs(available, null))).toEqual([
      'opus',
      'G722',
      'PCMU',
      'PCMA',
      'telephone-event',
      'telephone-event',
      'CN',
    ])
  })

  it('of an answer come in the order of the offer', () => {
    const offer =
      'm=audio 9 UDP/TLS/RTP/SAVPF 8 101 96\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000'
    expect(names(chooseCodecs(available, offer)).slice(0, 4)).toEqual([
      'PCMA',
      'telephone-event',
      'telephone-event',
      'opus',
    ])
  })

  it('of an answer to nonsense are ours', () => {
    expect(names(chooseCodecs(available, 'm=audio'))).toEqual(names(chooseCodecs(available, null)))
  })
})
