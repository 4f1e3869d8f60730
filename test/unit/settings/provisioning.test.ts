/*
 * Provisioning files as administrators write them, and as they get them wrong.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noFeatures, usualConnection, usualNumbers } from '../../../common/account'
import { parseProvisioning, readProvisioningFile } from '../../../main/settings/provisioning'
import { temporaryFolder } from './support'

const work = {
  name: 'Work',
  uri: 'sip:100@pbx.example',
  server: 'wss://pbx.example:8089/ws',
  username: '100',
  password: 'canary-password',
  displayName: 'Front desk',
}
const file = (...accounts: unknown[]): string => JSON.stringify({ accounts })
const errorOf = (text: string): string => {
  const result = parseProvisioning(text)
  return result.ok ? 'no error' : result.error
}

test('a file says what an account is', () => {
  expect(parseProvisioning(file(work))).toEqual({
    ok: true,
    accounts: [
      {
        draft: {
          ...work,
          certificate: null,
          features: noFeatures,
          connection: usualConnection,
          numbers: usualNumbers,
          turnPassword: null,
        },
        keep: 'keep',
        features: {},
        connection: {},
        numbers: {},
      },
    ],
    warnings: [],
  })
})

test('only address and server are needed', () => {
  const result = parseProvisioning(file({ uri: work.uri, server: work.server }))
  expect(result).toMatchObject({
    accounts: [{ draft: { name: '100@pbx.example', username: '100', password: null, displayName: null } }],
  })
})

test('a file says what the server can do for its calls, and where they go', () => {
  const result = parseProvisioning(file({ ...work, features: { voicemail: ' *97 ', forwardBusy: null, park: '' } }))
  expect(result).toMatchObject({
    accounts: [
      {
        draft: { features: { ...noFeatures, voicemail: '*97' } },
        features: { voicemail: '*97', forwardBusy: null, park: null },
      },
    ],
  })
})

test('a file says how a server is reached and how numbers are written, as far as it wants to', () => {
  const result = parseProvisioning(
    file({
      ...work,
      server: 'sip:pbx.example',
      connection: { srtp: 'required', turn: { server: 'turn:relay.example:3478', username: 'me' } },
      numbers: { country: 'DE', extensionLength: 3 },
      turnPassword: 'canary-turn',
    }),
  )
  expect(result).toMatchObject({
    accounts: [
      {
        draft: {
          server: 'sip:pbx.example',
          connection: { ...usualConnection, srtp: 'required', turn: { server: 'relay.example:3478', username: 'me' } },
          numbers: { ...usualNumbers, country: 'DE', extensionLength: 3 },
          turnPassword: 'canary-turn',
        },
        connection: { srtp: 'required', turn: { server: 'relay.example:3478', username: 'me' } },
        numbers: { country: 'DE', extensionLength: 3 },
      },
    ],
  })
})

test('a byte-order mark is skipped', () => {
  expect(parseProvisioning(`\uFEFF${file(work)}`).ok).toBe(true)
})

test.each([
  [
    file({ ...work, server: 'https://pbx.example' }),
    'accounts[0].server: must begin with udp:, tcp:, tls:, sip:, ws: or wss:',
  ],
  [file({ ...work, server: 'pbx.example' }), 'accounts[0].server: must begin with udp:, tcp:, tls:, sip:, ws: or wss:'],
  [file({ ...work, server: 'demo:' }), 'accounts[0].server: must begin with udp:, tcp:, tls:, sip:, ws: or wss:'],
  [file(work, { ...work, uri: 'sips:100@x' }), 'accounts[1].uri: must begin with sip:, not sips:'],
  [file({ ...work, server: undefined }), 'accounts[0].server: is missing'],
  [file({ ...work, name: 7 }), 'accounts[0].name: must be text'],
  [file({ ...work, port: 5060 }), 'accounts[0].port: unknown field'],
  [file({ ...work, ['passw\u001b[31mörd']: 'x' }), 'accounts[0].passw?[31m?rd: unknown field'],
  [file({ ...work, keepPassword: 'always' }), 'accounts[0].keepPassword: must be "keep" or "ask"'],
  [file({ ...work, features: { voiceMail: '99' } }), 'accounts[0].features.voiceMail: unknown field'],
  [file({ ...work, features: { park: 700 } }), 'accounts[0].features.park: must be text'],
  [file({ ...work, features: '*97' }), 'accounts[0].features: must be an object'],
  [
    file({ ...work, features: { forwardBusy: '9\r\n9' } }),
    'accounts[0].features.forwardBusy: must not contain line breaks or control characters',
  ],
  [
    file({ ...work, features: { pickup: '8'.repeat(257) } }),
    'accounts[0].features.pickup: must not be longer than 256 characters',
  ],
  [
    file({ ...work, connection: { srtp: 'always' } }),
    'accounts[0].connection.srtp: must be "off" or "optional" or "required"',
  ],
  [file({ ...work, connection: { expires: 5 } }), 'accounts[0].connection.expires: is out of range'],
  [file({ ...work, connection: { proxy: 'x' } }), 'accounts[0].connection.proxy: unknown field'],
  [
    file({ ...work, server: 'udp:pbx.example', connection: { backups: ['wss://x/ws'] } }),
    'accounts[0].connection.backups: must not be WebSocket servers',
  ],
  [file({ ...work, numbers: { country: 'Germany' } }), 'accounts[0].numbers.country: is not of the right form'],
  [
    file({ ...work, numbers: { rules: [{ match: '(', replace: '' }] } }),
    'accounts[0].numbers.rules: must each match by a regular expression',
  ],
  [file('work'), 'accounts[0]: must be an object'],
  [file(work, work), 'accounts[1].uri: is in the file twice'],
  [file({ ...work, username: 'a"b' }), 'accounts[0].username: must not contain " or \\'],
  ['{"accounts":{}}', 'accounts: must be a list'],
  ['{}', 'accounts: is missing'],
  ['[]', 'accounts: is missing'],
  ['7', 'must be an object'],
  ['{"accounts":[],"extra":1}', 'extra: unknown field'],
  ['{"accounts":[', 'is not valid JSON'],
  ['', 'is not valid JSON'],
])('%s is refused as: %s', (text, error) => {
  expect(errorOf(text)).toBe(error)
})

test('every fault is told at once', () => {
  const two = errorOf(file({ ...work, server: 'x' }, { ...work, uri: '' }))
  expect(two).toBe(
    'accounts[0].server: must begin with udp:, tcp:, tls:, sip:, ws: or wss:; accounts[1].uri: must not be empty',
  )
})

test('no error quotes a password', () => {
  const faults = [
    file({ ...work, server: 'canary-password' }),
    file({ ...work, password: ['canary-password'] }),
    file({ ...work, password: 'canary-password\n' }),
    `{"accounts":[{"password":"canary-password"`,
    `{"accounts":[{"password":canary-password}]}`,
  ]
  for (const text of faults) {
    expect(parseProvisioning(text).ok).toBe(false)
    expect(errorOf(text)).not.toContain('canary')
  }
})

test('an unencrypted server on the public internet is taken with a warning', () => {
  const result = parseProvisioning(
    file(
      { ...work, server: 'ws://pbx.example.com/ws' },
      { ...work, username: 'b', server: 'ws://10.0.0.1/ws' },
      { ...work, username: 'c', server: 'udp:pbx.example.com' },
      { ...work, username: 'd', server: 'tls:pbx.example.com' },
    ),
  )
  expect(result).toMatchObject({
    ok: true,
    warnings: [
      'accounts[0].server: is not encrypted (ws:) and not on a private network',
      'accounts[2].server: is not encrypted (udp:) and not on a private network',
    ],
  })
})

test('a file that cannot be read is named with the reason', () => {
  const folder = temporaryFolder()
  const missing = join(folder, 'none.json')
  expect(readProvisioningFile(missing)).toEqual({ ok: false, error: `${missing}: cannot be read (ENOENT)` })
  expect(readProvisioningFile(folder)).toEqual({ ok: false, error: `${folder}: is not a file` })
  const large = join(folder, 'large.json')
  writeFileSync(large, Buffer.alloc(1024 * 1024 + 1))
  expect(readProvisioningFile(large)).toEqual({ ok: false, error: `${large}: must not be larger than 1 MiB` })
  const bad = join(folder, 'bad.json')
  writeFileSync(bad, file({ ...work, port: 1 }))
  expect(readProvisioningFile(bad)).toEqual({ ok: false, error: `${bad}: accounts[0].port: unknown field` })
})

test.skipIf(process.platform === 'win32')('a named pipe nobody writes to does not hold the phone', () => {
  const pipe = join(temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [pipe])
  expect(readProvisioningFile(pipe)).toEqual({ ok: false, error: `${pipe}: is not a file` })
})
