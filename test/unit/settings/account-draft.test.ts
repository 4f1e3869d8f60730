/*
 * What may be typed into an account form, and the words for what may not.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { usualConnection } from '../../../common/account'
import { isPrivateHost, needsGateway, serverSecurity } from '../../../common/server-address'
import { normaliseDraft, sameServer } from '../../../main/settings/account-draft'
import { draft } from './support'

const normal = (patch: Parameters<typeof draft>[0]) => {
  const result = normaliseDraft(draft(patch))
  if (!result.ok) throw new Error(`${result.field}: ${result.problem}`)
  return result.draft
}
const problem = (patch: Parameters<typeof draft>[0]) => {
  const result = normaliseDraft(draft(patch))
  return result.ok ? null : `${result.field}: ${result.problem}`
}

test('an address alone is enough: name, user and the usual server follow from it', () => {
  expect(normal({ name: ' ', uri: ' 100@PBX.example ', server: '', username: '' })).toMatchObject({
    name: '100@pbx.example',
    uri: 'sip:100@pbx.example',
    server: 'wss://pbx.example:8089/ws',
    username: '100',
  })
})

test.each([
  ['SIP:100@pbx.example', 'sip:100@pbx.example'],
  ['100@pbx.example:5080', 'sip:100@pbx.example:5080'],
  ['sip:+49301234@[2001:db8::1]', 'sip:+49301234@[2001:db8::1]'],
  ['sip:front%20desk@pbx.example', 'sip:front%20desk@pbx.example'],
  ['100', 'sip:100@pbx.example'],
])('the address %s becomes %s', (typed, uri) => {
  expect(normal({ uri: typed }).uri).toBe(uri)
})

test.each([
  ['', 'wss://pbx.example:8089/ws'],
  ['pbx.example', 'sip:pbx.example'],
  ['PBX.example:5070', 'sip:pbx.example:5070'],
  ['[2001:db8::1]', 'sip:[2001:db8::1]'],
  ['sip:pbx.example', 'sip:pbx.example'],
  ['sip:pbx.example:5060;transport=TCP', 'tcp:pbx.example:5060'],
  ['sips:pbx.example', 'tls:pbx.example'],
  ['UDP:10.0.0.1', 'udp:10.0.0.1'],
  ['tcp://pbx.example:5062', 'tcp:pbx.example:5062'],
  ['tls:[2001:db8::1]:5061', 'tls:[2001:db8::1]:5061'],
  ['pbx.example:8089', 'wss://pbx.example:8089/ws'],
  ['pbx.example:443', 'wss://pbx.example:443/ws'],
  ['pbx.example:7443', 'wss://pbx.example:7443/ws'],
  ['pbx.example/sip', 'wss://pbx.example/sip'],
  ['WSS://PBX.example:8089/ws', 'wss://pbx.example:8089/ws'],
  ['ws://10.0.0.1:8088/ws', 'ws://10.0.0.1:8088/ws'],
  ['wss://[2001:db8::1]:8089/ws?tenant=7', 'wss://[2001:db8::1]:8089/ws?tenant=7'],
])('the server %s becomes %s', (typed, server) => {
  expect(normal({ server: typed }).server).toBe(server)
})

test.each([
  [{ uri: '' }, 'uri: must not be empty'],
  [{ uri: 'sips:100@pbx.example' }, 'uri: must begin with sip:, not sips:'],
  [{ uri: 'https://pbx.example' }, 'uri: must be a SIP address like sip:100@pbx.example'],
  [{ uri: 'sip:@pbx.example' }, 'uri: must be a SIP address like sip:100@pbx.example'],
  [{ uri: 'sip:100@pbx.example;transport=ws' }, 'uri: must end in a host, with nothing after it'],
  [{ uri: 'sip:100@pbx.example?Route=x' }, 'uri: must end in a host, with nothing after it'],
  [{ uri: 'sip:a b@pbx.example' }, 'uri: has characters before the @ that a SIP address cannot have'],
  [{ uri: 'sip:a%4@pbx.example' }, 'uri: has characters before the @ that a SIP address cannot have'],
  [{ uri: 'sip:100@pbx.example:99999' }, 'uri: has a port outside 1 to 65535'],
  [{ uri: 'sip:100@pbx.example\r\nX: y' }, 'uri: must not contain line breaks or control characters'],
  [{ server: 'https://pbx.example' }, 'server: must begin with udp:, tcp:, tls:, sip:, ws: or wss:'],
  [{ server: 'udp:' }, 'server: must name a host, or host:port'],
  [{ server: 'udp:a@pbx.example' }, 'server: must not contain a user or password'],
  [{ server: 'tls:pbx.example:0' }, 'server: has a port outside 1 to 65535'],
  [{ server: 'sip:pbx.example;lr' }, 'server: must have nothing after the host and port'],
  [{ server: 'tls:pbx.example/ws' }, 'server: must name a host, or host:port'],
  [{ server: 'demo:' }, 'server: must not be demo:, which is the built-in line'],
  [{ server: 'wss://' }, 'server: must be a URL like wss://pbx.example:8089/ws'],
  [{ server: 'wss://me:secret@pbx.example/ws' }, 'server: must not contain a user or password'],
  [{ server: 'wss://pbx.example/ws#x' }, 'server: must not contain #'],
  [{ uri: 'sip:a%0Ab@pbx.example', username: '' }, 'username: must not contain line breaks or control characters'],
  [{ uri: 'sip:a%22b@pbx.example', username: '' }, 'username: must not contain " or \\'],
  [{ username: 'a"b' }, 'username: must not contain " or \\'],
  [{ username: 'a\\' }, 'username: must not contain " or \\'],
  [{ username: 'a\r\nb' }, 'username: must not contain line breaks or control characters'],
  [{ password: 'a\nb' }, 'password: must not contain line breaks or control characters'],
  [{ displayName: 'Front "desk"' }, 'displayName: must not contain " or \\'],
  [{ displayName: 'a\u202eb' }, 'displayName: must not contain line breaks or control characters'],
  [{ certificate: 'abc' }, 'certificate: must be a SHA-256 fingerprint of 64 hexadecimal digits'],
  [{ name: 'x'.repeat(129) }, 'name: must not be longer than 128 characters'],
])('%j is refused and the field is named', (patch, words) => {
  expect(problem(patch)).toBe(words)
})

test.each([
  [{ backups: [' tls:b.example ', 'c.example', ''] }, { backups: ['tls:b.example', 'sip:c.example'] }],
  [{ outboundProxy: ' proxy.example:5062 ' }, { outboundProxy: 'proxy.example:5062' }],
  [{ stun: 'stun:s.example' }, { stun: 's.example' }],
  [{ turn: { server: '', username: '' } }, { turn: null }],
])('of how a server is reached, %j becomes %j', (typed, connection) => {
  const result = normal({ server: 'udp:pbx.example', connection: { ...usualConnection, ...typed } })
  expect(result.connection).toEqual({ ...usualConnection, ...connection })
})

test.each([
  [{ backups: ['wss://b.example/ws'] }, 'connection.backups: must not be WebSocket servers'],
  [{ backups: ['udp:'] }, 'connection.backups: must name a host, or host:port'],
  [{ outboundProxy: 'wss://b.example/ws' }, 'connection.outboundProxy: must not be a WebSocket server'],
  [{ outboundProxy: 'a b' }, 'connection.outboundProxy: must name a host, or host:port'],
  [{ expires: 5 }, 'connection.expires: must be 60 to 86400 seconds'],
  [{ stun: 'https://x' }, 'connection.stun: must be a host, or host:port'],
  [
    { turn: { server: 'r.example', username: ' ' } },
    'connection.turn: must have a user name without control characters',
  ],
])('of how a server is reached, %j is refused', (typed, words) => {
  expect(problem({ server: 'udp:pbx.example', connection: { ...usualConnection, ...typed } })).toBe(words)
})

test('a password may go to another port of its server, but to nobody new', () => {
  const before = { server: 'udp:pbx.example', connection: usualConnection }
  expect(sameServer(before, { ...before, server: 'tls:pbx.example:5062' })).toBe(true)
  expect(sameServer(before, { ...before, server: 'udp:evil.example' })).toBe(false)
  for (const connection of [{ outboundProxy: 'evil.example' }, { backups: ['udp:evil.example'] }]) {
    expect(sameServer(before, { ...before, connection: { ...usualConnection, ...connection } })).toBe(false)
    expect(sameServer({ ...before, connection: { ...usualConnection, ...connection } }, before)).toBe(true)
  }
})

test('a fingerprint may come as other tools print it', () => {
  const pairs = Array.from({ length: 32 }, () => 'AB').join(':')
  expect(normal({ certificate: `SHA256 ${pairs}` }).certificate).toBe('ab'.repeat(32))
})

test('spaces in a password are part of it, and an empty one is none', () => {
  expect(normal({ password: ' a ' }).password).toBe(' a ')
  expect(normal({ password: '' }).password).toBeNull()
})

test('whatever is typed, the answer is a usable account or a named field', { timeout: 30_000 }, () => {
  const piece = fc.constantFrom(
    'sip:',
    '100',
    '@',
    'pbx.example',
    ':',
    '5060',
    '%0A',
    '%22',
    '"',
    '[',
    '::1',
    ']',
    'wss://',
    '/ws',
    ';',
    '<',
    'x'.repeat(99),
  )
  const text = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.webUrl(),
    fc.emailAddress(),
  )
  fc.assert(
    fc.property(text, text, text, text, (uri, server, username, displayName) => {
      const result = normaliseDraft(draft({ uri, server, username, displayName }))
      if (!result.ok) return result.problem !== ''
      const { draft: usable } = result
      // eslint-disable-next-line no-control-regex
      const breaksHeaders = /[\u0000-\u001f"<>\s]/
      return (
        !breaksHeaders.test(usable.uri) &&
        !/["\r\n\\]/.test(usable.username + (usable.displayName ?? '')) &&
        (needsGateway(usable) || /^wss?:$/.test(new URL(usable.server).protocol)) &&
        !breaksHeaders.test(usable.server) &&
        normaliseDraft(usable).ok
      )
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['wss://pbx.example/ws', 'encrypted'],
  ['ws://127.0.0.1:8088/ws', 'unencrypted-private'],
  ['ws://localhost/ws', 'unencrypted-private'],
  ['ws://10.77.0.1/ws', 'unencrypted-private'],
  ['ws://172.31.0.1/ws', 'unencrypted-private'],
  ['ws://[::1]/ws', 'unencrypted-private'],
  ['ws://[fd00::1]/ws', 'unencrypted-private'],
  ['ws://[::ffff:10.0.0.1]/ws', 'unencrypted-private'],
  ['ws://pbx/ws', 'unencrypted-private'],
  ['ws://pbx.lan/ws', 'unencrypted-private'],
  ['ws://172.32.0.1/ws', 'unencrypted-public'],
  ['ws://8.8.8.8/ws', 'unencrypted-public'],
  ['ws://[2001:db8::1]/ws', 'unencrypted-public'],
  ['ws://10.0.0.1.example.com/ws', 'unencrypted-public'],
  ['ws://pbx.example.com/ws', 'unencrypted-public'],
  ['tls:pbx.example.com', 'encrypted'],
  ['udp:10.0.0.1:5060', 'unencrypted-private'],
  ['tcp:[fd00::1]:5060', 'unencrypted-private'],
  ['udp:pbx.example.com', 'unencrypted-public'],
  ['sip:pbx.example.com', 'best-found'],
  ['http://localhost', 'invalid'],
  ['', 'invalid'],
])('%s is %s', (server, security) => {
  expect(serverSecurity(server)).toBe(security)
})

test('a name that only looks private is public', () => {
  expect(isPrivateHost('127.0.0.1.evil.example')).toBe(false)
  expect(isPrivateHost('local.evil.example')).toBe(false)
})
