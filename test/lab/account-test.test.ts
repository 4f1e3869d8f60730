/*
 * The test of an account against a real Asterisk: what it finds where all is well, over each kind of way there, with sound measured in a loop;
 * what it says where something is not; and that the diagnostics of such a phone hold nothing of its user.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestLine } from '../../common/diagnosis'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Lab } from './support/lab'

let lab: Lab
let phone: Phone

const echo = { features: { echo: '600' } }

beforeAll(async () => {
  lab = await Lab.open()
  const server = new X509Certificate(readFileSync(join(lab.asterisk.dir, 'keys/server.pem')))
  const certificate = createHash('sha256').update(server.raw).digest('hex')
  phone = await lab.phone({
    registered: false,
    shown: true,
    accounts: [
      { ...lab.account('100'), ...echo },
      // By another name: a certificate is trusted for a host.
      { ...lab.account('101', { server: lab.asterisk.wssUrl.replace('localhost', '127.0.0.1') }), ...echo },
      { ...lab.account('102', { server: lab.asterisk.wssUrl, certificate }), ...echo },
      { ...lab.account('113', { server: 'tls:localhost', certificate }), ...echo },
      { ...lab.account('110', { server: 'udp:127.0.0.1' }), ...echo },
      { ...lab.account('112', { server: 'tls:localhost' }), ...echo },
      { ...lab.account('111', { server: 'tcp:127.0.0.1', password: 'Canary-Pass-99' }), ...echo },
      lab.account('103', { server: 'ws://127.0.0.1:9/ws' }),
    ],
  })
})

afterAll(async () => {
  await lab?.close()
})

/** Each step's line, `passed 200 …`. */
async function tested(user: string): Promise<Record<string, string>> {
  const { lines } = (await phone.do('test', `Line ${user}`)) as unknown as { lines: TestLine[] }
  return Object.fromEntries(lines.map(({ step, state, found }) => [step, `${state} ${found}`]))
}

const registered = (user: string): Promise<unknown> =>
  until(
    async () =>
      (await phone.status()).accounts.some((one) => one.uri.includes(user) && one.registration.state === 'registered'),
    {
      what: `${user} to be registered`,
      ms: 15_000,
    },
  )

describe('where all is well', () => {
  test.each([
    ['over WebSocket', '100', /opus was agreed in a call, encrypted \(DTLS-SRTP\)/],
    ['over UDP', '110', /PCMU was agreed in a call, not encrypted/],
    [
      'over a WebSocket with a certificate the user trusts',
      '102',
      /PCMU was agreed in a call, encrypted \(DTLS-SRTP\)/,
    ],
    ['over TLS likewise', '113', /opus was agreed in a call, encrypted \(SRTP, keys by SDES\)/],
  ])('%s, sound goes there and comes back', async (_way, user, codecs) => {
    await registered(user)
    const found = await tested(user)
    expect(found.connect).toMatch(/^passed .*127\.0\.0\.1/)
    expect(found.tls).toMatch(/^skipped not encrypted|^passed .*trusted for this account by its fingerprint/)
    expect(found.options).toMatch(/^passed answered in \d+ ms from Lab; takes .*INVITE/)
    expect(found.register).toMatch(/^passed the server keeps this phone's address for \d+ s; it has 1 phone/)
    expect(found.codecs).toMatch(codecs)
    expect(found.echo).toMatch(/^passed [34] of \d signals came back, at -\d+ dB after \d+ ms/)
    await until(async () => (await lab.asterisk.liveChannels()) === 0, { what: 'no call at the server' })
    expect(await phone.calls()).toEqual([])
    expect(phone.recents()).toEqual([])
  })
})

describe('where it is not', () => {
  test.each([
    ['101', 'WebSocket'],
    ['112', 'TLS'],
  ])('a certificate nobody vouches for is named (%s)', async (user) => {
    const found = await tested(user)
    expect(found.connect).toMatch(/^passed/)
    expect(found.tls).toMatch(
      /^failed TLSv1\.\d, a certificate for localhost, by Lab authority, until \d{4}-\d\d-\d\d, not believed: nobody/,
    )
    expect(found.register).toMatch(/^failed there is no connection/)
    expect(found.echo).toMatch(/^skipped/)
  })

  test('a wrong password is told from all else', async () => {
    const found = await tested('111')
    expect(found.connect).toMatch(/^passed TCP 127\.0\.0\.1:5060: connected/)
    expect(found.options).toMatch(/^passed|^doubtful answered/)
    expect(found.register).toMatch(/^failed the server does not accept the user name or the password \(40[13]\)/)
    expect(found.echo).toBe('skipped the account is not registered')
  })

  test('a server that is not there', async () => {
    const found = await tested('103')
    expect(found.connect).toBe('failed WS 127.0.0.1:9: connection refused')
    expect(found.register).toBe('skipped the server cannot be reached')
  })
})

test('a call that comes in ends the test at once, and rings', async () => {
  const test = phone.do('test', 'Line 100')
  await until(async () => (await lab.asterisk.liveChannels()) > 0, { what: 'the call to the echo', every: 30 })
  void lab.asterisk.originate('PJSIP/100', 'tone')
  await phone.callIn('incoming')
  expect(JSON.stringify(await test)).toContain('a call came between')
  await phone.do('decline')
  await phone.noCalls()
})

test('the diagnostics of this phone can be read, and hold nothing of its user', async () => {
  const page = await phone.page('ui')
  const text = await page.evaluate<string>(readDiagnostics)
  for (const part of ['Versions and system', 'Accounts', 'Test of an account', 'SIP of account1', 'Log']) {
    expect(text).toContain(`"${part}"`)
  }
  expect(text).toContain('REGISTER sip:')
  expect(text).toMatch(/account7.*failed: wrong-password/s)
  expect(text).not.toMatch(/correct-horse|Canary|"100"|sip:1\d\d@|nonce="|response="|Anna|Lind\b|Front desk/)
  page.close()
})

/** In the window, as a person reads it: every part of it opened. */
const readDiagnostics = `(async () => {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const named = (name) => [...document.querySelectorAll('button, a, [role=tab]')].find(
    (one) => (one.getAttribute('aria-label') ?? one.textContent).trim().startsWith(name))
  const press = async (name) => {
    for (let round = 0; round < 50; round++) {
      const found = named(name)
      if (found) { found.click(); await pause(100); return }
      await pause(100)
    }
    throw new Error('no ' + name + ' in ' + document.body.innerText)
  }
  await press('Settings')
  await press('Diagnostics')
  const parts = []
  for (let round = 0; round < 50 && parts.length === 0; round++) {
    await pause(100)
    parts.push(...document.querySelectorAll('button[aria-label^="Read "]'))
  }
  for (const part of parts) part.click()
  await pause(300)
  for (const more of document.querySelectorAll('button.rest')) more.click()
  await pause(300)
  return JSON.stringify([...document.querySelectorAll('pre')].map((one) => [one.getAttribute('aria-label'), one.textContent]))
})()`
