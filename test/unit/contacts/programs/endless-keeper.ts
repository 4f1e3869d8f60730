/*
 * A phone whose user adds contacts without end, in the folder named by its first argument, until it is killed. It says whom
 * it has kept, after it has.
 */
import { writeSync } from 'node:fs'
import { ContactStore } from '../../../../main/contacts/contact-store'

const [folder = '', run = ''] = process.argv.slice(2)
const store = await ContactStore.open({ folder, keyOf: (number) => number })
for (let n = 0; ; n++) {
  const id = `${run}-${n}`
  const number = `+49${run}${n}`
  const numbers = [{ label: 'work' as const, value: number }]
  const rest = {
    organization: null,
    emails: [],
    favourite: false,
    vip: false,
    speedDial: null,
    ringtone: null,
    avatar: null,
  }
  store.put([{ contact: { id, book: 'local', name: `Contact ${n}`, notes: 'x'.repeat(n % 500), numbers, ...rest } }])
  writeSync(1, `${id} ${number}\n`)
}
