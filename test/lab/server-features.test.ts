/*
 * What a real Asterisk offers besides calls, at the window and the tray: a mailbox with a new message, colleagues whose calls are taken and who are handed
 * calls, what rings in the group, digits for everybody in a conference, messages there and back.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TrayHost } from '../fakes/tray-host'
import type { Page } from '../support/page'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { asteriskHz, Lab, otherMicrophoneHz } from './support/lab'
import { accountsWithMailbox, leaveMessage, mailboxOf, usual, withModules } from './support/mailbox'

const files = {
  'modules.conf': withModules(
    'res_pjsip_outbound_publish',
    'res_pjsip_exten_state',
    'res_pjsip_dialog_info_body_generator',
    'res_pjsip_messaging',
  ),
  'voicemail.conf': mailboxOf('100'),
  'pjsip.conf': accountsWithMailbox('100').replace('context = lab\n', 'context = lab\nmessage_context = messages\n'),
  'extensions.conf': `${usual('extensions.conf')}
exten => 101,hint,PJSIP/101
exten => *97,1,Answer()
 same => n,PlayTones(620)
 same => n,Wait(60)
; two that read four digits each
exten => _65[12],1,Answer()
 same => n,Read(DIGITS,,4,,1,20)
 same => n,Set(GLOBAL(HEARD\${EXTEN})=\${DIGITS})
 same => n,Wait(30)

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
let otherEar: Ear
let tray: TrayHost

beforeAll(async () => {
  lab = await Lab.open(files)
  tray = await TrayHost.start(lab.bus.address)
  phone = await lab.phone({
    accounts: [lab.account('100', { features: { voicemail: '*97', pickup: '*8' } })],
    shown: true,
  })
  await tray.registered()
  other = await lab.phone({ accounts: [lab.account('101')], hz: otherMicrophoneHz, shown: true })
  ear = await Ear.on(phone)
  otherEar = await Ear.on(other)
  ;[page, theirs] = await Promise.all([phone.page('ui'), other.page('ui')])
})

afterAll(async () => {
  page?.close()
  theirs?.close()
  ear?.close()
  otherEar?.close()
  tray?.stop()
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

const endsAll = async (): Promise<void> => {
  for (const one of [phone, other]) for (const call of await one.calls()) await one.control('end', call.id)
  await phone.noCalls()
  await other.noCalls()
}

test('a mailbox says how much is new, and one press listens, in the window and at the tray', async () => {
  leaveMessage(lab.asterisk, '100')
  await page.press('Listen to voicemail: 1 new')
  await phone.callIn('active')
  await ear.hears(asteriskHz)
  await endsAll()
  await tray.choose('Voicemail (1)…')
  expect((await phone.callIn('active')).handle.value).toBe('*97')
  await ear.hears(asteriskHz)
  await endsAll()
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
  await endsAll()
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
  // Whoever looks at the conversation is not notified; without a window manager a window may not know that it is behind another.
  await theirs.key('1', 'Digit1', 2)
  await page.type('At gate 3')
  await page.key('Enter')
  const reply = await until(() => lab.desktop.notified.find(({ body }) => body === 'At gate 3'), {
    what: 'their notification',
  })
  lab.desktop.press(reply.id, 'default')
  await reads(theirs, 'At gate 3')
  await until(() => !lab.desktop.open.has(notification.id), { what: 'the notification to be gone' })
})

test('what rings in the group is taken by one press, and a call is handed to a colleague by one', async () => {
  await page.key('3', 'Digit3', 2)
  await reads(page, 'Free')
  void lab.asterisk.originate('Local/101@lab', 'tone')
  await other.callIn('incoming')
  await page.press('Pick up what rings in your group')
  await phone.callIn('active')
  await other.noCalls()
  await ear.hears(asteriskHz)

  await page.press('Transfer')
  // The row says who it is by more than words.
  await until(
    () =>
      page.evaluate<boolean>(`(() => {
        const row = [...document.querySelectorAll('ul[aria-label="Colleagues"] button.person')]
          .find((one) => one.innerText.replace(/\\s+/g, ' ').includes('Transfer to Anna Lind'))
        row?.click()
        return row !== undefined
      })()`),
    { what: 'Anna among those it can be handed to' },
  )
  await other.callIn('incoming')
  await other.do('answer')
  await other.callIn('active')
  await otherEar.hears(asteriskHz)
  await phone.noCalls()
  expect(phone.recents()[0]).toMatchObject({ cause: 'transferred' })
  await endsAll()
})

test('digits typed in the window reach everybody in a conference', async () => {
  await phone.do('call', '651')
  const { id: first } = await phone.callIn('active')
  await phone.do('call', '652')
  await until(async () => (await phone.calls()).map(({ state }) => state).join() === 'held,active', {
    what: 'the second call to be up',
  })
  await page.press('Join with')
  await until(async () => (await phone.calls()).every(({ state }) => state === 'active'), { what: 'the conference' })
  // Without its keypad in sight a digit would be a surprise.
  await page.key('7', 'Digit7')
  await page.press('Keypad')
  await reads(page, 'Everybody in the conference')
  for (const digit of '1590') await page.key(digit, `Digit${digit}`)
  for (const name of ['HEARD651', 'HEARD652'])
    await until(async () => (await lab.asterisk.global(name)) === '1590', { what: `1590 as ${name}`, ms: 20_000 })
  expect((await phone.calls()).map(({ id }) => id)).toContain(first)
  await endsAll()
})
