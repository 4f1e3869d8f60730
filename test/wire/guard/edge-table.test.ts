/*
 * What real servers and attackers send at the edges of the grammar, each with the answer we want, as text and as binary frames. Where
 * something is repaired, the answer must carry the sender's own words again.
 */
import { Inviter, UserAgent, type Invitation } from 'sip.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeRequest, SDP, type RequestParts } from '../support/scripted-peer'
import { ourAlice, settle } from '../support/user-agents'

let uncaught: unknown[] = []
const onUncaught = (error: unknown) => uncaught.push(error)

beforeEach(() => {
  vi.useFakeTimers()
  uncaught = []
  process.on('uncaughtException', onUncaught)
  process.on('unhandledRejection', onUncaught)
})
afterEach(() => {
  process.off('uncaughtException', onUncaught)
  process.off('unhandledRejection', onUncaught)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const receive = async (text: string | Uint8Array) => {
  const rang: Invitation[] = []
  const alice = await ourAlice({ userAgent: { delegate: { onInvite: (invitation) => rang.push(invitation) } } })
  alice.peer.server.send(text)
  await settle()
  const finals = alice.peer.said.filter(({ status }) => status >= 200)
  const status = finals[0]?.status ?? null
  // the phone is alive: it answers an OPTIONS and rings for an INVITE
  alice.peer.request({ method: 'OPTIONS', body: null })
  alice.peer.request({ from: '<sip:probe@example.com>;tag=probe' })
  await settle()
  const alive = alice.peer.responses('OPTIONS').at(-1)?.status === 200 && rang.at(-1)?.request.fromTag === 'probe'
  return {
    alice,
    rang: rang.filter(({ request }) => request.fromTag !== 'probe'),
    status,
    alive,
    finals: finals.length,
  }
}

type Wanted = number | 'rings' | 'nothing'
const from = (value: string): RequestParts => ({ replace: { From: value } })
const long = 'x'.repeat(9_000)

const rows: [string, RequestParts | string, Wanted][] = [
  // wrongly accepted by sip.js
  ['two From', { extra: ['From: <sip:mallory@example.com>;tag=2'] }, 400],
  ['two To', { extra: ['t: <sip:alice@example.com>'] }, 400],
  ['two CSeq', { extra: ['CSeq: 2 INVITE'] }, 400],
  ['two Call-ID', { extra: ['i: other'] }, 400],
  ['two Content-Length', { extra: [`l: ${SDP.length}`] }, 400],
  ['two Content-Type', { extra: ['c: application/sdp'] }, 400],
  ['two Max-Forwards', { extra: ['Max-Forwards: 1'] }, 400],
  ['CSeq 2^31', { sequence: 2 ** 31 }, 400],
  ['CSeq 2^31-1', { sequence: 2 ** 31 - 1 }, 'rings'],
  ['CSeq 1e30', { replace: { CSeq: '1e30 INVITE' } }, 400],
  ['CSeq of another method', { replace: { CSeq: '1 BYE' } }, 400],
  ['SIP/3.0', makeRequest().replace('SIP/2.0\r\n', 'SIP/3.0\r\n'), 505],
  ['SIP/2.1', makeRequest().replace('SIP/2.0\r\n', 'SIP/2.1\r\n'), 505],
  ['a line without colon in the place of From', { replace: { From: null }, extra: ['From <sip:bob@x>;tag=1'] }, 400],
  ['no From tag', from('<sip:bob@example.com>'), 400],
  ['no Max-Forwards', { replace: { 'Max-Forwards': null } }, 'rings'],
  ['Max-Forwards 0', { replace: { 'Max-Forwards': '0' } }, 'rings'],
  ['Max-Forwards 999', { replace: { 'Max-Forwards': '999' } }, 400],
  ['a method that begins like another', { method: 'INVITEX', body: null }, 501],
  ['a method nobody knows', { method: 'DANCE', body: null }, 405],
  ['Require of something unknown', { extra: ['Require: precondition'] }, 420],
  ['Require in two headers, one unknown', { extra: ['Require: timer', 'Require: evil'] }, 420],
  ['Require of what we know', { extra: ['Require: timer'] }, 'rings'],
  ['Content-Encoding gzip', { extra: ['Content-Encoding: gzip'] }, 415],
  ['Content-Type text/html', { replace: { 'Content-Type': 'text/html' } }, 415],
  ['Content-Type with odd parameters', { replace: { 'Content-Type': 'application/sdp ;a' } }, 'rings'],
  [
    'SDP among several parts',
    {
      body: `--b\r\nContent-Type: application/isup\r\n\r\nx\r\n--b\r\nContent-Type: application/sdp\r\n\r\n${SDP}\r\n--b--\r\n`,
      replace: { 'Content-Type': 'multipart/mixed;boundary=b' },
    },
    'rings',
  ],
  [
    'several parts, none of them SDP',
    { body: '--b\r\n\r\nx\r\n--b--', replace: { 'Content-Type': 'multipart/mixed;boundary=b' } },
    415,
  ],
  ['Via without branch', { replace: { Via: 'SIP/2.0/WS pbx.example.com' } }, 'rings'],
  ['status 000 is no request', 'SIP/2.0 000 x\r\nVia: SIP/2.0/WS a;branch=z\r\n\r\n', 'nothing'],
  // thrown at by sip.js
  ['tel: Request-URI', { uri: 'tel:+15551234' }, 416],
  ['sips: Request-URI', { uri: 'sips:alice@example.com' }, 416],
  ['unknown scheme', { uri: 'urn:service:sos' }, 416],
  ['PRACK outside a dialog', { method: 'PRACK', body: null }, 481],
  ['PRACK in a foreign dialog', { method: 'PRACK', body: null, to: '<sip:alice@example.com>;tag=x' }, 481],
  ['UPDATE outside a dialog', { method: 'UPDATE', body: null }, 481],
  ['CANCEL of nothing', { method: 'CANCEL', body: null }, 481],
  ['Content-Length that cuts an emoji', { body: 'v=0😀', replace: { 'Content-Length': '4' } }, 400],
  ['body without Content-Type', { replace: { 'Content-Type': null } }, 'rings'],
  ['a body that is no SDP, without Content-Type', { body: 'hello', replace: { 'Content-Type': null } }, 400],
  [
    'REFER whose Replaces does not decode',
    { method: 'REFER', body: null, extra: ['Refer-To: <sip:a@b.example?Replaces=%FF%zz>'] },
    400,
  ],
  [
    'response with an unreadable CSeq',
    'SIP/2.0 200 OK\r\nVia: SIP/2.0/WS a;branch=z\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: garbage\r\n\r\n',
    'nothing',
  ],
  // wrongly refused by sip.js
  ['unquoted name with a comma', from('Doe, Jane <sip:bob@example.com>;tag=1'), 'rings'],
  ['unquoted name with parentheses', from('Bob (Sales) <sip:bob@example.com>;tag=1'), 'rings'],
  ['unquoted name with / and @', from('a/b@c <sip:bob@example.com>;tag=1'), 'rings'],
  ['unquoted name with umlaut', from('Jürgen <sip:bob@example.com>;tag=1'), 'rings'],
  ['quoted emoji', from('"Bob 😀" <sip:bob@example.com>;tag=1'), 'rings'],
  ['quoted name ending in a backslash', from('"Bob\\\\" <sip:bob@example.com>;tag=1'), 'rings'],
  ['quoted name that never ends', from('"Bob\\" <sip:bob@example.com>;tag=1'), 400],
  ['tel: caller', from('<tel:+15551234567>;tag=1'), 'rings'],
  ['tel: caller with context', from('"X" <tel:7042;phone-context=example.com>;tag=1'), 'rings'],
  ['host with _', from('<sip:bob@my_pbx>;tag=1'), 'rings'],
  ['host that starts with a digit', from('<sip:bob@3cx>;tag=1'), 'rings'],
  ['Via host with _', { replace: { Via: 'SIP/2.0/WS my_pbx:5066;branch=z9hG4bKunder' } }, 'rings'],
  ['Contact host with _', { replace: { Contact: '<sip:bob@my_pbx:5060>' } }, 'rings'],
  ['Record-Route host with _', { extra: ['Record-Route: <sip:edge_1;lr>, <sip:b.example;lr>'] }, 'rings'],
  ['leading CRLF', `\r\n\r\n${makeRequest()}`, 'rings'],
  ['leading BOM', `\uFEFF${makeRequest()}`, 'rings'],
  ['several folds', makeRequest().replace('tag=bobtag', 'x=y\r\n ;z=w\r\n\t;tag=bobtag'), 'rings'],
  ['%FF in a user', from('<sip:b%FFb@example.com>;tag=1'), 'rings'],
  ['%zz in a user', from('<sip:b%zzb@example.com>;tag=1'), 'rings'],
  ['bare LF', makeRequest({ body: '', replace: { 'Content-Type': null } }).replaceAll('\r\n', '\n'), 'rings'],
  ['empty branch', { replace: { Via: 'SIP/2.0/WS pbx.example.com;branch=' } }, 'rings'],
  ['Call-ID in base64', { callId: 'YWJj/ZA==' }, 'rings'],
  [
    'IPv6 everywhere',
    {
      replace: {
        Via: 'SIP/2.0/WS [2001:db8::9]:70;branch=z9hG4bK6',
        From: '<sip:bob@[2001:db8::1]>;tag=1',
        Contact: '<sip:bob@[2001:db8::1]:5060>',
      },
    },
    'rings',
  ],
  ['# in a user', from('<sip:#31#7@example.com>;tag=1'), 'rings'],
  ['umlaut in a user', { replace: { Contact: '<sip:jürgen@pbx.example.com>' } }, 'rings'],
  ['a parameter of Contact nobody can read', { replace: { Contact: '<sip:bob@example.com>;x={y}' } }, 'rings'],
  ['a parameter of From nobody can read', from('<sip:bob@example.com>;x={y};tag=1'), 'rings'],
  ['a tag nobody can read', from('<sip:bob@example.com>;tag=a=b'), 400],
  ['a line without colon', { extra: ['nonsense', ' folded'] }, 'rings'],
  ['a header without name', { extra: [': value'] }, 'rings'],
  ['a header with a blank in its name', { extra: ['X Account: 7'] }, 'rings'],
  ['SDP accepted in the second of two headers', { extra: ['Accept: text/x', 'Accept: application/sdp'] }, 'rings'],
  ['SDP accepted in none of two headers', { extra: ['Accept: text/x', 'Accept: text/y'] }, 406],
  ['the number that was called in the Request-URI', { uri: 'sip:+15551234@alicehost.invalid' }, 'rings'],
  ['a number with parameters in the Request-URI', { uri: 'sip:+1555;npdi@alicehost.invalid;user=phone' }, 'rings'],
  ['nobody in the Request-URI', { uri: 'sip:alicehost.invalid;transport=ws' }, 'rings'],
  ['no empty line', makeRequest({ body: '', replace: { 'Content-Type': null } }).slice(0, -2), 'rings'],
  ['no empty line where a body is announced', `${makeRequest().split('\r\n\r\n')[0]}\r\n`, 400],
  [
    'SDP among several parts, bare LF',
    makeRequest({
      body: `--b\r\nContent-Type: application/sdp\r\n\r\n${SDP}--b--\r\n`,
      replace: { 'Content-Type': 'multipart/mixed;boundary=b', 'Content-Length': null },
    }).replaceAll('\r\n', '\n'),
    'rings',
  ],
  // timer traps
  ['Expires 99999999', { extra: ['Expires: 99999999'] }, 'rings'],
  ['Expires 0', { extra: ['Expires: 0'] }, 'rings'],
  ['Expires -1', { extra: ['Expires: -1'] }, 'rings'],
  ['Expires abc', { extra: ['Expires: abc'] }, 'rings'],
  ['Expires 60', { extra: ['Expires: 60'] }, 'rings'],
  // sizes
  ['a line of 9000 characters', { extra: [`X-Long: ${long}`] }, 400],
  ['300 headers', { extra: Array.from({ length: 300 }, (_, i) => `X-${i}: y`) }, 400],
  ['20 KiB of headers', { extra: Array.from({ length: 10 }, (_, i) => `X-${i}: ${'y'.repeat(2_000)}`) }, 400],
  ['100 Contacts', { replace: { Contact: Array.from({ length: 100 }, () => '<sip:a@b.example>').join(',') } }, 400],
  ['100 Vias', { extra: Array.from({ length: 100 }, () => 'v: SIP/2.0/WS a.example;branch=z9hG4bK1') }, 400],
  ['70 KiB', { body: 'x'.repeat(70_000) }, 'nothing'],
  ['an empty frame', '', 'nothing'],
  ['no message at all', 'hello', 'nothing'],
  ['NUL', '\0\0\0\r\n\r\n', 'nothing'],
  ['ACK of nothing, malformed', makeRequest({ method: 'ACK', body: null, replace: { CSeq: 'x ACK' } }), 'nothing'],
  ['body longer than Content-Length', { replace: { 'Content-Length': '20' } }, 'rings'],
  ['body shorter than Content-Length', { replace: { 'Content-Length': '9999' } }, 400],
  ['Content-Length in bytes, not characters', { body: `${SDP}a=x:Кириллица 😀\r\n` }, 'rings'],
  ['a lone surrogate in the body', { body: `${SDP}\ud800` }, 400],
]

describe('edges', () => {
  for (const [name, message, wanted] of rows)
    for (const form of ['text', 'binary'] as const) {
      const text = typeof message === 'string' ? message : makeRequest(message)
      // UTF-8 cannot hold a lone surrogate; a binary frame brings a replacement character instead.
      if (form === 'binary' && name.includes('surrogate')) continue
      it(`${name} (${form}): ${wanted}`, async () => {
        const { rang, status, alive, finals } = await receive(form === 'text' ? text : new TextEncoder().encode(text))
        expect({ status, rang: rang.length }).toEqual({
          status: typeof wanted === 'number' ? wanted : null,
          rang: wanted === 'rings' ? 1 : 0,
        })
        expect(finals).toBeLessThanOrEqual(1)
        await settle(20_000)
        if (wanted === 'rings') expect(rang[0]?.state).toBe('Initial')
        expect(alive).toBe(true)
        expect(uncaught).toEqual([])
      })
    }
})

describe('answers with odd bodies are not lost', () => {
  const answers: [string, number, string[], string, string][] = [
    ['486 with a page', 486, ['Content-Type: text/html'], '<b>busy</b>', 'Terminated'],
    [
      '486 whose body is shorter than it says',
      486,
      ['Content-Type: text/plain', 'Content-Length: 99'],
      'busy',
      'Terminated',
    ],
    ['486 with a body nobody named', 486, [], 'busy', 'Terminated'],
    ['200 with a line that is no header', 200, ['X Account: 7', 'Content-Type: application/sdp'], SDP, 'Established'],
    ['183 with ISUP, then 200', 183, ['Content-Type: application/isup'], 'x', 'Established'],
    [
      '200 whose SDP is one part',
      200,
      ['Content-Type: multipart/mixed;boundary=b'],
      `--b\r\nContent-Type: application/sdp\r\n\r\n${SDP}--b--`,
      'Established',
    ],
    [
      '200 whose type has a parameter and capitals',
      200,
      ['Content-Type: Application/SDP ;charset=utf-8', 'Content-Disposition: Session'],
      SDP,
      'Established',
    ],
    ['302 to a mailbox', 302, ['Contact: <mailto:bob@example.com>'], '', 'Terminated'],
    [
      '200 from where nobody can be reached',
      200,
      ['Contact: <http://x>', 'Content-Type: application/sdp'],
      SDP,
      'Established',
    ],
  ]
  for (const [name, status, lines, body, state] of answers)
    it(name, async () => {
      const alice = await ourAlice()
      alice.peer.on('INVITE', (request) => {
        const copied = request.message.headers.filter(({ name }) => ['via', 'from', 'call-id', 'cseq'].includes(name))
        const head = copied.map(({ label, value }) => `${label}: ${value}`)
        const contact = lines.some((line) => line.startsWith('Contact:')) ? [] : ['Contact: <sip:bob@pbx.example.com>']
        const to = [`To: ${request.header('to')};tag=peertag`, ...contact]
        alice.peer.send([`SIP/2.0 ${status} Said`, ...head, ...to, ...lines, '', body].join('\r\n'))
        if (status === 183) alice.peer.reply(request, 200, [], SDP)
      })
      const inviter = new Inviter(alice.userAgent, UserAgent.makeURI('sip:bob@example.com')!)
      await inviter.invite()
      await settle(100)
      expect(inviter.state).toBe(state)
      expect(uncaught).toEqual([])
    })
})

describe('an offer is one, whatever it is called', () => {
  it.each([
    { replace: { 'Content-Type': 'application/sdp ;charset=utf-8' } },
    { replace: { 'Content-Type': 'APPLICATION/SDP' } },
    { extra: ['Content-Disposition: Session;handling=required'] },
  ])('%o', async (parts) => {
    const { rang } = await receive(makeRequest(parts))
    // sip.js compares both to the letter.
    const { request } = rang[0]!
    expect(request.getHeader('content-type')).toBe('application/sdp')
    expect(request.getHeader('content-disposition')).toBeUndefined()
  })
})

describe('what is repaired is given back as it was', () => {
  const accept = async (parts: RequestParts) => {
    const { alice, rang } = await receive(makeRequest(parts))
    await rang[0]?.accept()
    await settle()
    const answer = alice.peer
      .responses('INVITE')
      .find((said) => said.status === 200 && said.header('call-id') === callIdOf(parts))
    return { alice, invitation: rang[0]!, answer: answer! }
  }
  const callIdOf = (parts: RequestParts) => parts.callId ?? 'given-back'

  it('Via and Call-ID', async () => {
    const { answer } = await accept({ callId: 'a/b==', replace: { Via: 'SIP/2.0/WS my_pbx:5066;branch=' } })
    expect(answer.header('via')).toBe('SIP/2.0/WS my_pbx:5066;branch=')
    expect(answer.header('call-id')).toBe('a/b==')
  })

  it('a missing branch', async () => {
    const { answer } = await accept({ callId: 'given-back', replace: { Via: 'SIP/2.0/WS pbx.example.com;rport' } })
    expect(answer.header('via')).toBe('SIP/2.0/WS pbx.example.com;rport')
  })

  it('the caller, in the BYE we send', async () => {
    const { alice, invitation, answer } = await accept({
      callId: 'given-back',
      replace: { From: '<tel:+15551234>;tag=1', Contact: '<sip:bob@my_pbx:5060>' },
      extra: ['Record-Route: <sip:edge_1;lr>'],
    })
    alice.peer.request({
      method: 'ACK',
      callId: 'given-back',
      from: '<tel:+15551234>;tag=1',
      to: answer.header('to'),
      body: null,
    })
    await settle()
    await invitation.bye()
    await settle()
    const bye = alice.peer.requests('BYE')[0]!
    expect(bye.message.start).toBe('BYE sip:bob@my_pbx:5060 SIP/2.0')
    expect(bye.header('to')).toBe('<tel:+15551234>;tag=1')
    expect(bye.header('route')).toBe('<sip:edge_1;lr>')
  })

  it('a percent sign, in the answer and in the BYE we send', async () => {
    const from = '<sip:50%25off@example.com>;tag=1'
    const { alice, invitation, answer } = await accept({
      callId: 'given-back',
      replace: { From: from, Contact: '<sip:50%25off@pbx.example.com>' },
    })
    expect(answer.header('from')).toBe(from)
    alice.peer.request({ method: 'ACK', callId: 'given-back', from, to: answer.header('to'), body: null })
    await settle()
    await invitation.bye()
    await settle()
    expect(alice.peer.requests('BYE')[0]?.message.start).toBe('BYE sip:50%25off@pbx.example.com SIP/2.0')
    expect(alice.peer.requests('BYE')[0]?.header('to')).toBe(from)
  })

  it('two requests without branch are two transactions', async () => {
    const { alice } = await receive(makeRequest({ callId: 'one', replace: { Via: 'SIP/2.0/WS pbx.example.com' } }))
    alice.peer.request({ callId: 'two', replace: { Via: 'SIP/2.0/WS pbx.example.com' } })
    await settle()
    const calls = alice.peer.responses('INVITE').filter((said) => said.status === 100)
    expect(calls.map((said) => said.header('call-id'))).toEqual(expect.arrayContaining(['one', 'two']))
  })

  it('a stand-in an attacker wrote himself does not become a header line', async () => {
    const hex = Buffer.from('x\r\nEvil: yes').toString('hex')
    const { alice, answer } = await accept({
      callId: 'given-back',
      replace: { From: `<sip:bob@h-${hex}.alias.invalid>;tag=1` },
    })
    expect(answer.header('evil')).toBe('')
    expect(alice.peer.said.every((said) => !/^Evil/m.test(said.text))).toBe(true)
  })
})
