/* Whom a call was meant for before it came here, out of what strangers wrote. */
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { incomingOfferSchema } from '../../../common/contract/engine'
import { divertedFrom } from '../../../renderer/engine/sip/diverted'

const own = { user: 'alice', host: 'pbx.example' }
const told = (headers: { diversion?: readonly string[]; 'history-info'?: readonly string[] }) =>
  divertedFrom({ getHeaders: (name) => headers[name as keyof typeof headers] ?? [] }, own)
const values = (diverted: ReturnType<typeof told>) => diverted.map(({ handle, reason }) => [handle.value, reason])

describe('a Diversion header', () => {
  it('names whom the call was meant for, and why it came on', () => {
    expect(told({ diversion: ['"Support" <sip:500@pbx.example>;reason=no-answer;counter=1;privacy=off'] })).toEqual([
      { handle: { type: 'phoneNumber', value: '500' }, name: 'Support', reason: 'no-answer' },
    ])
  })

  it('is read from the last to the first, in one header or in several', () => {
    const two = ['<sip:sales@pbx.example>;reason=user-busy', '<sip:front@pbx.example>;reason=unconditional']
    const inOrder = [
      ['front', 'unconditional'],
      ['sales', 'user-busy'],
    ]
    expect(values(told({ diversion: two }))).toEqual(inOrder)
    expect(values(told({ diversion: [two.join(', ')] }))).toEqual(inOrder)
  })

  it.each([
    ['<tel:+49301234>;reason=time-of-day', [['+49301234', 'time-of-day']]],
    ['sip:500@pbx.example;reason="deflection"', [['500', 'deflection']]],
    ['"A, \\"B\\" <c>" <sip:500@pbx.example>', [['500', null]]],
    ['<sip:boss@other.example>;reason="Some; new, Reason"', [['boss@other.example', 'some; new, reason']]],
    ['<sip:%34711@pbx.example>', [['4711', null]]],
  ])('%s is understood', (header, expected) => expect(values(told({ diversion: [header] }))).toEqual(expected))

  it.each([
    '<sip:alice@pbx.example>;reason=deflection',
    '<sip:Alice@PBX.EXAMPLE>',
    '<sip:alice@192.0.2.7:5060>',
    '<sip:alice@[2001:db8::7]>',
    '<sip:alice@abc.invalid>',
    '<sip:anonymous@anonymous.invalid>;reason=unconditional',
    '<sip:500@pbx.example>;privacy=full',
    '<sip:500@pbx.example>;privacy="uri"',
    '',
    '   ',
    ',,,',
    '<>',
    '<sip:>',
    'https://example.com/',
    '"unclosed <sip:500@pbx.example>',
    '<sip:500@pbx.example',
    `<sip:${'5'.repeat(2_000)}@pbx.example>`,
  ])('%s says nothing', (header) => expect(told({ diversion: [header] })).toEqual([]))

  it('keeps a name to itself that is not to be told', () => {
    expect(told({ diversion: ['"Boss" <sip:500@pbx.example>;privacy=name'] })).toMatchObject([{ name: null }])
  })

  it('with a name that would turn the writing or break the line is made plain', () => {
    const [only] = told({ diversion: ['"Sup\u202eport\u0007\u200b" <sip:500@pbx.example>'] })
    expect(only?.name).toBe('Sup port')
  })

  it('that goes round and round is told in eight, with both ends', () => {
    const many = Array.from({ length: 40 }, (_, at) => `<sip:${100 + at}@pbx.example>`)
    const told8 = values(told({ diversion: many }))
    expect(told8).toHaveLength(8)
    expect(told8.at(-1)).toEqual(['100', null])
    expect(values(told({ diversion: ['<sip:1@x>', '<sip:2@x>', '<sip:1@x>', '<sip:2@x>'] }))).toHaveLength(2)
  })

  it('whatever it holds, makes what the contract takes, in no time', () => {
    const evil = ['"'.repeat(8_000), '<'.repeat(8_000), ';'.repeat(8_000), `<sip:a@b>${';reason=x'.repeat(900)}`, '\\"']
    const begun = performance.now()
    for (const header of evil) {
      const diverted = told({ diversion: Array.from({ length: 64 }, () => header), 'history-info': [header] })
      v.parse(incomingOfferSchema.entries.diverted, diverted)
    }
    expect(performance.now() - begun).toBeLessThan(1_000)
  })
})

describe('a History-Info header', () => {
  it('tells of stations that sent the call on, in the order of their index', () => {
    const history = [
      '<sip:alice@pbx.example;cause=408>;index=1.1.1;mp=1.1',
      '"Support" <sip:500@pbx.example?Reason=SIP%3Bcause%3D302>;index=1',
      '<sip:sales@pbx.example;cause=302?Reason=SIP%3Bcause%3D408%3Btext%3D%22no%22>;index=1.1;mp=1',
    ]
    const expected = [
      { handle: { type: 'phoneNumber', value: '500' }, name: 'Support', reason: 'unconditional' },
      { handle: { type: 'generic', value: 'sales' }, name: null, reason: 'no-answer' },
    ]
    expect(told({ 'history-info': history })).toEqual(expected)
    expect(told({ 'history-info': [history.join(',')] })).toEqual(expected)
  })

  it('of a server that only looks for the phone tells of nobody', () => {
    const history = ['<sip:+49301234@pbx.example>;index=1', '<sip:alice@192.0.2.1:5060;transport=udp>;index=1.1;rc=1']
    expect(told({ 'history-info': history })).toEqual([])
  })

  it.each([
    [
      'a cause of the next station',
      ['<sip:500@p>;index=1', '<sip:alice@pbx.example;cause=486>;index=1.1'],
      'user-busy',
    ],
    ['a mapping without a cause', ['<sip:500@p>;index=1', '<sip:alice@pbx.example>;index=1.1;mp=1'], null],
    [
      'a reason of ISDN',
      ['<sip:500@p?Reason=Q.850%3Bcause%3D19>;index=1', '<sip:alice@pbx.example>;index=1.1'],
      'no-answer',
    ],
    [
      'a reason nobody knows',
      ['<sip:500@p?Reason=SIP%3Bcause%3D499>;index=1', '<sip:alice@pbx.example>;index=1.1'],
      null,
    ],
    ['no index at all', ['<sip:500@p>', '<sip:alice@pbx.example;cause=480>'], 'deflection'],
    ['itself alone', ['<sip:500@p?Reason=SIP%3Bcause%3D302>;index=1'], 'unconditional'],
  ])('with %s is understood', (_, history, reason) =>
    expect(values(told({ 'history-info': history }))).toEqual([['500', reason]]),
  )

  it('sorts 1.10 behind 1.9', () => {
    const station = (index: string, user: string) => `<sip:${user}@pbx.example?Reason=SIP%3Bcause%3D408>;index=${index}`
    const history = [station('1.10', 'ten'), station('1', 'first'), station('1.9', 'nine')]
    expect(values(told({ 'history-info': history })).map(([value]) => value)).toEqual(['first', 'nine', 'ten'])
  })

  it('keeps stations to itself that are not to be told', () => {
    const history = [
      '<sip:500@p?Reason=SIP%3Bcause%3D302&Privacy=history>;index=1',
      '<sip:alice@pbx.example>;index=1.1',
    ]
    expect(told({ 'history-info': history })).toEqual([])
  })

  it('gives way to a Diversion header', () => {
    const both = { diversion: ['<sip:1@p>'], 'history-info': ['<sip:2@p?Reason=SIP%3Bcause%3D302>;index=1'] }
    expect(values(told(both))).toEqual([['1', null]])
  })
})
