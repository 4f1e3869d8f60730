/* Why a call ended: the table from the wire's words to ours. */
import { describe, expect, it } from 'vitest'
import { causeOfCancel, causeOfRejection, parseReasons } from '../../../renderer/engine/sip/end-cause'

describe('a Reason header', () => {
  it('may hold several values, quoted text with commas included', () => {
    expect(parseReasons(['Q.850;cause=16;text="a, \\"b\\"; c", SIP ;cause=200 ;text=elsewhere', 'preemption'])).toEqual(
      [
        { protocol: 'Q.850', cause: 16, text: 'a, "b"; c' },
        { protocol: 'SIP', cause: 200, text: 'elsewhere' },
        { protocol: 'PREEMPTION', cause: null, text: null },
      ],
    )
  })

  it.each(['', ';;;', 'SIP;cause=abc', 'SIP;cause=99999', '"', ',,,'])('that is odd (%s) says nothing', (header) => {
    expect(causeOfCancel(parseReasons([header]))).toBe('remote-cancelled')
  })

  it('is read in linear time', () => {
    const started = performance.now()
    parseReasons([`SIP${';a="x'.repeat(2000)}`])
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe('a refusal', () => {
  it('made here because nobody answered means unreachable, the same status from a server means unanswered', () => {
    expect(causeOfRejection(408, [], { local: true })).toBe('unreachable')
    expect(causeOfRejection(408)).toBe('unanswered')
  })

  it('with 480 is refined by the Q.850 cause beside it', () => {
    const with850 = (cause: number) => causeOfRejection(480, parseReasons([`Q.850;cause=${cause}`]))
    expect([17, 18, 19, 20, 21, 27].map(with850)).toEqual([
      'busy',
      'unanswered',
      'unanswered',
      'unreachable',
      'rejected',
      'unreachable',
    ])
  })

  it('with 603 is what the network said beside it, and declined when that says no more', () => {
    const with850 = (cause: number) => causeOfRejection(603, parseReasons([`Q.850;cause=${cause}`]))
    expect([16, 21, 127].map(with850)).toEqual(['rejected', 'rejected', 'rejected'])
    expect([41, 44, 102].map(with850)).toEqual(['server-error', 'server-error', 'server-error'])
    expect([50, 52, 57].map(with850)).toEqual(['forbidden', 'forbidden', 'forbidden'])
    expect(causeOfRejection(603)).toBe('rejected')
  })

  it('with any status there is has a cause', () => {
    for (let status = 300; status < 700; status++) expect(causeOfRejection(status)).toBeTruthy()
  })
})
