/*
 * Accounts on a real Asterisk: registered over ws and wss, refused for reasons a person can read, imported from a file.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Phone, PhoneOptions, ProvisionedAccount } from '../support/phone'
import { until } from '../support/until'
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Ear } from './support/ear'
import { Lab, microphoneHz } from './support/lab'

let lab: Lab
let phone: Phone

beforeAll(async () => {
  lab = await Lab.open()
})

afterEach(async () => {
  await phone?.dispose()
})

afterAll(async () => {
  await lab?.close()
})

const start = async (account: ProvisionedAccount, options: PhoneOptions = {}): Promise<void> => {
  phone = await lab.phone({ ...options, accounts: [account], registered: false })
}

/** The reason the phone gives, once it gives one. */
const reason = (): Promise<string> =>
  until(
    async () => {
      const registration = (await phone.status()).accounts[0]?.registration
      return registration?.state === 'failed' ? registration.reason : null
    },
    { what: 'a reason' },
  )

const fingerprint = (): string =>
  createHash('sha256')
    .update(new X509Certificate(readFileSync(join(lab.asterisk.dir, 'keys/server.pem'))).raw)
    .digest('hex')

describe('over wss', () => {
  test('a certificate nobody vouches for is refused, and named', async () => {
    await start(lab.account('100', { server: lab.asterisk.wssUrl }))
    await until(async () => (await reason()) === 'certificate', { what: 'the reason to be the certificate' })
  })

  test('the very certificate the user trusts for this account is accepted, and the call is heard', async () => {
    const account = { ...lab.account('100', { server: lab.asterisk.wssUrl }), certificate: fingerprint() }
    await start(account)
    await phone.registered()
    const ear = await Ear.on(phone)
    await phone.do('call', '600')
    await phone.callIn('active')
    await ear.hears(microphoneHz)
    ear.close()
  })

  test("Chromium's own switch for tests works too", async () => {
    await start(lab.account('100', { server: lab.asterisk.wssUrl }), { args: ['--ignore-certificate-errors'] })
    await phone.registered()
  })
})

describe('a registration that fails says why', () => {
  test('a wrong password', async () => {
    await start(lab.account('100', { password: 'not-this-one' }))
    expect(await reason()).toBe('wrong-password')
  })

  test('a server that is not there', async () => {
    await start(lab.account('100', { server: 'ws://127.0.0.1:9/ws' }))
    expect(await reason()).toBe('unreachable')
  })

  test('a name that does not exist', async () => {
    await start(lab.account('100', { server: 'ws://no-such-host.invalid/ws' }))
    await until(async () => (await reason()) === 'unknown-host', { what: 'the reason to be the name' })
  })

  test('a server without WebSocket', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('nothing here'))
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
    const { port } = server.address() as AddressInfo
    await start(lab.account('100', { server: `ws://127.0.0.1:${port}/ws` }))
    await until(async () => (await reason()) === 'no-websocket', { what: 'the reason to be the missing WebSocket' })
    server.close()
  })
})

describe('a file of accounts', () => {
  test('imported twice updates the account, and keeps the password from every eye', async () => {
    await start(lab.account('100', { password: 'not-this-one' }))
    await reason()
    const { profile } = phone
    await phone.quit()
    phone = await lab.phone({ profile, accounts: [lab.account('100', { name: 'Work', displayName: 'Front desk' })] })
    const { accounts } = await phone.status()
    expect(accounts).toHaveLength(1)
    expect(accounts[0]?.name).toBe('Work')
    expect(phone.log()).not.toContain('correct-horse')
    expect(readFileSync(join(profile, 'settings.json'), 'utf8')).not.toContain('correct-horse')
  })

  test('with a field nobody knows is refused, and the field named', async () => {
    phone = await lab.phone()
    const file = join(phone.profile, 'bad.json')
    writeFileSync(file, JSON.stringify({ accounts: [{ ...lab.account('100'), colour: 'red' }] }))
    const { profile } = phone
    await phone.quit()
    phone = await lab.phone({ profile, args: [`--provision=${file}`] })
    expect(phone.log()).toContain('colour')
    expect((await phone.status()).accounts).toEqual([])
  })
})
