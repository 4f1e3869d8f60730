/*
 * The 49 situations of RFC 4475, each in a message of our own typed after the RFC's description (same short name, same defect, not the
 * same bytes), and what a phone should do with it. A REGISTER is not for a phone: any refusal will do, sip.js says 404.
 */

export interface Torture {
  readonly name: string
  /** User part the phone must have for the request to be its own. */
  readonly user: string
  readonly text: string
  /** Final status the phone sends; null: it says nothing. */
  readonly answer: number | null
  readonly rings: boolean
}

const sdp = 'v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 49217 RTP/AVP 0\r\n'

interface Shape {
  start: string
  lines?: string[]
  replace?: Record<string, string | null>
  body?: string
}

const make = (name: string, { start, lines = [], replace = {}, body = '' }: Shape): string => {
  const method = start.split(' ')[0] ?? ''
  const headers: Record<string, string | null> = {
    Via: `SIP/2.0/UDP host5.example.net;branch=z9hG4bK${name}`,
    'Max-Forwards': '70',
    From: '<sip:caller@example.net>;tag=1',
    To: '<sip:user@example.com>',
    'Call-ID': `${name}.1@192.0.2.1`,
    CSeq: `1 ${method}`,
    Contact: '<sip:caller@host5.example.net>',
    'Content-Type': body ? 'application/sdp' : null,
    'Content-Length': String(body.length),
    ...replace,
  }
  const head = Object.entries(headers).flatMap(([label, value]) => (value === null ? [] : [`${label}: ${value}`]))
  return [start, ...head, ...lines, '', body].join('\r\n')
}

const torture = (name: string, answer: number | null, shape: Shape, rings = false, user = 'user'): Torture => ({
  name,
  user,
  text: make(name, shape),
  answer,
  rings,
})

const invite = 'INVITE sip:user@example.com SIP/2.0'
const options = 'OPTIONS sip:user@example.com SIP/2.0'
const register = 'REGISTER sip:example.com SIP/2.0'
const oddMethod = "!interesting-Method0123456789_*+`.%indeed'~"

export const tortures: readonly Torture[] = [
  // 3.1.1: valid, if odd
  {
    name: 'wsinv',
    user: 'vivekg',
    answer: 481,
    rings: false,
    text: [
      'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
      'TO :',
      ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
      'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
      '  ;',
      '  tag = 98asjd8',
      'MaX-fOrWaRdS: 0068',
      'Call-ID: wsinv.ndaksdj@192.0.2.1',
      `Content-Length   : ${sdp.length}`,
      'cseq: 0009',
      '  INVITE',
      'Via  : SIP  /   2.0',
      ' /UDP',
      '    192.0.2.2;rport;branch=390skdjuw',
      's :',
      'NewFangledHeader:   newfangled value',
      ' continued newfangled value',
      'UnknownHeaderWithUnusualValue: ;;,,;;,;',
      'Content-Type: application/sdp',
      'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
      '  branch  =   z9hG4bK9ikj8  ,',
      ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
      ' z9hG4bK30239',
      'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
      '      newvalue ;',
      '  secondparam ; q = 0.33',
      '',
      sdp,
    ].join('\r\n'),
  },
  torture(
    'intmeth',
    405,
    {
      start: `${oddMethod} sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0`,
      replace: {
        To: '"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;*@example.com>',
        From: "token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
        CSeq: `139122385 ${oddMethod}`,
      },
    },
    false,
    "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
  ),
  torture(
    'esc01',
    null,
    {
      start: 'INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0',
      replace: {
        To: 'sip:%75se%72@example.com',
        From: '<sip:I%20have%20spaces@example.net>;tag=938',
        Contact: '<sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>',
      },
      body: sdp,
    },
    true,
    'sips:user@example.com',
  ),
  torture('escnull', 404, {
    start: register,
    replace: {
      To: 'sip:null-%00-null@example.com',
      From: 'sip:null-%00-null@example.com;tag=839',
      Contact: '<sip:%00@host5.example.com>',
    },
  }),
  torture('esc02', 405, {
    start: 'RE%47IST%45R sip:registrar.example.com SIP/2.0',
    replace: { To: '"%Z%45" <sip:resource@example.com>' },
  }),
  torture('lwsdisp', 200, { start: options, replace: { From: 'caller<sip:caller@example.com>;tag=323' } }),
  torture(
    'longreq',
    null,
    {
      start: invite,
      replace: {
        To: `"I have a user name of ${'extreme '.repeat(40)}proportion"<sip:user@example.com:6000;unknownparam1=very${'long'.repeat(60)}value>`,
        'Call-ID': `longreq.one${'really'.repeat(20)}longcallid`,
      },
      lines: [
        `Unknown-${'Long'.repeat(80)}-Name: unknown-${'long'.repeat(80)}-value`,
        ...Array.from({ length: 30 }, (_, i) => `Via: SIP/2.0/TCP sip${i}.example.com;branch=z9hG4bKx${i}`),
      ],
      body: sdp,
    },
    true,
  ),
  {
    ...torture('dblreq', 404, { start: register }),
    text: `${make('dblreq', { start: register })}${make('dblreq2', { start: invite, body: sdp })}`,
  },
  torture(
    'semiuri',
    200,
    { start: 'OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0' },
    false,
    'user;par=u@example.net',
  ),
  torture('transports', 200, {
    start: options,
    lines: [
      'Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf',
      'Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj',
      'Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en',
    ],
  }),
  torture('mpart01', 415, {
    start: 'MESSAGE sip:user@example.com SIP/2.0',
    replace: { 'Content-Type': 'multipart/mixed;boundary=7a9cbec02ceef655' },
    body: '--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655--\r\n',
  }),
  torture('unreason', null, {
    start: 'SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое',
    replace: { CSeq: '35 INVITE' },
  }),
  torture('noreason', null, { start: 'SIP/2.0 100 ', replace: { CSeq: '35 INVITE' } }),

  // 3.1.2: invalid
  torture('badinv01', 400, {
    start: invite,
    replace: {
      From: '"Joe" <sip:joe@example.org>;;;;',
      Contact: '"" <> ;,"Joe" <sip:joe@example.org>',
      Via: 'SIP/2.0/UDP 192.0.2.15;;,;,,',
    },
  }),
  torture('clerr', 400, { start: invite, replace: { 'Content-Length': '9999' }, body: sdp }),
  torture('ncl', 400, { start: invite, replace: { 'Content-Length': '-999' }, body: sdp }),
  torture('scalar02', 400, {
    start: register,
    replace: {
      CSeq: '36893488147419103232 REGISTER',
      'Max-Forwards': '300',
      Contact: '<sip:user@host129.example.com>;expires=280297596632815',
    },
    lines: ['Expires: 10000000000000000000000000000000000000000000'],
  }),
  torture('scalarlg', null, {
    start: 'SIP/2.0 503 Service Unavailable',
    replace: { CSeq: '9292394834772304023312 OPTIONS' },
    lines: ['Retry-After: 949302838503028349304023988'],
  }),
  torture('quotbal', 400, { start: invite, replace: { To: '"Mr. J. User <sip:j.user@example.com>' } }),
  torture('ltgtruri', 400, { start: 'INVITE <sip:user@example.com> SIP/2.0' }),
  torture('lwsruri', 400, { start: 'INVITE sip:user@example.com; lr SIP/2.0' }),
  torture('lwsstart', 400, { start: 'INVITE  sip:user@example.com  SIP/2.0', replace: { CSeq: '1 INVITE' } }),
  torture('trws', 400, { start: 'OPTIONS sip:user@example.com SIP/2.0  ' }),
  torture(
    'escruri',
    null,
    { start: 'INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0', body: sdp },
    true,
  ),
  torture('baddate', null, { start: invite, lines: ['Date: Fri, 01 Jan 2010 16:00:00 EST'], body: sdp }, true),
  torture('regbadct', 400, {
    start: register,
    replace: { Contact: 'sip:user@example.com?Route=%3Csip:sip.example.com%3E' },
  }),
  torture('badaspec', 200, { start: options, replace: { To: '"Watson, Thomas" < sip:t.watson@example.org >' } }),
  torture('baddn', 200, { start: options, replace: { From: 'Bell, Alexander <sip:a.g.bell@example.com>;tag=43' } }),
  torture('badvers', 505, {
    start: 'OPTIONS sip:user@example.com SIP/7.0',
    replace: { Via: 'SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw' },
  }),
  torture('mismatch01', 400, { start: options, replace: { CSeq: '8 INVITE' } }),
  torture('mismatch02', 400, { start: 'NEWMETHOD sip:user@example.com SIP/2.0', replace: { CSeq: '8 INVITE' } }),
  torture('bigcode', null, {
    start: 'SIP/2.0 4294967301 better not break the receiver',
    replace: { CSeq: '2 INVITE' },
  }),

  // 3.2: transaction
  torture('badbranch', 200, { start: options, replace: { Via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK' } }),

  // 3.3: application
  torture('insuf', 400, { start: invite, replace: { 'Call-ID': null, From: null, To: null, 'Max-Forwards': null } }),
  torture('unkscm', 416, { start: 'OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0' }),
  torture('novelsc', 416, { start: 'OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0' }),
  torture('unksm2', 400, {
    start: register,
    replace: { To: 'isbn:2983792873', From: '<http://www.example.com>;tag=3', Contact: '<name:John_Smith>' },
  }),
  torture('bext01', 420, {
    start: options,
    lines: ['Require: nothingSupportsThis, nothingSupportsThisEither', 'Proxy-Require: noProxiesSupportThis'],
  }),
  torture('invut', 415, {
    start: invite,
    replace: { 'Content-Type': 'application/unknownformat' },
    body: '<audio>\r\n <pcmu port="443"/>\r\n</audio>\r\n',
  }),
  torture('regaut01', 404, { start: register, lines: ['Authorization: NoOneKnowsThisScheme opaque-data=here'] }),
  torture('multi01', 400, {
    start: invite,
    lines: [
      'CSeq: 59 INVITE',
      'Call-ID: multi01.second',
      'Max-Forwards: 5',
      'From: <sip:mallory@example.net>;tag=2',
      'To: <sip:other@example.com>',
    ],
    body: sdp,
  }),
  torture('mcl01', 400, {
    start: options,
    lines: ['Content-Length: 5'],
    replace: { 'Content-Length': '13' },
    body: 'There is no w',
  }),
  torture('bcast', null, {
    start: 'SIP/2.0 200 OK',
    replace: { CSeq: '8 INVITE', Via: 'SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923' },
  }),
  torture('zeromf', 200, { start: options, replace: { 'Max-Forwards': '0' } }),
  torture('cparam01', 404, { start: register, replace: { Contact: 'sip:+19725552222@gw1.example.net;unknownparam' } }),
  torture('cparam02', 404, {
    start: register,
    replace: { Contact: '<sip:+19725552222@gw1.example.net;unknownparam>' },
  }),
  torture('regescrt', 404, {
    start: register,
    replace: { Contact: '<sip:user@example.com?Route=%3Csip:sip.example.com%3E>' },
  }),
  torture('sdp01', 406, { start: invite, lines: ['Accept: text/nobodyKnowsThis'], body: sdp }),

  // 3.4: RFC 2543
  torture(
    'inv2543',
    null,
    {
      start: invite,
      replace: {
        Via: 'SIP/2.0/UDP iftgw.example.com',
        'Max-Forwards': null,
        From: '<sip:+13035551111@ift.client.example.net;user=phone>;tag=x',
      },
      body: sdp,
    },
    true,
  ),
]
