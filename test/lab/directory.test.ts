/*
 * Directories from the servers companies keep them on: a real Radicale and a real slapd, read by the process that loads
 * directories.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { usualNumbers } from '../../common/account'
import { systemClock } from '../../common/clock'
import type { SourceSettings } from '../../common/directory'
import { askLoader } from '../../main/directory/loader-process'
import { ensureAsteriskRoot } from '../../scripts/lab/asterisk-root.mjs'
import { forkedLoader, type ForkedLoader } from '../support/forked-loader'
import { contents } from '../unit/directory/support'
import { Radicale, Slapd } from './support/directory-servers'
import { removeFolder } from '../support/remove-folder'

let radicale: Radicale
let slapd: Slapd
let loader: ForkedLoader
let folder: string

beforeAll(async () => {
  const root = await ensureAsteriskRoot()
  radicale = await Radicale.start(root, 5_233)
  const people = Array.from({ length: 1_200 }, (_, n) => {
    const name = `Person ${String(n).padStart(4, '0')}`
    const lines = ['objectClass: inetOrgPerson', `cn: ${name}`, `sn: ${n}`, `telephoneNumber: +49 30 ${200_000 + n}`]
    if (n === 0) lines.push('displayName: Zoë', 'mobile: 0171 5550100')
    return [`dn: cn=${name},dc=example,dc=org`, ...lines, ''].join('\n')
  })
  slapd = await Slapd.start(root, `${people.join('\n')}\n`, 3_891)
  loader = await forkedLoader()
  folder = mkdtempSync(join(tmpdir(), 'patchcord-directory-'))
})
afterAll(async () => {
  loader?.close()
  await radicale?.stop()
  await slapd?.stop()
  if (folder) removeFolder(folder)
})

const load = (name: string, settings: SourceSettings, secret: string | null) =>
  askLoader(
    {
      type: 'load',
      folder: join(folder, name),
      extensions: folder,
      settings,
      secret,
      plan: { ...usualNumbers, country: 'DE', areaCode: '30' },
      maximumEntries: 100_000,
      timeoutMs: 20_000,
      anew: false,
    },
    { start: loader.start, clock: systemClock, timeoutMs: 30_000 },
  )

test('every address book of a CardDAV account is read, from its address or its server', async () => {
  const card = (name: string, ...numbers: readonly string[]): string =>
    `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${name}\r\nFN:${name}\r\n${numbers.map((one) => `TEL:${one}\r\n`).join('')}END:VCARD\r\n`
  await radicale.put('ada.vcf', card('Ada', '030 1234567', '+44 20 7946 0000'))
  await radicale.put('grace.vcf', card('Grace', '0171 5550100'))
  for (const url of [radicale.url, radicale.book]) {
    const settings = { kind: 'carddav', url, username: 'ada', everyMinutes: 60 } as const
    expect(await load('carddav', settings, 'correct-horse')).toMatchObject({
      type: 'loaded',
      table: { identifying: 3 },
    })
  }
  const { labels } = await contents(join(folder, 'carddav'))
  expect(labels).toEqual({ 442079460000: ['Ada'], 49301234567: ['Ada'], 491715550100: ['Grace'] })
})

test('a wrong password fails the load without being told, and the table stays', async () => {
  const settings = { kind: 'carddav', url: radicale.url, username: 'ada', everyMinutes: 60 } as const
  const failed = await load('carddav', settings, 'wrong-canary')
  expect(failed).toMatchObject({ type: 'failed', name: 'unknown' })
  expect(failed?.type === 'failed' && failed.detail).toMatch(/^the address book cannot be (opened|read) \(401\)$/)
  expect(Object.keys((await contents(join(folder, 'carddav'))).labels).length).toBe(3)
})

test('an LDAP directory is read whole, beyond a page, by the attributes in their order', async () => {
  const settings: SourceSettings = {
    kind: 'ldap',
    url: slapd.url,
    user: 'cn=admin,dc=example,dc=org',
    base: 'dc=example,dc=org',
    nameAttributes: ['displayName', 'cn'],
    numberAttributes: ['telephoneNumber', 'mobile'],
    everyMinutes: 60,
  }
  expect(await load('ldap', settings, 'correct-horse')).toMatchObject({ type: 'loaded', table: { identifying: 1_201 } })
  const { labels } = await contents(join(folder, 'ldap'))
  expect(labels[491715550100]).toEqual(['Zoë'])
  expect(labels[4930200000]).toEqual(['Zoë'])
  expect(labels[4930201199]).toEqual(['Person 1199'])
  const failed = await load('ldap', settings, 'wrong-canary')
  expect(failed?.type === 'failed' && failed.detail).toBe('the directory cannot be read (wrong user or password)')
})
