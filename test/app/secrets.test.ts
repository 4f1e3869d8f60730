/*
 * What the running phone leaves lying about: nothing of a password, of credentials or of digits, in no file, log, argument
 * or environment; and no file that another user can read. And what links from outside can make it do: show itself.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { electronArguments, electronExecutable } from '../../scripts/electron-runtime.mjs'
import { listPages, type Page } from '../support/page'
import { Phone } from '../support/phone'
import { SipServer } from '../support/sip-server'
import { until } from '../support/until'
import { removeFolder } from '../support/remove-folder'

const password = 'Canary-4f1b9c-Pässword'
const realm = 'secrets.example'
const digits = '7391846205'
const folder = mkdtempSync(join(tmpdir(), 'patchcord-secrets-'))

let server: SipServer
let phone: Phone

beforeAll(async () => {
  server = await SipServer.start({ realm })
  const account = { name: 'Work', uri: 'sip:100@127.0.0.1', server: server.url, username: '100', password }
  const provision = join(folder, 'accounts.json')
  writeFileSync(provision, JSON.stringify({ accounts: [account] }))
  // As noisy as it can be made.
  phone = await Phone.start({ args: [`--provision=${provision}`], env: { PATCHCORD_LOG: 'debug' } })
  await phone.registered()
})

afterAll(async () => {
  await phone?.dispose()
  server?.stop()
  removeFolder(folder)
})

/** The password in every shape in which it could be written down; what is proven with it as well. */
function secrets(): Record<string, Buffer> {
  const ha1 = createHash('md5').update(`100:${realm}:${password}`).digest('hex')
  const proofs = server.authorizations.map((one, i) => {
    const response = /response="([^"]+)"/.exec(one)?.[1] ?? ''
    return [`proof ${i}`, Buffer.from(response)] as const
  })
  return {
    plain: Buffer.from(password),
    latin: Buffer.from(password, 'latin1'),
    wide: Buffer.from(password, 'utf16le'),
    base64: Buffer.from(Buffer.from(password).toString('base64').slice(0, -4)),
    hex: Buffer.from(Buffer.from(password).toString('hex')),
    escaped: Buffer.from(encodeURIComponent(password)),
    ha1: Buffer.from(ha1),
    ...Object.fromEntries(proofs),
  }
}

const found = (bytes: Buffer): string[] =>
  Object.entries(secrets())
    .filter(([, secret]) => bytes.includes(secret))
    .map(([name]) => name)

/** Every file below a folder that is a file. */
const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** The phone and everything it started. */
function processes(): string[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid): [string, string][] => {
      try {
        return [[pid, /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '']]
      } catch {
        return []
      }
    })
  const family = [String(phone.process.pid)]
  for (const pid of family) family.push(...parents.filter(([, parent]) => parent === pid).map(([child]) => child))
  return family
}

/** null: the process is gone. */
function whatIsTold(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    if (['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe('a password', () => {
  it('is used and still nowhere to be read: files, logs, arguments, environments', async () => {
    expect(server.authorizations.length).toBeGreaterThan(0)
    const files = filesIn(phone.profile)
    expect(files.filter((file) => found(readFileSync(file)).length > 0)).toEqual([])
    expect(readFileSync(join(phone.profile, 'settings.json'), 'utf8')).toMatch(/"ciphertext"/)
    expect(found(Buffer.from(phone.log()))).toEqual([])
    const family = processes()
    expect(family.length).toBeGreaterThan(2)
    const told = family.flatMap((pid) => ['cmdline', 'environ'].map((name) => whatIsTold(`/proc/${pid}/${name}`)))
    // One of them may have ended meanwhile, and tells nothing any more.
    expect(told.filter((text) => text !== null).length).toBeGreaterThan(4)
    expect(told.filter((text) => text !== null && found(text).length > 0)).toEqual([])
    const status = await phone.do('status')
    expect(found(Buffer.from(JSON.stringify(status)))).toEqual([])
  })

  it('is not in the window, whatever one looks for there', async () => {
    await phone.do('show')
    const page = await phone.page('ui')
    await until(async () => (await page.text()).length > 0, { what: 'the window to show something' })
    expect(await heldBy(page, 'Work')).toBeGreaterThan(0)
    expect(await heldBy(page, password)).toBe(0)
  })
})

/** How many objects of a page hold this text. */
async function heldBy(page: Page, text: string): Promise<number> {
  const { result } = await page.send<{ result: { objectId: string } }>('Runtime.evaluate', {
    expression: 'Object.prototype',
  })
  const { objects } = await page.send<{ objects: { objectId: string } }>('Runtime.queryObjects', {
    prototypeObjectId: result.objectId,
  })
  const counted = await page.send<{ result: { value: number } }>('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    returnByValue: true,
    arguments: [{ value: text }],
    functionDeclaration: `function (text) {
      return this.filter((one) => {
        try { return Object.values(one).includes(text) } catch { return false }
      }).length
    }`,
  })
  return counted.result.value
}

it('digits that are dialled in a call reach the far end and no log, nor do credentials and media keys', async () => {
  const pressed: string[] = []
  server.on.set('INFO', (info) => {
    pressed.push(/Signal=(.)/.exec(info.text)?.[1] ?? '')
    server.reply(info, 200)
  })
  const engine = await phone.page('engine')
  server.on.set('INVITE', (invite) => {
    const said = [
      'Contact: <sip:600@127.0.0.1>',
      'Allow: INVITE, ACK, BYE, CANCEL, INFO',
      'Content-Type: application/sdp',
    ]
    void engine
      .evaluate<string>(answerTo(invite.text.slice(invite.text.indexOf('\r\n\r\n') + 4)))
      .then((sdp) => server.reply(invite, 200, said, sdp))
  })
  await phone.do('call', '600')
  await phone.callIn('active')
  await phone.do('dtmf', digits)
  await until(() => pressed.length === digits.length, { what: 'the digits to arrive' })
  expect(pressed.join('')).toBe(digits)
  await phone.do('end')
  await phone.noCalls()
  const log = phone.log()
  expect(log).toContain('control: dtmf')
  expect(log).not.toContain(digits)
  expect(log).not.toMatch(/Signal\s*=\s*[\dA-D*#]/)
  expect(log).not.toMatch(/response="[^*]|Authorization: Digest|a=ice-pwd:[^*]|n0nce/)
  expect(filesIn(phone.profile).filter((file) => readFileSync(file).includes(digits))).toEqual([])
})

/** Run in a page: a far end of this offer that speaks and knows nothing of telephone events; gives its SDP. */
const answerTo = (sdp: string): string => `(async () => {
  const far = (globalThis.far = new RTCPeerConnection())
  await far.setRemoteDescription({ type: 'offer', sdp: ${JSON.stringify(sdp)} })
  const context = new AudioContext()
  const { stream } = context.createMediaStreamDestination()
  far.addTrack(stream.getAudioTracks()[0], stream)
  const answer = await far.createAnswer()
  const types = [...answer.sdp.matchAll(/^a=rtpmap:(\\d+) telephone-event.*$/gm)].map(([, type]) => type)
  for (const type of types) {
    answer.sdp = answer.sdp.replace(new RegExp('^a=(rtpmap|fmtp|rtcp-fb):' + type + ' .*\\r\\n', 'gm'), '')
    answer.sdp = answer.sdp.replace(new RegExp('^(m=audio .*?) ' + type + '(?= |\\r)', 'm'), '$1')
  }
  await far.setLocalDescription(answer)
  while (far.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20))
  return far.localDescription.sdp
})()`

describe('files', () => {
  it('are for their owner alone', async () => {
    expect(mode(phone.profile)).toBe('700')
    const files = ['settings.json', 'history.jsonl', 'logs/main.log']
    expect(files.map((name) => [name, mode(join(phone.profile, name))])).toEqual(files.map((name) => [name, '600']))
    expect(mode(join(phone.profile, 'logs'))).toBe('700')
    const socket = join(phone.profile, 'control.sock')
    expect(statSync(socket).isSocket()).toBe(true)
    expect(mode(socket)).toBe('600')
  })
})

describe('a link or argument from outside', () => {
  /** A second start in the same profile; it hands its arguments to the first and ends. */
  const startAgain = (...args: string[]): Promise<number | null> =>
    new Promise((resolve) => {
      const application = join(import.meta.dirname, '../..')
      const all = [application, ...electronArguments(), `--user-data-dir=${phone.profile}`, ...args]
      spawn(electronExecutable(), all, { stdio: 'ignore' }).once('exit', resolve)
    })

  it('shows the phone and never dials, imports, reconfigures or opens a door', async () => {
    const evil = join(folder, 'evil.json')
    writeFileSync(evil, JSON.stringify({ accounts: [{ uri: 'sip:1@evil.example', server: 'wss://evil.example/ws' }] }))
    const invites = server.requests('INVITE').length
    const before = await phone.status()
    const hostile = [
      [`sip:${'9'.repeat(32_000)}`],
      ['sip:*21*00900123@127.0.0.1', '--inspect=127.0.0.1:39229'],
      ['sip:600%0d%0aINVITE%20sip:900@premium.example?Route=<sip:evil.example>&body=x'],
      ['SIPS:600@127.0.0.1?Replaces=x;to-tag=y', 'tel:+4990012345', `--provision=${evil}`],
      ['tel:"><script>globalThis.ran=true</script>', '--remote-debugging-port=39230'],
    ]
    for (const args of hostile) expect(await startAgain(...args)).toBe(0)
    const page = await phone.page('ui')
    expect(await page.evaluate('globalThis.ran')).toBeUndefined()
    const after = await phone.status()
    expect(after.calls).toEqual([])
    expect(after.accounts.map(({ uri }) => uri)).toEqual(before.accounts.map(({ uri }) => uri))
    expect(server.requests('INVITE')).toHaveLength(invites)
    expect((await listPages(phone.profile)).length).toBe(2)
    for (const port of [39_229, 39_230]) expect(await answers(port)).toBe(false)
  })

  it('fills in the number for a person to dial', async () => {
    expect(await startAgain('tel:+49301234567;phone-context=x')).toBe(0)
    const page = await phone.page('ui')
    const typed = `[...document.querySelectorAll('input')].map((one) => one.value).join()`
    await until(async () => (await page.evaluate<string>(typed)).includes('+49301234567'), { what: 'the number' })
    expect((await phone.status()).calls).toEqual([])
  })
})

/** Whether anything listens there. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(socket.destroy() !== null)).once('error', () => resolve(false))
  })

it('nothing is left behind for a crash report to find', () => {
  const dumps = join(phone.profile, 'Crashpad')
  expect(existsSync(dumps) ? filesIn(dumps).filter((file) => file.endsWith('.dmp')) : []).toEqual([])
})
