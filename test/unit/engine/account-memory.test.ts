import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { usualConnection, type Account } from '../../../common/account'
import { silentLog } from '../../../common/log'
import { AccountMemory } from '../../../main/engine/account-memory'
import { accountState } from '../../fakes/phone-state'
import { removeFolder } from '../../support/remove-folder'

const work: Account = { ...accountState().account, id: 'work', server: 'udp:pbx.example' }
let folder: string
let path: string
let accounts: readonly Account[]
const open = (): AccountMemory => new AccountMemory({ path, accounts: () => accounts, log: silentLog })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchcord-memory-'))
  path = join(folder, 'account-memory.json')
  accounts = [work]
})
afterEach(() => removeFolder(folder))

describe('what a server has shown of an account', () => {
  it('is known at the next start, from a file that names no server', () => {
    open().learned('work', { takes: 'webrtc' })
    expect(open().knownOf(work)).toEqual({ takes: 'webrtc' })
    expect(readFileSync(path, 'utf8')).not.toContain('pbx.example')
    expect(readdirSync(folder)).toEqual(['account-memory.json'])
  })

  it.each([
    ['another server', { server: 'udp:other.example' }],
    ['another address', { uri: 'sip:200@pbx.example' }],
    ['another choice of media', { connection: { ...usualConnection, media: 'plain' } }],
  ] as const)('is not known any more with %s', (_, change) => {
    open().learned('work', { takes: 'keyed' })
    expect(open().knownOf({ ...work, ...change })).toEqual({})
  })

  it('is known whatever the account is called', () => {
    open().learned('work', { takes: 'keyed' })
    const renamed: Account = { ...work, name: 'Desk', displayName: 'Anna' }
    expect(open().knownOf(renamed)).toEqual({ takes: 'keyed' })
  })

  it('is known bit by bit', () => {
    const memory = open()
    memory.learned('work', { wasLetIn: true })
    memory.learned('work', { takes: 'plain' })
    memory.learned('work', { wasLetIn: true })
    expect(open().knownOf(work)).toEqual({ wasLetIn: true, takes: 'plain' })
    expect(open().knownOf({ ...work, username: 'somebody-else' })).toEqual({})
  })

  it('is forgotten with the account', () => {
    const memory = open()
    memory.learned('work', { takes: 'dtls' })
    accounts = [{ ...work, id: 'home' }]
    memory.learned('work', { takes: 'plain' })
    memory.learned('home', { takes: 'plain' })
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')) as object)).toEqual(['home'])
  })

  it.each([
    ['no JSON', '{'],
    ['no record', '[]'],
    ['a kind nobody knows', JSON.stringify({ work: { of: 'a'.repeat(64), takes: 'carrier-pigeon' } })],
  ])('is not known from a file that holds %s', (_, text) => {
    writeFileSync(path, text)
    const memory = open()
    expect(memory.knownOf(work)).toEqual({})
    memory.learned('work', { takes: 'plain' })
    expect(open().knownOf(work)).toEqual({ takes: 'plain' })
  })

  it('is known until the end where it cannot be written', () => {
    path = join(folder, 'nowhere', 'account-memory.json')
    const memory = open()
    memory.learned('work', { takes: 'feedback' })
    expect(memory.knownOf(work)).toEqual({ takes: 'feedback' })
  })
})
