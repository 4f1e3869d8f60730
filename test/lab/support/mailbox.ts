/*
 * A mailbox on the lab's Asterisk: what its configuration needs besides the lab's own, and a message left in it as a caller would leave one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asterisk } from './asterisk'

const modules = ['res_adsi', 'res_smdi', 'app_voicemail', 'res_pjsip_mwi', 'res_pjsip_mwi_body_generator']

/** One of the lab's own configuration files. */
export const usual = (name: string): string => readFileSync(join(import.meta.dirname, 'asterisk', name), 'utf8')

/** The lab's modules, those for mailboxes, and these. */
export const withModules = (...more: readonly string[]): string =>
  `${usual('modules.conf')}\n${[...modules, ...more].map((name) => `load = ${name}.so`).join('\n')}\n`

/** The configuration of one mailbox, for the files of `Lab.open`. */
export const mailboxOf = (user: string): string => `[general]
format = wav
pollmailboxes = yes
pollfreq = 1

[default]
${user} => 1234,Front desk
`

/** The lab's accounts, of which this one has that mailbox. */
export const accountsWithMailbox = (user: string): string =>
  usual('pjsip.conf').replace(`[${user}](place)\n`, `[${user}](place)\nmailboxes = ${user}@default\n`)

export function leaveMessage(asterisk: Asterisk, user: string): void {
  const inbox = join(asterisk.dir, `spool/voicemail/default/${user}/INBOX`)
  mkdirSync(inbox, { recursive: true })
  const text = '[message]\norigmailbox=100\ncallerid="Anna Lind" <101>\nduration=3\n'
  writeFileSync(join(inbox, 'msg0000.txt'), text.replace('100', user))
}
