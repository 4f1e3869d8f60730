/*
 * Accounts through restarts, lost keychains and forms; their passwords never where they can be read.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noFeatures, usualConnection, usualNumbers, type AccountDraft } from '../../../common/account'
import type { Accounts } from '../../../main/settings/accounts'
import { parseProvisioning } from '../../../main/settings/provisioning'
import type { KeepPassword } from '../../../main/settings/secret-vault'
import { draft, FakeSafeStorage, openAccounts, temporaryFolder } from './support'

function add(accounts: Accounts, patch: Partial<AccountDraft> = {}, keep: KeepPassword = 'keychain'): string {
  const prepared = accounts.prepare(draft(patch))
  if (!prepared.ok) throw new Error(prepared.detail)
  const added = accounts.add(prepared.value, keep)
  if (!added.ok) throw new Error(added.code)
  return added.value.id
}

const onDisk = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')

const provision = (accounts: Accounts, ...entries: object[]) => {
  const parsed = parseProvisioning(JSON.stringify({ accounts: entries }))
  if (!parsed.ok) throw new Error(parsed.error)
  return accounts.provision(parsed.accounts)
}

const work = { name: 'Work', uri: 'sip:100@pbx.example', server: 'wss://pbx.example:8089/ws', username: '100' }

test('an account is there after a restart, with its password, id and instance', () => {
  const folder = temporaryFolder()
  const first = openAccounts(folder)
  const id = add(first)
  const second = openAccounts(folder)
  expect(second.list).toEqual(first.list)
  expect(second.credentials(id)).toEqual(first.credentials(id))
  expect(second.credentials(id)?.password).toBe('canary-password')
  expect(second.credentials(id)?.instanceId).toMatch(/^urn:uuid:[0-9a-f-]{36}$/)
  expect(second.needsPassword(id)).toBe(false)
})

test('a password is neither on the disk as it is nor in what others see', () => {
  const folder = temporaryFolder()
  const accounts = openAccounts(folder)
  add(accounts)
  expect(onDisk(folder)).not.toContain('canary-password')
  expect(JSON.stringify(accounts.list)).not.toMatch(/canary|instance|secret/)
})

test('preparing keeps nothing', () => {
  const folder = temporaryFolder()
  const accounts = openAccounts(folder)
  expect(accounts.prepare(draft()).ok).toBe(true)
  expect(accounts.list).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

test('the same address and user a second time is refused', () => {
  const accounts = openAccounts(temporaryFolder())
  const prepared = accounts.prepare(draft())
  add(accounts)
  expect(accounts.prepare(draft({ uri: '100@PBX.example' }))).toMatchObject({ code: 'account-exists' })
  if (prepared.ok) expect(accounts.add(prepared.value, 'ask')).toMatchObject({ code: 'account-exists' })
  expect(accounts.prepare(draft({ username: 'other' })).ok).toBe(true)
})

test('without a keychain a password is only kept after consent', () => {
  const folder = temporaryFolder()
  const safe = new FakeSafeStorage('basic_text')
  const accounts = openAccounts(folder, safe)
  const prepared = accounts.prepare(draft())
  if (!prepared.ok) throw new Error()
  expect(accounts.add(prepared.value, 'keychain')).toMatchObject({ ok: false, code: 'needs-consent' })
  expect(safe.plainTextAllowed).toBe(false)
  expect(accounts.list).toEqual([])
  expect(accounts.add(prepared.value, 'plain-text').ok).toBe(true)
  const { id } = prepared.value.account
  expect(accounts.isUnprotected(id)).toBe(true)
  const restarted = openAccounts(folder, new FakeSafeStorage('basic_text'))
  expect(restarted.credentials(id)?.password).toBe('canary-password')
  expect(restarted.isUnprotected(id)).toBe(true)
})

test('a password kept for this session is asked for at the next start', () => {
  const folder = temporaryFolder()
  const safe = new FakeSafeStorage('basic_text')
  const accounts = openAccounts(folder, safe)
  const id = add(accounts, {}, 'ask')
  expect(accounts.needsPassword(id)).toBe(false)
  expect(safe.plainTextAllowed).toBe(false)
  const restarted = openAccounts(folder, safe)
  expect(restarted.needsPassword(id)).toBe(true)
  expect(restarted.credentials(id)).toBeNull()
  expect(restarted.enterPassword(id, { password: 'canary-password', turnPassword: null }, 'ask').ok).toBe(true)
  expect(restarted.credentials(id)?.password).toBe('canary-password')
  expect(openAccounts(folder, safe).needsPassword(id)).toBe(true)
})

test.each([
  ['another key', new FakeSafeStorage('gnome_libsecret', 'key-2')],
  ['another keyring', new FakeSafeStorage('kwallet6')],
  ['no keyring at all', new FakeSafeStorage('basic_text')],
])('with %s the account stays and its password is asked for once', (_what, safe) => {
  const folder = temporaryFolder()
  const id = add(openAccounts(folder))
  const accounts = openAccounts(folder, safe)
  expect(accounts.list.map((account) => account.id)).toEqual([id])
  expect(accounts.needsPassword(id)).toBe(true)
  expect(accounts.enterPassword(id, { password: 'canary-password', turnPassword: null }, 'plain-text').ok).toBe(true)
  const again = openAccounts(folder, new FakeSafeStorage(safe.kind, safe.key))
  expect(again.credentials(id)?.password).toBe('canary-password')
})

test('when the keyring is only away for a while, the password is there again afterwards', () => {
  const folder = temporaryFolder()
  const id = add(openAccounts(folder))
  const without = openAccounts(folder, new FakeSafeStorage('basic_text'))
  expect(without.setEnabled(id, false).ok).toBe(true)
  expect(openAccounts(folder).credentials(id)?.password).toBe('canary-password')
})

test('an unprotected password is sealed properly as soon as there is a keychain', () => {
  const folder = temporaryFolder()
  const id = add(openAccounts(folder, new FakeSafeStorage('basic_text')), {}, 'plain-text')
  const accounts = openAccounts(folder)
  expect(accounts.credentials(id)?.password).toBe('canary-password')
  expect(accounts.isUnprotected(id)).toBe(false)
  expect(onDisk(folder)).not.toContain('basic_text')
})

test('a ciphertext that is garbage costs one prompt, not the account', () => {
  const folder = temporaryFolder()
  const id = add(openAccounts(folder))
  const path = join(folder, 'settings.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"ciphertext": "[^"]*"/, '"ciphertext": "%%%"'))
  expect(openAccounts(folder).needsPassword(id)).toBe(true)
})

test('changing an account keeps its id, instance and, unless typed anew, its password', () => {
  const folder = temporaryFolder()
  const accounts = openAccounts(folder)
  const id = add(accounts)
  const before = accounts.credentials(id)
  expect(accounts.change(id, draft({ name: 'Office', password: null }), 'keychain').ok).toBe(true)
  expect(accounts.find(id)?.name).toBe('Office')
  expect(accounts.credentials(id)).toEqual(before)
  expect(accounts.change(id, draft({ password: 'second' }), 'keychain').ok).toBe(true)
  expect(openAccounts(folder).credentials(id)).toEqual({ ...before, password: 'second' })
})

test('a stored password is never sent to a server that was put in the old one’s place', () => {
  const accounts = openAccounts(temporaryFolder())
  const id = add(accounts)
  const moved = draft({ server: 'wss://evil.example/ws', password: null })
  expect(accounts.change(id, moved, 'keychain')).toMatchObject({
    ok: false,
    detail: 'password: must be typed again for another server',
  })
  expect(accounts.find(id)?.server).toBe('wss://pbx.example:8089/ws')
  provision(accounts, { ...work, server: 'wss://evil.example/ws' })
  expect(accounts.credentials(id)).toBeNull()
})

test('changing one account into another is refused', () => {
  const accounts = openAccounts(temporaryFolder())
  add(accounts)
  const id = add(accounts, { uri: 'sip:200@pbx.example', username: '200' })
  expect(accounts.change(id, draft({ password: null }), 'keychain')).toMatchObject({ code: 'account-exists' })
})

test('an account can be switched off, on and removed', () => {
  const folder = temporaryFolder()
  const accounts = openAccounts(folder)
  const id = add(accounts)
  accounts.setEnabled(id, false)
  expect(openAccounts(folder).find(id)?.enabled).toBe(false)
  expect(accounts.remove(id).ok).toBe(true)
  expect(accounts.credentials(id)).toBeNull()
  expect(openAccounts(folder).list).toEqual([])
  expect(accounts.remove(id)).toMatchObject({ code: 'unknown-account' })
})

test('the list is the same object until an account changes', () => {
  const accounts = openAccounts(temporaryFolder())
  const id = add(accounts)
  const { list } = accounts
  expect(accounts.list).toBe(list)
  accounts.setEnabled(id, false)
  expect(accounts.list).not.toBe(list)
})

test('the demo line needs no password and is there once', () => {
  const folder = temporaryFolder()
  const accounts = openAccounts(folder)
  const first = accounts.addDemo()
  expect(accounts.addDemo()).toEqual(first)
  if (!first.ok) throw new Error()
  const restarted = openAccounts(folder, new FakeSafeStorage('basic_text'))
  expect(restarted.needsPassword(first.value.id)).toBe(false)
  expect(restarted.credentials(first.value.id)?.password).toBe('')
})

test('an account may keep its calls out of recents, until somebody changes that', () => {
  const folder = temporaryFolder()
  const id = add(openAccounts(folder), { listsCalls: false })
  const kept = () => openAccounts(folder).list.map(({ name, listsCalls }) => [name, listsCalls !== false])
  expect(kept()).toEqual([['Work', false]])
  // A file that does not speak of it changes nothing.
  provision(openAccounts(folder), { ...work, name: 'Desk' })
  expect(kept()).toEqual([['Desk', false]])
  openAccounts(folder).change(id, draft({ password: null, listsCalls: true }), 'keychain')
  expect(kept()).toEqual([['Work', true]])
})

test('importing a file adds its accounts, importing it again updates them', () => {
  const folder = temporaryFolder()
  const accounts = openAccounts(folder)
  const entry = { ...work, password: 'canary-password', displayName: 'Front desk' }
  expect(provision(accounts, entry)).toEqual({
    ok: true,
    value: { added: ['Work'], updated: [], unprotected: [], needPassword: [] },
  })
  const [account] = accounts.list
  if (!account) throw new Error()
  const { instanceId } = accounts.credentials(account.id) ?? {}
  accounts.setEnabled(account.id, false)
  const again = provision(accounts, { ...entry, name: 'Desk', password: 'other' })
  expect(again).toMatchObject({ value: { added: [], updated: ['Desk'] } })
  expect(accounts.list).toEqual([{ ...account, name: 'Desk', enabled: false }])
  expect(openAccounts(folder).credentials(account.id)).toEqual({ password: 'other', turnPassword: null, instanceId })
})

test('importing without a password keeps the one that is known and asks for one that is not', () => {
  const accounts = openAccounts(temporaryFolder())
  const id = add(accounts)
  const result = provision(accounts, work, { ...work, uri: 'sip:200@pbx.example', username: '200', name: 'New' })
  expect(result).toMatchObject({ value: { added: ['New'], updated: ['Work'], needPassword: ['New'] } })
  expect(accounts.credentials(id)?.password).toBe('canary-password')
})

test('importing without a keychain keeps the password and says that it is unprotected', () => {
  const folder = temporaryFolder()
  const accounts = openAccounts(folder, new FakeSafeStorage('basic_text'))
  expect(provision(accounts, { ...work, password: 'canary-password' })).toMatchObject({
    value: { added: ['Work'], unprotected: ['Work'] },
  })
  const restarted = openAccounts(folder, new FakeSafeStorage('basic_text'))
  expect(restarted.credentials(restarted.list[0]?.id ?? '')?.password).toBe('canary-password')
})

test('a file can ask that its password is not kept', () => {
  const folder = temporaryFolder()
  const accounts = openAccounts(folder)
  provision(accounts, { ...work, password: 'canary-password', keepPassword: 'ask' })
  const id = accounts.list[0]?.id ?? ''
  expect(accounts.credentials(id)?.password).toBe('canary-password')
  expect(openAccounts(folder).needsPassword(id)).toBe(true)
})

test('what the server can do for its calls is kept, and shown', () => {
  const folder = temporaryFolder()
  const features = { ...noFeatures, voicemail: '*97', park: '700' }
  const id = add(openAccounts(folder), { features: { ...features, pickup: '  ' } })
  const accounts = openAccounts(folder)
  expect(accounts.find(id)?.features).toEqual(features)
  accounts.change(id, draft({ password: null, features: { ...noFeatures, forwardNoAnswer: '*97' } }), 'keychain')
  expect(openAccounts(folder).find(id)?.features).toEqual({ ...noFeatures, forwardNoAnswer: '*97' })
})

test('the demo line has no features', () => {
  const added = openAccounts(temporaryFolder()).addDemo()
  expect(added).toMatchObject({ ok: true, value: { features: noFeatures } })
})

test('an account of before has no features; one that makes no sense is none; one of later is kept unseen', () => {
  const folder = temporaryFolder()
  const id = add(openAccounts(folder), { features: { ...noFeatures, park: '700' } })
  const path = join(folder, 'settings.json')
  const edit = (change: (account: Record<string, unknown>) => void): void => {
    const written = JSON.parse(readFileSync(path, 'utf8')) as { accounts: Record<string, unknown>[] }
    written.accounts.forEach(change)
    writeFileSync(path, JSON.stringify(written))
  }
  edit((account) => (account['features'] = { park: 7, voicemail: '*97', fax: '8' }))
  const accounts = openAccounts(folder)
  expect(accounts.find(id)?.features).toEqual({ ...noFeatures, voicemail: '*97' })
  accounts.change(id, draft({ password: null, features: { ...noFeatures, park: '701' } }), 'keychain')
  expect(onDisk(folder)).toContain('"fax": "8"')
  for (const features of [undefined, null, 'x', 7]) {
    edit((account) => (account['features'] = features))
    expect(openAccounts(folder).find(id)?.features).toEqual(noFeatures)
  }
})

test('a provisioning file changes the features it names and leaves the others', () => {
  const accounts = openAccounts(temporaryFolder())
  const id = add(accounts, { features: { ...noFeatures, voicemail: '*97', park: '700' } })
  provision(accounts, work)
  expect(accounts.find(id)?.features).toEqual({ ...noFeatures, voicemail: '*97', park: '700' })
  provision(accounts, { ...work, features: { voicemail: '*98', park: null } })
  expect(accounts.find(id)?.features).toEqual({ ...noFeatures, voicemail: '*98' })
})

const relayed = (username = 'me') => ({ ...usualConnection, turn: { server: 'relay.example', username } })

test('the password of a TURN server is kept as well as the account’s own, and as secret', () => {
  const folder = temporaryFolder()
  const id = add(openAccounts(folder), { connection: relayed(), turnPassword: 'canary-turn' })
  const accounts = openAccounts(folder)
  expect(accounts.credentials(id)?.turnPassword).toBe('canary-turn')
  expect(JSON.stringify(accounts.list)).not.toContain('canary')
  expect(onDisk(folder)).not.toContain('canary')
  const changed = accounts.change(id, draft({ name: 'New', connection: relayed(), password: null }), 'keychain')
  expect(changed.ok).toBe(true)
  expect(openAccounts(folder).credentials(id)?.turnPassword).toBe('canary-turn')
})

test('the password of a TURN server does not follow to another, and goes with its server', () => {
  const folder = temporaryFolder()
  const accounts = openAccounts(folder)
  const id = add(accounts, { connection: relayed(), turnPassword: 'canary-turn' })
  expect(accounts.change(id, draft({ connection: relayed('other') }), 'keychain')).toMatchObject({
    ok: false,
    detail: 'turnPassword: must be typed again for another TURN server',
  })
  expect(accounts.change(id, draft({ connection: usualConnection }), 'keychain').ok).toBe(true)
  expect(openAccounts(folder).credentials(id)?.turnPassword).toBeNull()
})

test('a TURN password that is not kept is typed again with the account’s, and kept as that is from then on', () => {
  const folder = temporaryFolder()
  const id = add(openAccounts(folder), { connection: relayed(), turnPassword: 'canary-turn' }, 'ask')
  const asked = openAccounts(folder)
  expect(asked.credentials(id)).toBeNull()
  expect(asked.enterPassword(id, { password: 'canary-password', turnPassword: 'canary-turn' }, 'ask').ok).toBe(true)
  expect(asked.credentials(id)?.turnPassword).toBe('canary-turn')
  // Known by now, and so is what it is kept as.
  expect(asked.enterPassword(id, { password: 'canary-password', turnPassword: null }, 'keychain').ok).toBe(true)
  expect(openAccounts(folder).credentials(id)).toMatchObject({
    password: 'canary-password',
    turnPassword: 'canary-turn',
  })
  expect(asked.enterPassword(id, { password: 'canary-password', turnPassword: null }, 'ask').ok).toBe(true)
  expect(openAccounts(folder).credentials(id)).toBeNull()
})

test('a file changes of a connection what it names, and nothing else', () => {
  const folder = temporaryFolder()
  const accounts = openAccounts(folder)
  const connection = { ...relayed(), expires: 120 }
  const id = add(accounts, { server: 'udp:pbx.example', connection, turnPassword: 'canary-turn' })
  provision(accounts, {
    ...work,
    server: 'udp:pbx.example',
    connection: { srtp: 'required' },
    numbers: { country: 'DE' },
  })
  expect(accounts.find(id)).toMatchObject({
    connection: { ...connection, srtp: 'required' },
    numbers: { ...usualNumbers, country: 'DE' },
  })
  expect(accounts.credentials(id)).toMatchObject({ password: 'canary-password', turnPassword: 'canary-turn' })
})

test('of a stored connection only what makes no sense is lost', () => {
  const folder = temporaryFolder()
  const id = add(openAccounts(folder), { server: 'udp:pbx.example' })
  const path = join(folder, 'settings.json')
  const text = readFileSync(path, 'utf8')
    .replace('"expires": 600', '"expires": "soon", "later": 1')
    .replace('"srtp": "optional"', '"srtp": "required"')
  writeFileSync(path, text)
  expect(openAccounts(folder).find(id)?.connection).toEqual({ ...usualConnection, srtp: 'required' })
})
