/*
 * Accounts that name but a domain, on a real name server: NAPTR, SRV and AAAA lead each to the best of its servers that works, the dead and the busy are
 * passed over, and the status tells which was chosen and why.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Phone, Status } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { Lab, microphoneHz } from './support/lab'
import { NameServer } from './support/name-server'
import { levelAt, readWav, tail } from './support/tone'
import { ensureAsteriskRoot } from '../../scripts/lab/asterisk-root.mjs'

const six = 'fd77::1'

const records = [
  // Everything, best first; the first of the servers for TLS is dead.
  'naptr-record=full.test,10,50,s,SIPS+D2T,,_sips._tcp.full.test',
  'naptr-record=full.test,20,50,s,SIP+D2T,,_sip._tcp.full.test',
  'naptr-record=full.test,30,50,s,SIP+D2U,,_sip._udp.full.test',
  'srv-host=_sips._tcp.full.test,pbx.full.test,9,10,100',
  'srv-host=_sips._tcp.full.test,pbx.full.test,5061,20,100',
  'srv-host=_sip._tcp.full.test,pbx.full.test,5060,10,100',
  'srv-host=_sip._udp.full.test,pbx.full.test,5060,10,100',
  'host-record=pbx.full.test,127.0.0.1',
  // TCP preferred to UDP, against the usual order, and nobody there.
  'naptr-record=half.test,10,10,s,SIP+D2T,,_sip._tcp.half.test',
  'naptr-record=half.test,10,20,s,SIP+D2U,,_sip._udp.half.test',
  'srv-host=_sip._tcp.half.test,pbx.full.test,9,10,100',
  'srv-host=_sip._udp.half.test,pbx.full.test,5060,10,100',
  // No NAPTR. The first takes nobody now.
  'srv-host=_sip._udp.busy.test,pbx.full.test,5098,10,100',
  'srv-host=_sip._udp.busy.test,pbx.full.test,5060,20,100',
  // Nothing but an address, and that of IPv6.
  `host-record=six.test,${six}`,
  // WebSocket, where it is announced.
  'naptr-record=web.test,10,10,s,SIPS+D2W,,_sips._ws.web.test',
  'naptr-record=web.test,20,10,s,SIP+D2U,,_sip._udp.web.test',
  'srv-host=_sips._ws.web.test,localhost,8089,10,100',
  'srv-host=_sip._udp.web.test,pbx.full.test,5060,10,100',
  'host-record=localhost,127.0.0.1',
]

let names: NameServer
let busy: Socket
let lab: Lab
let phone: Phone
let ear: Ear

/** The lab's servers, on IPv6 too. */
const onIpv6 = (): string => {
  const text = readFileSync(join(import.meta.dirname, 'support/asterisk/pjsip.conf'), 'utf8')
  const transport = (protocol: string): string =>
    `[${protocol}6]\ntype=transport\nprotocol=${protocol}\nbind=[${six}]:5060\n`
  return `${text}\n${transport('udp')}\n${transport('tcp')}\n[110](+)\nrtp_ipv6 = yes\n`
}

beforeAll(async () => {
  execFileSync('ip', ['-6', 'addr', 'add', `${six}/128`, 'dev', 'lo'])
  names = await NameServer.start(await ensureAsteriskRoot(), records)
  busy = createSocket('udp4')
  await new Promise<void>((resolve) => busy.bind(5098, '127.0.0.1', resolve))
  busy.on('message', (bytes, { address, port }) => {
    const kept = bytes
      .toString()
      .split('\r\n')
      .filter((line) => /^(via|from|to|call-id|cseq):/i.test(line))
    if (kept.length > 0)
      busy.send(['SIP/2.0 503 Not now', ...kept, 'Content-Length: 0', '', ''].join('\r\n'), port, address)
  })
  lab = await Lab.open({ 'pjsip.conf': onIpv6() })
  const certificate = createHash('sha256')
    .update(new X509Certificate(readFileSync(join(lab.asterisk.dir, 'keys/server.pem'))).raw)
    .digest('hex')
  const at = (user: string, domain: string): Parameters<Lab['account']> => [
    user,
    { uri: `sip:${user}@${domain}`, server: `sip:${domain}`, certificate },
  ]
  phone = await lab.phone({
    accounts: [
      lab.account(...at('113', 'full.test')),
      lab.account(...at('111', 'half.test')),
      lab.account(...at('104', 'busy.test')),
      lab.account(...at('110', 'six.test')),
      lab.account(...at('100', 'web.test')),
    ],
    entering: (program, args) => names.entering(program, args),
  })
  ear = await Ear.on(phone)
})

afterAll(async () => {
  ear?.close()
  await lab?.close()
  busy?.close()
  names?.stop()
  execFileSync('ip', ['-6', 'addr', 'del', `${six}/128`, 'dev', 'lo'])
})

const routeOf = async (user: string): Promise<Status['accounts'][number]['route'] | undefined> =>
  (await phone.status()).accounts.find(({ name }) => name === `Line ${user}`)?.route

test.each([
  [
    'the best that is announced, past a dead one',
    '113',
    ['tls', '127.0.0.1', 5061],
    /^SRV _sips\._tcp\.full\.test, priority 20; before it: tls .*:9\b/,
  ],
  [
    'the next kind, where the preferred is not there',
    '111',
    ['udp', '127.0.0.1', 5060],
    /^SRV _sip\._udp\.half\.test, priority 10; before it: tcp .*:9\b/,
  ],
  [
    'the next server, where the first is busy (503)',
    '104',
    ['udp', '127.0.0.1', 5060],
    /^SRV _sip\._udp\.busy\.test, priority 20; before it: .*503/,
  ],
  ['the usual kinds in the usual order, over IPv6', '110', ['tcp', six, 5060], /six\.test announces no SIP servers/],
  [
    'WebSocket, where it is announced and preferred',
    '100',
    ['wss', '127.0.0.1', 8089],
    /^SRV _sips\._ws\.web\.test, priority 10/,
  ],
])('a domain leads to %s, and the status says why', async (_what, user, [transport, address, port], why) => {
  const route = await routeOf(user)
  expect(route).toMatchObject({ transport, address, port })
  expect(route?.why).toMatch(why)
})

test.each([
  ['by TLS', '113', '713', 1_570],
  ['over IPv6', '110', '711', 530],
  ['at the server that was not busy', '104', '712', 1_010],
  ['by WebSocket', '100', '711', 530],
])('a call %s is heard at both ends, held and resumed where it began', async (_how, user, extension, hz) => {
  await phone.do('call', extension, '--account', `Line ${user}`)
  await phone.callIn('active')
  await ear.hears(hz)
  await until(
    () => {
      const sound = tail(readWav(join(lab.asterisk.dir, `spool/heard-${extension}.wav`)), 1)
      return sound.samples.length > 7_000 && levelAt(sound, microphoneHz) > -35
    },
    { what: 'the microphone at the far end' },
  )
  await phone.do('hold')
  await phone.callIn('held')
  await phone.do('resume')
  await phone.callIn('active')
  await ear.hears(hz)
  await phone.do('end')
  await phone.noCalls()
})

test('when the server it chose is gone the account goes to another of them, and its calls are made there', async () => {
  // The port for TLS alone dies; TCP and UDP are announced as well.
  const table =
    'table inet dead {\nchain in {\ntype filter hook input priority 0;\ntcp dport 5061 reject with tcp reset\n}\n}'
  execFileSync('nft', [table])
  try {
    await until(async () => (await routeOf('113'))?.transport === 'tcp', { what: 'another server', ms: 45_000 })
    await phone.registered()
    await phone.do('call', '711', '--account', 'Line 113')
    await phone.callIn('active')
    await phone.do('end')
    await phone.noCalls()
  } finally {
    execFileSync('nft', ['delete', 'table', 'inet', 'dead'])
  }
})
