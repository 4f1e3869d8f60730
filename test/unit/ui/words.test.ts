/* Every code there is has words, and the words are fit for people. */
import { describe, expect, it } from 'vitest'
import { endCauses, registrationFailures, requestErrorCodes } from '../../../common/errors'
import {
  explainCertificate,
  endDetails,
  endedWell,
  explainEnd,
  explainNotice,
  explainRegistration,
  explainRequest,
  sayQuality,
} from '../../../renderer/ui/words'

const all = [
  ...registrationFailures.map((code) => [code, explainRegistration(code)] as const),
  ...requestErrorCodes.map((code) => [code, explainRequest(code)] as const),
  ...endCauses.flatMap((code) =>
    (['incoming', 'outgoing'] as const).map((direction) => [code, explainEnd(code, direction, false, null)] as const),
  ),
  ...(
    [
      'settings-restored',
      'settings-unreadable',
      'engine-restarted',
      'provisioning-failed',
      'provisioned',
      'unprotected-passwords',
    ] as const
  ).map((code) => [code, explainNotice(code)] as const),
]

describe('words', () => {
  it.each(all)('say what happened for %s', (_code, { title }) => {
    expect(title).toMatch(/^\p{Lu}/u)
    expect(title.length).toBeGreaterThan(3)
  })

  it.each(all)('of %s hold no code, no status and no jargon', (_code, { title, remedy }) => {
    const text = `${title} ${remedy}`
    expect(text).not.toMatch(/[a-z]-(?:lost|needed|password|denied|busy)\b|\b[1-6]\d\d\b|undefined|null|ICE|DTLS|SDP/)
  })

  it.each(registrationFailures)('tell what can be done about %s', (code) => {
    expect(explainRegistration(code).remedy).not.toBe('')
  })

  it('say why a certificate is refused, whatever the network layer holds against it', () => {
    expect(explainCertificate('net::ERR_CERT_DATE_INVALID')).toMatch(/clock/)
    expect(explainCertificate('net::ERR_CERT_INVALID')).toMatch(/\.$/)
  })

  it('tell apart failures that need different help', () => {
    const titles = registrationFailures.map((code) => explainRegistration(code).title)
    expect(new Set(titles).size).toBe(titles.length)
  })

  it('blame nobody for a call that ended as somebody wished', () => {
    for (const cause of endCauses.filter(endedWell))
      expect(explainEnd(cause, 'outgoing', true, null).title).not.toMatch(/fail/i)
  })

  it('call an incoming call that nobody took missed, and an outgoing one unanswered', () => {
    expect(explainEnd('unanswered', 'incoming', false, null).title).toBe('Missed call')
    expect(explainEnd('unanswered', 'outgoing', false, null).title).toBe('No answer')
  })

  it('says more than its cause where the status of a refusal does, and of calls out alone', () => {
    expect(explainEnd('server-error', 'outgoing', false, 483).title).toBe('Goes round in circles')
    expect(explainEnd('server-error', 'outgoing', false, 421).title).toBe('Not supported here')
    expect(explainEnd('unreachable', 'outgoing', false, 503).remedy).toMatch(/server/)
    expect(explainEnd('server-error', 'outgoing', false, 500).title).toBe('The server failed')
    expect(explainEnd('unreachable', 'incoming', false, 503).title).toBe('Not reachable')
  })

  it('keep the wire’s own words for the details line', () => {
    expect(endDetails({ cause: 'busy', sipStatus: 486, reason: 'Busy Here' })).toBe('SIP 486 Busy Here · busy')
    expect(endDetails({ cause: 'media-failed', sipStatus: null, reason: null })).toBe('media-failed')
  })

  it('rate a good call higher than a poor one', () => {
    expect([4.4, 3.8, 3.3, 2.0].map((mos) => sayQuality(mos).bars)).toEqual([4, 3, 2, 1])
  })
})
