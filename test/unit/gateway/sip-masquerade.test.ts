import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseWire, renderWire, type WireMessage } from '../../../common/wire-message'
import { Masquerade } from '../../../gateway/sip/masquerade'
import { parseSipUri, setTransport, writeSipUri } from '../../../gateway/sip/sip-uri'
import { parseVia, seenAs, topVia, countVias, setTopVia, writeVia, answerTo } from '../../../gateway/sip/via'

const read = (lines: readonly string[]): WireMessage => {
  const parsed = parseWire(`${lines.join('\r\n')}\r\n\r\n`)
  if (!parsed.ok) throw new Error(parsed.why)
  return parsed.message
}

const pageVia = 'SIP/2.0/WS k3j4h5g6.invalid;branch=z9hG4bK77'
const contact = '<sip:f00f00f00f00@k3j4h5g6.invalid;transport=ws>;expires=600;reg-id=1;+sip.instance="<urn:uuid:1>"'

/** One that has seen a REGISTER of the page. */
const worn = (address = '192.0.2.7', port = 50_001, transport: 'udp' | 'tcp' | 'tls' = 'udp'): Masquerade => {
  const masquerade = new Masquerade()
  masquerade.wear({ address, port }, transport)
  masquerade.learn(pageVia, read(['REGISTER sip:example.com SIP/2.0', `Via: ${pageVia}`, `Contact: ${contact}`]))
  return masquerade
}

const outward = (masquerade: Masquerade, ...lines: string[]): string => {
  const message = read(['INVITE sip:bob@example.com SIP/2.0', ...lines])
  masquerade.outward(message)
  return renderWire(message).split('\r\n').slice(1, -2).join('\n')
}

const inward = (masquerade: Masquerade, ...lines: string[]): string => {
  const message = read(lines)
  masquerade.inward(message)
  return renderWire(message).split('\r\n').slice(0, -2).join('\n')
}

describe('outward', () => {
  test('our Contact names the address and transport we really have, and keeps all else', () => {
    expect(outward(worn(), `Contact: ${contact}`)).toBe(
      'Contact: <sip:f00f00f00f00@192.0.2.7:50001;transport=udp>;expires=600;reg-id=1;+sip.instance="<urn:uuid:1>"',
    )
    expect(outward(worn('2001:db8::7', 5061, 'tls'), 'Contact: <sip:f00@k3j4h5g6.invalid;transport=ws;ob>')).toBe(
      'Contact: <sip:f00@[2001:db8::7]:5061;transport=tls;ob>',
    )
  })

  test.each([
    'From: "k3j4h5g6.invalid" <sip:alice@example.com>;tag=1',
    'Route: <sip:proxy.example.com;lr>, <sip:10.0.0.1;transport=tcp;lr;r2=on>',
    'Authorization: Digest username="alice", uri="sip:k3j4h5g6.invalid"',
    'Contact: <sip:somebody@elsewhere.invalid;transport=ws>',
    'Contact: *',
    'X-Note: k3j4h5g6.invalid',
  ])('what is not our address stays as it is: %s', (line) => {
    expect(outward(worn(), line)).toBe(line)
  })

  test('our address is changed wherever it stands, in a list and without brackets too', () => {
    const list = '"A, <b>" <sip:x@example.net>;q=0.5, sip:f00@k3j4h5g6.invalid;q=1'
    expect(outward(worn(), `Refer-To: ${list}`)).toBe(
      'Refer-To: "A, <b>" <sip:x@example.net>;q=0.5, <sip:f00@192.0.2.7:50001;transport=udp>;q=1',
    )
  })
})

describe('inward', () => {
  const ok = 'SIP/2.0 200 OK'
  test.each([
    ['Asterisk', 'Contact: <sip:f00f00f00f00@192.0.2.7:50001>;expires=599'],
    ['Kamailio', 'Contact: <sip:f00f00f00f00@192.0.2.7:50001;transport=udp>;expires=599'],
    ['FreeSWITCH', 'm: <sip:f00f00f00f00@192.0.2.7:50001;transport=UDP>;expires=599'],
    ['3CX', 'Contact: sip:f00f00f00f00@192.0.2.7:50001;expires=599'],
  ])('our binding as %s lists it is the one the page made', (_server, line) => {
    expect(inward(worn(), ok, line)).toMatch(/<sip:f00f00f00f00@k3j4h5g6\.invalid;transport=ws>;expires=599$/i)
  })

  test.each([
    'Contact: <sip:f00f00f00f00@192.0.2.7:50002>;expires=12',
    'Contact: <sip:other@192.0.2.7:50001>;expires=12',
    'Record-Route: <sip:192.0.2.1;transport=tcp;lr;r2=on>, <sip:192.0.2.1;lr>',
    'Path: <sip:edge.example.com;lr;ob>',
    'Service-Route: <sip:home.example.com;lr>',
  ])('what is not ours stays as it is: %s', (line) => {
    expect(inward(worn(), ok, line)).toBe(`${ok}\n${line}`)
  })

  test.each([
    ['as we said it', 'sip:f00f00f00f00@192.0.2.7:50001;transport=udp'],
    ['without its transport', 'sip:f00f00f00f00@192.0.2.7:50001'],
    ['with marks of a proxy', 'sip:f00f00f00f00@192.0.2.7:50001;transport=udp;alias=192.0.2.7~50001~1'],
    ['secured', 'sips:f00f00f00f00@192.0.2.7:50001'],
    ['at another address of ours', 'sip:f00f00f00f00@198.51.100.9:1024'],
  ])('a request to our Contact, %s, is one to the page', (_how, uri) => {
    expect(inward(worn(), `INVITE ${uri} SIP/2.0`, 'To: <sip:alice@example.com>')).toMatch(
      /^INVITE sip:f00f00f00f00@k3j4h5g6\.invalid;transport=ws(;alias=\S+)? SIP\/2\.0\n/,
    )
  })

  test('a request to nobody at our address is one to the page, one to the account stays', () => {
    expect(inward(worn(), 'OPTIONS sip:192.0.2.7:50001 SIP/2.0', 'X: y')).toMatch(/^OPTIONS sip:k3j4h5g6\.invalid;/)
    expect(inward(worn(), 'INVITE sip:alice@example.com SIP/2.0', 'X: y')).toMatch(/^INVITE sip:alice@example\.com SIP/)
  })

  test('an address we had before is still ours', () => {
    const masquerade = worn()
    masquerade.wear({ address: '203.0.113.5', port: 40_000 }, 'udp')
    for (const host of ['192.0.2.7:50001', '203.0.113.5:40000'])
      expect(inward(masquerade, ok, `Contact: <sip:f00f00f00f00@${host}>`)).toContain('@k3j4h5g6.invalid;')
  })
})

test('out and in again is where it began', () => {
  const parameter = fc.constantFrom(';ob', ';gr=urn:uuid:1', ';x="y"', '')
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), parameter, (address, port, rest) => {
      const masquerade = worn(address, port)
      const line = `Contact: <sip:f00f00f00f00@k3j4h5g6.invalid;transport=ws${rest}>`
      const out = outward(masquerade, line)
      expect(out).not.toContain('invalid')
      expect(inward(masquerade, 'SIP/2.0 200 OK', out)).toBe(`SIP/2.0 200 OK\n${line}`)
    }),
  )
})

describe('addresses', () => {
  test.each([
    'sip:alice@example.com',
    'sips:a%20b;c=d:pw@[2001:db8::1]:5061;transport=tls?Replaces=x%3Dy&a=b',
    'sip:10.0.0.1:5070;lr',
    'sip:+4930123;phone-context=+49@example.com;user=phone',
  ])('%s is written as it was read', (uri) => {
    const parsed = parseSipUri(uri)
    expect(parsed && writeSipUri(parsed)).toBe(uri)
  })

  test.each(['tel:+4930123', 'sip:', 'sip:a b@c', 'sip:a@b@c', 'sip:a@b:99999x', '*', ''])('%s is none', (uri) => {
    expect(parseSipUri(uri)).toBeNull()
  })

  test('a transport is put in the place of another, before headers', () => {
    expect(setTransport(';lr;transport=ws?a=b;transport=x', 'tcp')).toBe(';transport=tcp;lr?a=b;transport=x')
    expect(setTransport(';TRANSPORT=tcp', null)).toBe('')
  })
})

describe('Via', () => {
  test.each([
    ['SIP / 2.0 / UDP  first.example.com : 4000 ;ttl=16 ; maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1', 4000],
    ['SIP/2.0/tcp [2001:db8::9:1]:5060;received=192.0.2.1;rport', 5060],
    ['SIP/2.0/TLS pbx', null],
  ])('%s is read', (text, port) => {
    expect(parseVia(text)?.port).toBe(port)
  })

  test.each(['', 'SIP/2.0', 'SIP/2.0/UDP', 'SIP/3.0/UDP a', 'UDP a;branch=1', 'SIP/2.0/UDP a b'])(
    '%s is none',
    (text) => {
      expect(parseVia(text)).toBeNull()
    },
  )

  test('the topmost is reached though others share its line', () => {
    const message = read(['SIP/2.0 200 OK', 'v: SIP/2.0/UDP a;branch=1, SIP/2.0/TCP b', 'Via: SIP/2.0/UDP c'])
    expect(topVia(message)).toBe('SIP/2.0/UDP a;branch=1')
    expect(countVias(message)).toBe(3)
    setTopVia(message, 'SIP/2.0/WS z')
    expect(renderWire(message)).toContain('v: SIP/2.0/WS z, SIP/2.0/TCP b\r\nVia: SIP/2.0/UDP c')
  })

  test.each([
    ['SIP/2.0/UDP 10.0.0.1:5060;rport=1024;received=192.0.2.1', '192.0.2.1 1024'],
    ['SIP/2.0/UDP 10.0.0.1:5060;received=192.0.2.1;rport', '192.0.2.1 5060'],
    ['SIP/2.0/UDP 10.0.0.1:5060;rport=5060', '10.0.0.1 5060'],
    ['SIP/2.0/UDP [::1]:5060;rport=7;received=[2001:DB8::1]', '2001:db8::1 7'],
    ['SIP/2.0/UDP 10.0.0.1:5060;rport', null],
    ['SIP/2.0/UDP 10.0.0.1:5060;received=evil.example.com', null],
    ['SIP/2.0/UDP 10.0.0.1:5060;rport=99999', null],
  ])('%s tells as whom we are seen', (text, seen) => {
    const via = parseVia(text)
    const end = via && seenAs(via)
    expect(end && `${end.address} ${end.port}`).toBe(seen)
  })

  test('an answer goes where RFC 3581 says, or RFC 3261 where that was not asked for', () => {
    const from = { address: '192.0.2.1', port: 1024 }
    const to = (text: string, server: typeof from | null = null): string => {
      const via = parseVia(text)
      if (!via) throw new Error(text)
      const [back, end] = answerTo(via, from, server)
      return `${writeVia(back)} > ${end.address}:${end.port}`
    }
    expect(to('SIP/2.0/UDP 10.0.0.1:5062;rport;branch=1')).toBe(
      'SIP/2.0/UDP 10.0.0.1:5062;rport=1024;branch=1;received=192.0.2.1 > 192.0.2.1:1024',
    )
    expect(to('SIP/2.0/UDP pbx.example.com;branch=1')).toBe(
      'SIP/2.0/UDP pbx.example.com;branch=1;received=192.0.2.1 > 192.0.2.1:5060',
    )
    expect(to('SIP/2.0/UDP 192.0.2.1:5062;branch=1')).toBe('SIP/2.0/UDP 192.0.2.1:5062;branch=1 > 192.0.2.1:5062')
    // A server behind a NAT that another port leads to: what we send there arrives.
    expect(to('SIP/2.0/UDP 10.0.0.1:5060;branch=1', from)).toMatch(/ > 192\.0\.2\.1:1024$/)
    expect(to('SIP/2.0/UDP 10.0.0.1:5060;branch=1', { ...from, port: 5070 })).toMatch(/ > 192\.0\.2\.1:5060$/)
  })
})
