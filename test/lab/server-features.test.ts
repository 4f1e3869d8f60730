/*
 * What a real Asterisk offers besides calls, at the window: a mailbox with a new message, a colleague whose phone rings and whose call is taken, messages
 * there and back.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from '../support/page'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { asteriskHz, Lab, otherMicrophoneHz } from './support/lab'

const usual = (name: string): string => readFileSync(join(import.meta.dirname, 'support/asterisk', name), 'utf8')
const modules = [
  'res_adsi',
  'res_smdi',
  'app_voicemail',
  'res_pjsip_outbound_publish',
  'res_pjsip_exten_state',
  'res_pjsip_dialog_info_body_generator',
  'res_pjsip_mwi',
  'res_pjsip_mwi_body_generator',
  'res_pjsip_messaging',
]
const files = {
  'modules.conf': `${usual('modules.conf')}\n${modules.map((name) => `load = ${name}.so`).join('\n')}\n`,
  'voicemail.conf': `[general]
format = wav
pollmailboxes = yes
pollfreq = 1

[default]
100 => 1234,Front desk
`,
  'pjsip.conf': usual('pjsip.conf')
    .replace('context = lab\n', 'context = lab\nmessage_context = messages\n')
    .replace('[100](place)\n', '[100](place)\nmailboxes = 100@default\n'),
  'extensions.conf': `${usual('extensions.conf')}
exten => 101,hint,PJSIP/101
exten => *97,1,Answer()
 same => n,PlayTones(620)
 same => n,Wait(60)

[messages]
exten => _1XX,1,MessageSend(pjsip:\${EXTEN},\${MESSAGE(from)})
`,
}

let lab: Lab
let phone: Phone
let other: Phone
let page: Page
let theirs: Page
let ear: Ear

beforeAll(async () => {
  lab = await Lab.open(files)
  phone = await lab.phone({
    accounts: [lab.account('100', { features: { voicemail: '*97', pickup: '*8' } })],
    shown: true,
  })
  other = await lab.phone({ accounts: [lab.account('101')], hz: otherMicrophoneHz, shown: true })
  ear = await Ear.on(phone)
  ;[page, theirs] = await Promise.all([phone.page('ui'), other.page('ui')])
})

afterAll(async () => {
  page?.close()
  theirs?.close()
  ear?.close()
  await lab?.close()
})

const reads = (window: Page, words: string): Promise<unknown> =>
  until(async () => (await window.text()).includes(words), { what: `“${words}” in the window`, ms: 20_000 }).catch(
    async (error: unknown) => {
      throw new Error(
        `${String(error)}\n${await window.text()}\n${phone.log().slice(-2000)}\n${lab.asterisk.log().slice(-3000)}`,
      )
    },
  )

test('a mailbox says how much is new, and one press listens', async () => {
  const inbox = join(lab.asterisk.dir, 'spool/voicemail/default/100/INBOX')
  mkdirSync(inbox, { recursive: true })
  writeFileSync(join(inbox, 'msg0000.txt'), '[message]\norigmailbox=100\ncallerid="Anna Lind" <101>\nduration=3\n')
  await page.press('Listen to voicemail: 1 new')
  await phone.callIn('active')
  await ear.hears(asteriskHz)
  await phone.do('end', (await phone.callIn('active')).id)
  await phone.noCalls()
})

test('a colleague is added by keyboard, their line is seen, and what rings there is taken by one press', async () => {
  await page.press('Contacts')
  await page.press('More: import and export')
  await page.press('Colleagues’ lines')
  await page.press('Add a colleague')
  await until(() => page.evaluate<boolean>(`document.activeElement?.placeholder === '101'`), { what: 'the form' })
  await page.type('101')
  await page.key('Tab')
  await page.type('Anna Lind')
  await page.key('Enter')
  await reads(page, 'Free')

  void lab.asterisk.originate('Local/101@lab', 'tone')
  await other.callIn('incoming')
  await reads(page, 'Ringing')
  await page.press('Pick up the call for Anna Lind')
  await phone.callIn('active')
  await other.noCalls()
  await ear.hears(asteriskHz)
  await phone.do('end', (await phone.callIn('active')).id)
  await phone.noCalls()
})

test('a message arrives as a notification with its text, and is answered from there', async () => {
  await theirs.key('4', 'Digit4', 2)
  await theirs.press('New message')
  await until(() => theirs.evaluate<boolean>(`document.activeElement?.placeholder === 'Name or number'`), {
    what: 'the field for whom it is for',
  })
  await theirs.type('100')
  await theirs.key('Enter')
  await until(() => theirs.evaluate<boolean>(`document.activeElement?.placeholder === 'Message'`), {
    what: 'the field for the message',
  })
  await theirs.type('Is the van there?')
  await theirs.key('Enter')
  const notification = await until(() => lab.desktop.notified.find(({ body }) => body.includes('van')), {
    what: 'the notification',
  })
  expect(notification).toMatchObject({ summary: 'Message from Anna Lind', body: 'Is the van there?' })
  lab.desktop.press(notification.id, 'default')
  await reads(page, 'Is the van there?')
  await until(() => page.evaluate<boolean>(`document.activeElement?.placeholder === 'Message'`), {
    what: 'the field for the answer',
  })
  await page.type('At gate 3')
  await page.key('Enter')
  await reads(theirs, 'At gate 3')
  await until(() => lab.desktop.notified.find(({ body }) => body === 'At gate 3'), { what: 'their notification' })
  await until(() => !lab.desktop.open.has(notification.id), { what: 'the notification to be gone' })
})
