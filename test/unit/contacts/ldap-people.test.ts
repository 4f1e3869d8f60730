/* A directory server that does less than it could: no encryption, a few entries and no more, others elsewhere (RFC 4511 as bytes). */
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../../common/clock'
import type { SourceSettings } from '../../../common/directory'
import { silentLog } from '../../../common/log'
import { LdapPeople } from '../../../main/contacts/ldap-people'
import { openLdap } from '../../../main/directory/sources/ldap-source'

/** One element of BER, shorter than 65,536 bytes. */
function element(tag: number, ...parts: readonly (Buffer | string | number)[]): Buffer {
  const content = Buffer.concat(parts.map((one) => (typeof one === 'number' ? Buffer.from([one]) : Buffer.from(one))))
  return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 0xff]), content])
}
const result = (tag: number, code: number): Buffer =>
  element(tag, element(0x0a, code), element(0x04, ''), element(0x04, ''))
const attribute = (name: string, value: string): Buffer =>
  element(0x30, element(0x04, name), element(0x31, element(0x04, value)))
const entry = (name: string, number: string): Buffer =>
  element(0x64, element(0x04, `cn=${name}`), element(0x30, attribute('cn', name), attribute('mobile', number)))
const reference = element(0x73, element(0x04, 'ldap://elsewhere.example/dc=example'))

let searchCode = 4
let bindCode = 0
let server: Server
let url: string
beforeAll(async () => {
  server = createServer((socket: Socket) => {
    socket.on('error', () => {})
    socket.on('data', (message: Buffer) => {
      // A short sequence, the number of the message, and what is wanted; each comes in one piece on loopback.
      const header = (message[1] ?? 0) < 0x80 ? 2 : 2 + ((message[1] ?? 0) & 0x7f)
      const length = message[header + 1] ?? 0
      const id = element(0x02, message.subarray(header + 2, header + 2 + length))
      const wanted = message[header + 2 + length]
      const say = (...replies: readonly Buffer[]): void =>
        replies.forEach((one) => socket.write(element(0x30, id, one)))
      if (wanted === 0x77) say(result(0x78, 2))
      if (wanted === 0x60) say(result(0x61, bindCode))
      if (wanted === 0x63) say(entry('Ada', '+49301'), reference, entry('Grace', '+49302'), result(0x65, searchCode))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const settings = (): Extract<SourceSettings, { kind: 'ldap' }> => ({
  kind: 'ldap',
  url,
  user: 'cn=me',
  base: 'dc=example',
  nameAttributes: ['cn'],
  numberAttributes: ['mobile'],
  everyMinutes: 60,
})

it('those it gives before its limit are found as somebody types', async () => {
  const people = new LdapPeople({
    name: 'Work',
    settings: settings(),
    password: 'x',
    clock: systemClock,
    log: silentLog,
    deadlineMs: 10_000,
  })
  const found = await people.search('a', 20, new AbortController().signal)
  expect(found.map(({ name }) => name)).toEqual(['Ada', 'Grace'])
  await people.close()
})

it('a part of it is no directory to know callers by, and why is said in words', async () => {
  const read = async (): Promise<void> => {
    for await (const rows of openLdap({ settings: settings(), password: 'x', timeoutMs: 10_000 }).rows()) void rows
  }
  await expect(read()).rejects.toThrow('the server does not give as many entries as there are')
  searchCode = 32
  await expect(read()).rejects.toThrow('there is no such base')
  bindCode = 49
  await expect(read()).rejects.toThrow('wrong user or password')
})
