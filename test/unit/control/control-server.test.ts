/*
 * The control door from outside: the real command line as its own process, and programs that misbehave, on real sockets.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { controlAddress, defaultUserData, directAddress } from '../../../bin/control-address.mjs'
import { silentLog } from '../../../common/log'
import { done, refused, type Result } from '../../../common/errors'
import type { PhoneState } from '../../../common/phone-state'
import { ActionEvents, type ActionEvent } from '../../../main/callkit/action-events'
import { runControlVerb } from '../../../main/control/control-client'
import { ControlServer } from '../../../main/control/control-server'
import { ControlVerbs } from '../../../main/control/control-verbs'
import { PhoneStore } from '../../../main/phone-store'
import { ManualClock } from '../../fakes/manual-clock'
import { until as waitUntil } from '../../support/until'
import { active, callOf, ended, NotedVerbs, phone, startedAt, view } from './support'

const program = join(import.meta.dirname, '../../../bin/patchcord.mjs')

function profile(name = 'profile'): string {
  const base = mkdtempSync(join(tmpdir(), 'patchcord-control-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  return join(base, name)
}

async function openDoor(userData = profile(), state: PhoneState = phone()) {
  const noted = new NotedVerbs()
  const store = new PhoneStore(state, silentLog)
  const clock = new ManualClock()
  const actions = new ActionEvents(silentLog)
  const done = { quit: 0, shown: 0 }
  const server = new ControlServer({
    userData,
    verbs: new ControlVerbs({
      clock: new ManualClock(),
      calls: noted,
      state: () => store.current,
      electron: '33.2.1',
      show: () => void done.shown++,
      setDoNotDisturb: () => ({ ok: true, value: undefined }),
      testAccount: () => refused('unknown-account'),
    }),
    state: () => store.current,
    observe: (listener) => store.observe(listener),
    observeActions: (listener) => actions.observe(listener),
    electron: '33.2.1',
    quit: () => void done.quit++,
    clock,
    log: silentLog,
  })
  onTestFinished(() => server.stop())
  expect(await server.start()).toEqual({ ok: true, value: undefined })
  return { userData, noted, store, actions, clock, done, server }
}

interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(
  userData: string,
  ...args: string[]
): { child: ChildProcess; out: () => string; finished: Promise<Finished> } {
  // From a folder that has nothing to do with the program.
  const child = spawn(process.execPath, [program, `--user-data-dir=${userData}`, ...args], { cwd: tmpdir() })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const finished = new Promise<Finished>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
  return { child, out: () => stdout, finished }
}

const run = (userData: string, ...args: string[]): Promise<Finished> => start(userData, ...args).finished

const json = (text: string): unknown => JSON.parse(text) as unknown

const until = (condition: () => boolean): Promise<unknown> =>
  waitUntil(condition, { what: 'the other side', ms: 5_000, every: 5 })

/** A client of its own making: sends bytes, collects lines. */
function client(userData: string): { socket: Socket; lines: string[]; closed: () => boolean } {
  const socket = connect(controlAddress(userData))
  onTestFinished(() => void socket.destroy())
  const lines: string[] = []
  let rest = ''
  let closed = false
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  socket.on('error', () => {})
  socket.on('close', () => (closed = true))
  return { socket, lines, closed: () => closed }
}

test('status prints the phone and exits with 0', async () => {
  const { userData } = await openDoor()
  const { code, stdout, stderr } = await run(userData, 'status')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(json(stdout)).toMatchObject({ version: '1.2.3', electron: '33.2.1', accounts: [{ id: 'a1' }], calls: [] })
})

test('call and hold are asked of the phone and name the call', async () => {
  const { userData, noted } = await openDoor(profile(), phone({ calls: [view(callOf('c1', active()))] }))
  expect(await run(userData, 'call', '600', '--account', 'Work')).toMatchObject({
    code: 0,
    stdout: '{"call":"new-call"}\n',
  })
  expect(await run(userData, 'hold')).toMatchObject({ code: 0, stdout: '{"call":"c1"}\n' })
  expect(noted.asked).toEqual([
    ['call', '600', 'a1', 'control'],
    ['setHeld', 'c1', true, 'control'],
  ])
})

test('a refusal prints its code and exits with 1', async () => {
  const { userData } = await openDoor()
  const { code, stdout } = await run(userData, 'answer')
  expect(code).toBe(1)
  expect(json(stdout)).toEqual({ error: { code: 'unknown-call', message: 'no call is ringing' } })
})

test('without a phone it says not-running and exits with 1', async () => {
  const { code, stdout } = await run(profile(), 'status')
  expect(code).toBe(1)
  expect(json(stdout)).toMatchObject({ error: { code: 'not-running' } })
})

test('without a verb it explains itself and exits with 1', async () => {
  const { code, stdout, stderr } = await run(profile())
  expect(code).toBe(1)
  expect(json(stdout)).toEqual({ error: { code: 'usage', message: 'no verb given' } })
  expect(stderr).toMatch(/^Usage: patchcord/)
})

test('help is printed and is no error', async () => {
  const { code, stdout } = await run(profile(), '--help')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Usage: patchcord/)
})

test('show and quit reach the phone, and quit is answered before it happens', async () => {
  const { userData, done } = await openDoor()
  expect(await run(userData, 'show')).toMatchObject({ code: 0, stdout: '{"ok":true}\n' })
  expect(await run(userData, 'quit')).toMatchObject({ code: 0, stdout: '{"ok":true}\n' })
  await until(() => done.quit === 1)
  expect(done).toEqual({ quit: 1, shown: 1 })
})

test('events prints a line at each change until the phone goes', async () => {
  const { userData, store, server } = await openDoor()
  const events = start(userData, 'events')
  await until(() => events.out().includes('\n'))
  store.put({ calls: [view(callOf('c1', { state: 'incoming' }))] })
  store.put({ calls: [view(callOf('c1', { state: 'incoming' }))], devices: [] })
  store.put({ calls: [view(callOf('c1', ended))] })
  await until(() => events.out().split('\n').length === 4)
  await server.stop()
  const { code, stdout } = await events.finished
  expect(code).toBe(0)
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => (json(line) as { event: string }).event),
  ).toEqual(['status', 'call', 'ended'])
})

test('events tells what becomes of actions, and one that failed does not end it', async () => {
  const { userData, actions, server } = await openDoor()
  const events = start(userData, 'events')
  await until(() => events.out().includes('\n'))
  const event: ActionEvent = {
    type: 'requested',
    actionId: 'a1',
    transactionId: 't1',
    kind: 'setHeld',
    callId: 'c1',
    by: 'tray',
    code: null,
    detail: null,
    at: startedAt,
  }
  actions.tell(event)
  actions.tell({ ...event, type: 'failed', code: 'transfer-failed', detail: 'SIP 404 Not Found' })
  await until(() => events.out().split('\n').length === 4)
  await server.stop()
  const { code, stdout } = await events.finished
  expect(code).toBe(0)
  const told = {
    event: 'action',
    action: 'setHeld',
    call: 'c1',
    originator: 'tray',
    transaction: 't1',
    at: '2030-01-02T03:04:05.678Z',
  }
  const [, ...lines] = stdout.trim().split('\n')
  expect(lines.map(json)).toEqual([
    { ...told, type: 'requested', error: null, detail: null },
    { ...told, type: 'failed', error: 'transfer-failed', detail: 'SIP 404 Not Found' },
  ])
})

test('--wait answers with the outcome, for good or bad', async () => {
  const { userData, noted } = await openDoor(profile(), phone({ calls: [view(callOf('c1', active()))] }))
  let settle = (_: Result): void => {}
  noted.outcome = new Promise((resolve) => (settle = resolve))
  const waiting = start(userData, 'hold', '--wait')
  await until(() => noted.asked.length === 1)
  expect(await run(userData, 'hold')).toMatchObject({ code: 0 })
  expect(waiting.out()).toBe('')
  settle(refused('timed-out'))
  const { code, stdout } = await waiting.finished
  expect(code).toBe(1)
  expect(json(stdout)).toEqual({ error: { code: 'timed-out', message: 'it took too long' } })
  noted.outcome = Promise.resolve(done)
  expect(await run(userData, 'hold', '--wait')).toMatchObject({ code: 0, stdout: '{"call":"c1"}\n' })
})

test('a reader of events that goes away ends them quietly', async () => {
  const { userData, store } = await openDoor()
  const events = start(userData, 'events')
  await until(() => events.out().includes('\n'))
  events.child.stdout?.destroy()
  await new Promise((resolve) => setImmediate(resolve))
  const gone = new Promise((resolve) => events.child.once('exit', resolve))
  const ring = (n: number): void => store.put({ calls: [view(callOf(`c${n}`, { state: 'incoming' }))] })
  for (let n = 0; events.child.exitCode === null && n < 500; n++) {
    ring(n)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(await gone).toBe(0)
})

test('the packaged application’s own client behaves the same', async () => {
  const { userData } = await openDoor()
  const out: string[] = []
  const stream = { write: (text: string) => out.push(text), on: () => {}, off: () => {} }
  const options = { stdout: stream, stderr: stream, userData, lenient: true }
  expect(await runControlVerb(['--no-sandbox', 'status'], options)).toBe(0)
  expect(json(out.join(''))).toMatchObject({ version: '1.2.3' })
})

test.skipIf(process.platform === 'win32')('only the user can open the socket, from the first moment', async () => {
  const folder = profile()
  mkdirSync(folder, { mode: 0o755 })
  const { userData } = await openDoor(folder)
  expect(statSync(directAddress(userData)).mode & 0o777).toBe(0o600)
  expect(statSync(userData).mode & 0o777).toBe(0o700)
})

test('a stale socket is replaced, and leaving removes it', async () => {
  const userData = profile()
  mkdirSync(userData, { mode: 0o700 })
  // Killed without a chance to clean up.
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  const dead = spawn(process.execPath, ['-e', script, directAddress(userData)])
  await new Promise((resolve) => dead.once('exit', resolve))
  expect(lstatSync(directAddress(userData)).isSocket()).toBe(true)
  expect(await run(userData, 'status')).toMatchObject({ code: 1 })
  const { server } = await openDoor(userData)
  expect(await run(userData, 'status')).toMatchObject({ code: 0 })
  await server.stop()
  expect(existsSync(directAddress(userData))).toBe(false)
})

test('a second phone does not take the first one’s door, and a foreign file is not removed', async () => {
  const { userData } = await openDoor()
  const second = new ControlServer({
    userData,
    verbs: new ControlVerbs({
      clock: new ManualClock(),
      calls: new NotedVerbs(),
      state: phone,
      electron: '',
      show: () => {},
      setDoNotDisturb: () => done,
      testAccount: () => refused('unknown-account'),
    }),
    state: phone,
    observe: () => () => {},
    observeActions: () => () => {},
    electron: '',
    quit: () => {},
    clock: new ManualClock(),
    log: silentLog,
  })
  expect(await second.start()).toMatchObject({ ok: false, detail: 'another phone uses this profile' })
  await second.stop()
  expect(await run(userData, 'status')).toMatchObject({ code: 0 })
  const other = profile()
  mkdirSync(other)
  writeFileSync(directAddress(other), 'mine')
  await expect(openDoor(other)).rejects.toThrow()
  expect(readFileSync(directAddress(other), 'utf8')).toBe('mine')
})

test.skipIf(process.platform === 'win32')(
  'a profile with a very long path has its socket elsewhere, as private',
  async () => {
    const runtime = mkdtempSync(join(tmpdir(), 'patchcord-run-'))
    onTestFinished(() => rmSync(runtime, { recursive: true, force: true }))
    const before = process.env['XDG_RUNTIME_DIR']
    process.env['XDG_RUNTIME_DIR'] = runtime
    onTestFinished(() => {
      if (before === undefined) delete process.env['XDG_RUNTIME_DIR']
      else process.env['XDG_RUNTIME_DIR'] = before
    })
    const { userData, server } = await openDoor(profile(join('ü'.repeat(60), 'x'.repeat(60))))
    const address = controlAddress(userData)
    expect(address.startsWith(runtime)).toBe(true)
    expect(statSync(address).mode & 0o777).toBe(0o600)
    expect(statSync(join(address, '..')).mode & 0o777).toBe(0o700)
    // The client need not have the same environment.
    delete process.env['XDG_RUNTIME_DIR']
    expect(await run(userData, 'status')).toMatchObject({ code: 0 })
    await server.stop()
    expect(existsSync(join(address, '..'))).toBe(false)
    expect(await run(userData, 'status')).toMatchObject({ code: 1 })
  },
)

test.skipIf(process.platform === 'win32')('a folder others prepared for the socket is not used', async () => {
  const runtime = mkdtempSync(join(tmpdir(), 'patchcord-run-'))
  onTestFinished(() => rmSync(runtime, { recursive: true, force: true }))
  const { prepareAddress } = await import('../../../main/control/socket-file')
  const { detour } = await import('../../../bin/control-address.mjs')
  const userData = profile('y'.repeat(120))
  const trap = detour(userData, runtime)
  mkdirSync(trap)
  chmodSync(trap, 0o777)
  const prepared = await prepareAddress(userData, { XDG_RUNTIME_DIR: runtime })
  expect(prepared.ok && prepared.value.address.startsWith(runtime)).toBe(false)
  if (prepared.ok) prepared.value.release()
})

test.each([
  ['not json', 'not a line of JSON'],
  ['{"verb":"dance"}', 'unknown verb'],
  ['null', 'unknown verb'],
  ['[]', 'unknown verb'],
  ['\u0000\u0001', 'not a line of JSON'],
])('the line %j is answered with an error and the connection stays', async (line, message) => {
  const { userData } = await openDoor()
  const { socket, lines } = client(userData)
  socket.write(`${line}\n{"verb":"show"}\n`)
  await until(() => lines.length === 2)
  expect(json(lines[0] ?? '')).toEqual({ error: { code: 'invalid-argument', message } })
  expect(json(lines[1] ?? '')).toEqual({ ok: true })
})

test('a line without end is cut off, and others do not notice', async () => {
  const { userData } = await openDoor()
  const { socket, lines, closed } = client(userData)
  socket.write('x'.repeat(1024 * 1024))
  await until(closed)
  if (lines[0] !== undefined) expect(json(lines[0])).toMatchObject({ error: { message: 'the line is too long' } })
  expect(await run(userData, 'status')).toMatchObject({ code: 0 })
})

test('a request may arrive byte by byte', async () => {
  const { userData } = await openDoor()
  const { socket, lines } = client(userData)
  for (const byte of Buffer.from('{"verb":"call","target":"ü"}\r\n')) {
    socket.write(Buffer.from([byte]))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await until(() => lines.length === 1)
  expect(json(lines[0] ?? '')).toEqual({ call: 'new-call' })
})

test('requests sent together are answered in their order', async () => {
  const { userData, noted } = await openDoor()
  const { socket, lines } = client(userData)
  socket.write('{"verb":"call","target":"1"}\n{"verb":"show"}\n{"verb":"call","target":"2"}\n')
  await until(() => lines.length === 3)
  expect(lines).toEqual(['{"call":"new-call"}', '{"ok":true}', '{"call":"new-call"}'])
  expect(noted.asked.map((asked) => asked[1])).toEqual(['1', '2'])
})

test('many clients are served, and too many are told so', async () => {
  const { userData } = await openDoor()
  const clients = Array.from({ length: 70 }, () => client(userData))
  for (const { socket } of clients) socket.write('{"verb":"show"}\n')
  await until(() => clients.every(({ lines, closed }) => lines.length > 0 || closed()))
  const served = clients.filter(({ lines }) => lines[0] === '{"ok":true}')
  expect(served).toHaveLength(64)
  for (const { socket } of clients) socket.destroy()
  await until(() => clients.every(({ closed }) => closed()))
  expect(await run(userData, 'status')).toMatchObject({ code: 0 })
})

test('a client that says nothing is let go, one that listens to events is not', async () => {
  const { userData, clock } = await openDoor()
  const silent = client(userData)
  const listener = client(userData)
  listener.socket.write('{"verb":"events"}\n')
  await until(() => listener.lines.length === 1 && clock.pending === 1)
  clock.advance(30_000)
  await until(silent.closed)
  expect(listener.closed()).toBe(false)
})

test('clients that vanish at any moment leave nothing behind', async () => {
  const { userData, store, clock } = await openDoor()
  for (let n = 0; n < 20; n++) {
    const { socket } = client(userData)
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write(n % 2 === 0 ? '{"verb":"events"}\n' : '{"verb":"sta')
    socket.destroy()
  }
  store.put({ calls: [view(callOf('c1', { state: 'incoming' }))] })
  await until(() => clock.pending === 0)
  expect(await run(userData, 'status')).toMatchObject({ code: 0 })
})

test('something else that listens there is told apart from a phone', async () => {
  const userData = profile()
  mkdirSync(userData)
  const server = createServer((socket) => socket.end('hello\n'))
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(directAddress(userData), resolve))
  const { code, stdout } = await run(userData, 'status')
  expect(code).toBe(1)
  expect(json(stdout)).toMatchObject({ error: { code: 'failed' } })
})

test('the default profile is where Electron puts it', () => {
  expect(defaultUserData('linux', {}, '/home/a')).toBe('/home/a/.config/Patchcord')
  expect(defaultUserData('linux', { XDG_CONFIG_HOME: '/cfg' }, '/home/a')).toBe('/cfg/Patchcord')
  expect(defaultUserData('darwin', {}, '/Users/a')).toBe('/Users/a/Library/Application Support/Patchcord')
  expect(defaultUserData('win32', { APPDATA: '/roaming' }, '/u')).toBe(join('/roaming', 'Patchcord'))
  expect(defaultUserData()).toContain(process.env['XDG_CONFIG_HOME'] ?? homedir())
  expect(directAddress('C:\\Users\\a', 'win32')).toMatch(/^\\\\\.\\pipe\\patchcord-[0-9a-f]{32}$/)
})
