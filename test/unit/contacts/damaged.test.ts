/* Databases of the profile that were damaged while the phone was not looking: torn, overwritten, of something else. */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../../common/clock'
import { silentLog } from '../../../common/log'
import type { Notice } from '../../../common/phone-state'
import { ContactStore } from '../../../main/contacts/contact-store'
import { openCarefully } from '../../../main/phone/open-carefully'
import { forkedLoader, type ForkedLoader } from '../../support/forked-loader'
import { temporaryFolder } from '../directory/support'

let loader: ForkedLoader
beforeAll(async () => void (loader = await forkedLoader()))
afterAll(() => loader.close())

const openStore = (folder: string) => ContactStore.open({ folder, keyOf: (number) => number })

async function contactsOf(folder: string) {
  const notices: Notice[] = []
  const notify = (notice: Notice): void => void notices.push(notice)
  const open = openCarefully({ clock: systemClock, log: silentLog, startLoader: loader.start, notify })
  const store = await open(folder, 'contacts-unreadable', () => openStore(folder))
  const { count } = store
  await store.close()
  return { count, notices }
}

async function kept(): Promise<{ folder: string; profile: string; data: Buffer }> {
  const profile = temporaryFolder()
  const folder = join(profile, 'contacts')
  const store = await openStore(folder)
  store.put(
    Array.from({ length: 400 }, (_, n) => ({
      contact: {
        id: `id-${n}`,
        name: `Name ${n}`,
        book: 'local',
        organization: null,
        numbers: [{ label: 'work' as const, value: `+4930${n}` }],
        emails: [],
        notes: 'x'.repeat(200),
        favourite: false,
        vip: false,
        speedDial: null,
        ringtone: null,
        avatar: null,
      },
    })),
  )
  await store.close()
  return { profile, folder, data: readFileSync(join(folder, 'data.mdb')) }
}

it.each([
  ['something else', false, () => Buffer.alloc(50_000, 'text ')],
  ['zeros', false, (data: Buffer) => Buffer.alloc(data.length)],
  ['cut in half', false, (data: Buffer) => data.subarray(0, data.length / 2)],
  ['cut within its head', false, (data: Buffer) => data.subarray(0, 100)],
  [
    'overwritten behind its head, the phone having been ended by it',
    true,
    (data: Buffer) => Buffer.concat([data.subarray(0, 8_192), Buffer.alloc(data.length - 8_192, 0xa5)]),
  ],
])(
  'a database that is %s is moved aside, the user is told, and the phone has an empty one',
  { timeout: 20_000 },
  async (_, ended, damage) => {
    const { profile, folder, data } = await kept()
    const damaged = damage(data)
    writeFileSync(join(folder, 'data.mdb'), damaged)
    if (ended) writeFileSync(join(folder, 'in-use'), '')
    const { count, notices } = await contactsOf(folder)
    expect(count).toBe(0)
    const [aside] = readdirSync(profile).filter((name) => name.startsWith('contacts.bad-'))
    expect(notices).toEqual([{ id: 'contacts-unreadable', kind: 'contacts-unreadable', detail: aside }])
    expect(readFileSync(join(profile, aside ?? '', 'data.mdb')).length).toBe(damaged.length)
  },
)

it('a database that is whole is kept, whether the phone ended well or not', async () => {
  const { folder } = await kept()
  expect(existsSync(join(folder, 'in-use'))).toBe(false)
  expect(await contactsOf(folder)).toEqual({ count: 400, notices: [] })
  writeFileSync(join(folder, 'in-use'), '')
  expect(await contactsOf(folder)).toEqual({ count: 400, notices: [] })
  mkdirSync(join(folder, '..', 'new'))
  writeFileSync(join(folder, '..', 'new', 'data.mdb'), '')
  expect(await contactsOf(join(folder, '..', 'new'))).toEqual({ count: 0, notices: [] })
})

const isRoot = process.getuid?.() === 0 && process.platform === 'linux'
it.runIf(isRoot)('a database on a full disk is kept, and the process lives', { timeout: 20_000 }, async () => {
  const disk = temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    // Not everybody who is root may mount.
    return
  }
  try {
    const store = await openStore(join(disk, 'contacts'))
    await store.close()
    // As after a kill, and without the lock file, which would be mapped and end the process.
    writeFileSync(join(disk, 'contacts/in-use'), '')
    const fill = openSync(join(disk, 'fill'), 'w')
    expect(() => {
      for (;;) writeSync(fill, Buffer.alloc(4_096))
    }).toThrow('ENOSPC')
    closeSync(fill)
    expect(await contactsOf(join(disk, 'contacts'))).toEqual({ count: 0, notices: [] })
    expect(readdirSync(disk).sort()).toEqual(['contacts', 'fill'])
    await expect(contactsOf(join(disk, 'others'))).rejects.toThrow('ENOSPC')
  } finally {
    execFileSync('umount', ['-l', disk])
  }
})
