import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { usualConnection, type Account } from '../../../common/account'
import { silentLog } from '../../../common/log'
import { OfferMemory } from '../../../main/engine/offer-memory'
import { accountState } from '../../fakes/phone-state'
import { removeFolder } from '../../support/remove-folder'

const work: Account = { ...accountState().account, id: 'work', server: 'udp:pbx.example' }
let folder: string
let path: string
let accounts: readonly Account[]
const open = (): OfferMemory => new OfferMemory({ path, accounts: () => accounts, log: silentLog })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchcord-offers-'))
  path = join(folder, 'gateway-offers.json')
  accounts = [work]
})
afterEach(() => removeFolder(folder))

describe('what the calls of an account were taken in', () => {
  it('is known at the next start, from a file that names no server', () => {
    open().learned('work', 'webrtc')
    expect(open().kindOf(work)).toBe('webrtc')
    expect(readFileSync(path, 'utf8')).not.toContain('pbx.example')
    expect(readdirSync(folder)).toEqual(['gateway-offers.json'])
  })

  it.each([
    ['another server', { server: 'udp:other.example' }],
    ['another address', { uri: 'sip:200@pbx.example' }],
    ['another choice of media', { connection: { ...usualConnection, media: 'plain' } }],
  ] as const)('is not known any more with %s', (_, change) => {
    open().learned('work', 'keyed')
    expect(open().kindOf({ ...work, ...change })).toBeNull()
  })

  it('is known whatever the account is called', () => {
    open().learned('work', 'keyed')
    const renamed: Account = { ...work, name: 'Desk', displayName: 'Anna' }
    expect(open().kindOf(renamed)).toBe('keyed')
  })

  it('is forgotten with the account', () => {
    const memory = open()
    memory.learned('work', 'dtls')
    accounts = [{ ...work, id: 'home' }]
    memory.learned('work', 'plain')
    memory.learned('home', 'plain')
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')) as object)).toEqual(['home'])
  })

  it.each([
    ['no JSON', '{'],
    ['no record', '[]'],
    ['a kind nobody knows', JSON.stringify({ work: { of: 'a'.repeat(64), kind: 'carrier-pigeon' } })],
  ])('is not known from a file that holds %s', (_, text) => {
    writeFileSync(path, text)
    const memory = open()
    expect(memory.kindOf(work)).toBeNull()
    memory.learned('work', 'plain')
    expect(open().kindOf(work)).toBe('plain')
  })

  it('is known until the end where it cannot be written', () => {
    path = join(folder, 'nowhere', 'gateway-offers.json')
    const memory = open()
    memory.learned('work', 'feedback')
    expect(memory.kindOf(work)).toBe('feedback')
  })
})
