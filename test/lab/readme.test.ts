/*
 * What the README tells a person to write into Asterisk's files makes this phone work: the very words of it are run.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { Ear } from './support/ear'
import { Lab, microphoneHz } from './support/lab'

let lab: Lab
let phone: Phone
let ear: Ear

beforeAll(async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  const snippet = (file: string): string => {
    const found = new RegExp(`\`${file}\`:\\n\\n\`\`\`ini\\n([^\`]+)\`\`\``).exec(readme)
    if (!found?.[1]) throw new Error(`the README has no snippet for ${file}`)
    // Where a person puts the certificate is theirs to say; the lab's is in the lab's folder.
    return found[1].replaceAll('/etc/asterisk/keys/', '@DIR@/keys/')
  }
  lab = await Lab.open({
    'http.conf': snippet('http.conf'),
    'pjsip.conf': snippet('pjsip.conf'),
    'extensions.conf': '[default]\nexten => 600,1,Answer()\n same => n,Echo()\n',
  })
  phone = await lab.phone({
    args: ['--ignore-certificate-errors'],
    accounts: [
      {
        name: 'Work',
        uri: 'sip:100@127.0.0.1',
        server: lab.asterisk.wssUrl,
        username: '100',
        password: 'a-long-secret',
      },
    ],
  })
  ear = await Ear.on(phone)
})

afterAll(async () => {
  ear?.close()
  await lab?.close()
})

test('the Asterisk of the README registers the phone over wss and brings its words back', async () => {
  expect(lab.asterisk.wssUrl).toContain(':8089/ws')
  await phone.do('call', '600')
  await phone.callIn('active')
  await ear.hears(microphoneHz)
})
