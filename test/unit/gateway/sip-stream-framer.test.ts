import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StreamFramer } from '../../../gateway/sip/stream-framer'

const message = (body = '', length = Buffer.byteLength(body), label = 'Content-Length'): string =>
  `MESSAGE sip:alice@example.com SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\n${label}: ${length}\r\n\r\n${body}`

/** All that comes out of the bytes, however they are cut. */
const frames = (bytes: Buffer, cuts: readonly number[] = []) => {
  const framer = new StreamFramer()
  const messages: string[] = []
  let from = 0
  let broken = null
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    const result = framer.push(bytes.subarray(from, cut))
    messages.push(...result.messages)
    broken = result.broken
    from = cut
  }
  return { messages, broken }
}

test('messages come out whole however the network cuts them', () => {
  const all = [message('hello'), message('ünïcödé ☎'), message(''), message('x'.repeat(5_000), 5_000, 'l')]
  const bytes = Buffer.from(all.join(''))
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      expect(frames(bytes, cuts)).toEqual({ messages: all, broken: null })
    }),
    { numRuns: 150 },
  )
  expect(frames(bytes, Array.from(bytes.keys()))).toEqual({ messages: all, broken: null })
})

test('keep-alives between messages are told apart from them', () => {
  const { messages } = frames(Buffer.from(`\r\n\r\n${message('a')}\r\n${message('b')}\r\n`))
  expect(messages).toEqual(['\r\n\r\n', message('a'), '\r\n', message('b'), '\r\n'])
})

test('a body that is no UTF-8 keeps the stream in step', () => {
  const bytes = Buffer.concat([
    Buffer.from(message('', 3)),
    Buffer.from([0xff, 0xfe, 0x41]),
    Buffer.from(message('next')),
  ])
  const { messages } = frames(bytes)
  expect(messages[1]).toBe(message('next'))
  // It is taken for Latin-1.
  expect(messages[0]).toContain('Content-Length: 5\r\n\r\nÿþA')
})

test('a name in Latin-1 is read', () => {
  const bytes = Buffer.from(message('').replace('Via', 'From: "J\xfcrgen" <sip:j@b>;tag=1\r\nVia'), 'latin1')
  expect(frames(bytes).messages[0]).toContain('From: "Jürgen" <sip:j@b>')
})

test('who says nothing of a body sends none, and what can be answered does not end the stream', () => {
  const odd = [
    'SIP/2.0 100 Trying\r\nVia: x\r\n\r\n',
    'OPTIONS sip:a SIP/3.0\r\nl: 0\r\n\r\n',
    'OPTIONS  <sip:a>  SIP/2.0 \r\nl: 0\r\n\r\n',
  ]
  expect(frames(Buffer.from(odd.join('') + message('next')))).toEqual({
    messages: [...odd, message('next')],
    broken: null,
  })
})

test('a length on the next line is one, and what looks like one in another header’s next line is none', () => {
  const odd = 'MESSAGE sip:a@b sip/2.0\r\nSubject: a\r\n l: 9\r\nContent-Length\t:\r\n  2\r\n\r\nhi'
  expect(frames(Buffer.from(odd + message('next')))).toEqual({ messages: [odd, message('next')], broken: null })
})

describe('what cannot be SIP ends the stream', () => {
  test.each([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'not-sip'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 'not-sip'],
    ['binary bytes', '\x16\x03\x01\x02\x00\x01\x00', 'not-sip'],
    ['a body without Content-Length', 'OPTIONS sip:a SIP/2.0\r\nc: text/plain\r\n\r\nhello', 'no-length'],
    ['a body without type and Content-Length', 'OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\nhello, world\r\n', 'not-sip'],
    ['two lengths', 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\n', 'no-length'],
    ['a negative length', 'OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n', 'no-length'],
    ['a body beyond all measure', 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 999999\r\n\r\n', 'too-large'],
    ['a head without end', `OPTIONS sip:a SIP/2.0\r\n${'X: y\r\n'.repeat(4_000)}`, 'too-large'],
    ['a line without end', `OPTIONS ${'a'.repeat(20_000)}`, 'not-sip'],
  ])('%s', (_what, text, broken) => {
    expect(frames(Buffer.from(text, 'latin1')).broken).toBe(broken)
  })

  test('for good: nothing comes out afterwards', () => {
    const framer = new StreamFramer()
    framer.push(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    expect(framer.push(Buffer.from(message('x')))).toEqual({ messages: [], broken: 'not-sip' })
  })
})

test('no bytes make it throw or keep more than one message', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (chunks) => {
      const framer = new StreamFramer()
      for (const chunk of chunks) framer.push(Buffer.from(chunk))
    }),
  )
})
