/*
 * What the pages of the running phone can do besides their job: nothing. Every page is tried from the inside, with the
 * powers a script has that got into it, while one call is up, another rings and all of them are there.
 */
import { createSocket } from 'node:dgram'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestBus } from '../fakes/session-bus'
import { attempt, sendForged } from '../support/hostile-script'
import { openMainProcess } from '../support/main-process'
import { listPages, type Page } from '../support/page'
import { Phone, type Status } from '../support/phone'
import { until } from '../support/until'

/** The alert page last: a page that flooded main a moment ago is not heard. */
const pageNames = ['ui', 'engine', 'bar', 'alert'] as const

let bus: TestBus
let phone: Phone
let main: Page
let pages: Readonly<Record<(typeof pageNames)[number], Page>>
/** A server that is nobody's: nothing may ever arrive at it. */
let stranger: Server
let port: number
const arrived: Socket[] = []
const datagrams = createSocket('udp4')
let datagramsArrived = 0

beforeAll(async () => {
  stranger = createServer((socket) => void arrived.push(socket.on('error', () => {})))
  port = await new Promise((resolve) =>
    stranger.listen(0, '127.0.0.1', () => resolve((stranger.address() as { port: number }).port)),
  )
  datagrams.on('message', () => void datagramsArrived++)
  await new Promise<void>((resolve) => datagrams.bind(port, '127.0.0.1', () => resolve()))
  bus = await TestBus.start()
  const env = { DBUS_SESSION_BUS_ADDRESS: bus.address }
  const profile = mkdtempSync(join(tmpdir(), 'patchcord-'))
  const settings = { version: 1, settings: { callBar: true }, accounts: [], window: null }
  writeFileSync(join(profile, 'settings.json'), JSON.stringify(settings))
  phone = await Phone.start({ profile, shown: true, env, args: ['--inspect=127.0.0.1:0'] })
  main = await openMainProcess(phone)
  const ui = await phone.page('ui')
  await ui.press('Try it')
  await phone.registered()
  await ui.press('Call me')
  await phone.do('call', 'echo')
  await phone.callIn('active')
  await main.evaluate(`void electron.BrowserWindow.getAllWindows().find((one) => one.isFocused())?.blur()`)
  const bar = await phone.page('bar')
  await phone.callIn('incoming', 15_000)
  pages = { ui, engine: await phone.page('engine'), alert: await phone.page('alert'), bar }
})

afterAll(async () => {
  await phone?.dispose()
  await bus?.stop()
  stranger?.close()
  datagrams.close()
  for (const socket of arrived) socket.destroy()
})

describe.each(pageNames)('the %s page', (name) => {
  it('has no Node, no Electron and nothing of ours in its reach', async () => {
    const names = [
      'require',
      'process',
      'module',
      'exports',
      'Buffer',
      'global',
      '__dirname',
      'electron',
      'ipcRenderer',
    ]
    const kinds = await pages[name].evaluate<string[]>(`[${names.map((one) => `typeof ${one}`).join()}]`)
    expect([...new Set(kinds)]).toEqual(['undefined'])
  })

  it('is sandboxed, isolated and under every other default of safety', async () => {
    const preferences = await main.evaluate(
      `electron.webContents.getAllWebContents().find((one) => one.getURL() === 'app://${name}/').getLastWebPreferences()`,
    )
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      enableBlinkFeatures: '',
      webviewTag: false,
    })
    const pid = await main.evaluate<number>(`electron.webContents.getAllWebContents()
      .find((one) => one.getURL() === 'app://${name}/').getOSProcessId()`)
    // Chromium has no sandbox for root; for everybody else the kernel's filter is on.
    const filter = process.getuid?.() === 0 ? /^Seccomp:\s+\d$/m : /^Seccomp:\s+2$/m
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(filter)
  })

  it('runs no code but its own, and reaches nobody', async () => {
    const page = pages[name]
    await page.evaluate(`
      globalThis.violated = []
      addEventListener('securitypolicyviolation', (event) => violated.push(event.effectiveDirective))
    `)
    const add = (tag: string, properties: string) => `{
      const element = Object.assign(document.createElement('${tag}'), ${properties})
      document.body.append(element)
      const done = await new Promise((resolve) => {
        element.onload = () => resolve('loaded')
        element.onerror = () => resolve('failed')
        setTimeout(() => resolve('waits'), 500)
      })
      element.remove()
      return done
    }`
    const results = await attempt(page, {
      eval: `eval('1')`,
      function: `new Function('return 1')()`,
      markup: `{ document.body.innerHTML = '<img src=x>' }`,
      inline: `{
        const script = document.createElement('script')
        script.append('globalThis.ran = true')
        document.body.append(script)
        script.remove()
        return globalThis.ran
      }`,
      handler: `{ const b = document.createElement('button'); b.setAttribute('onclick', 'ran = true'); b.click(); return globalThis.ran }`,
      style: `{ const s = document.createElement('style'); s.append('body{--x:1}'); document.head.append(s); const x = getComputedStyle(document.body).getPropertyValue('--x'); s.remove(); return x === '' }`,
      image: add('img', `{ src: 'http://127.0.0.1:${port}/' }`),
      icon: add('link', `{ rel: 'stylesheet', href: 'http://127.0.0.1:${port}/' }`),
      frame: add('iframe', `{ src: 'http://127.0.0.1:${port}/' }`),
      object: add('object', `{ data: 'http://127.0.0.1:${port}/' }`),
      sound: `{ const a = new Audio('http://127.0.0.1:${port}/'); return a.play() }`,
      fetch: `fetch('http://127.0.0.1:${port}/')`,
      ownFile: `fetch('app://${name}/index.html')`,
      file: `fetch('file:///etc/passwd')`,
      beacon: `navigator.sendBeacon('http://127.0.0.1:${port}/', 'x') && 'queued'`,
      events: `new Promise((resolve, reject) => { new EventSource('http://127.0.0.1:${port}/').onerror = () => reject(new Error()) })`,
      socket: `new Promise((resolve, reject) => {
        const socket = new WebSocket('ws://127.0.0.1:${port}/', 'sip')
        socket.onopen = resolve
        socket.onerror = () => reject(new Error())
      })`,
      worker: `new Worker(URL.createObjectURL(new Blob(['1'], { type: 'text/javascript' })))`,
      serviceWorker: `navigator.serviceWorker.register('/index.html')`,
    })
    expect(results).toMatchObject({
      eval: 'refused EvalError',
      function: 'refused EvalError',
      markup: 'refused TypeError',
      inline: 'refused TypeError',
      handler: 'refused TypeError',
      style: 'true',
      fetch: 'refused TypeError',
      ownFile: 'refused TypeError',
      file: 'refused TypeError',
      socket: 'refused Error',
    })
    // A frame that was refused tells its page all the same that it has loaded.
    const { frame, ...others } = results
    expect(frame).not.toBe('waits')
    expect(Object.values(others).filter((one) => /loaded|\[object/.test(one))).toEqual([])
    // Foreign scripts and workers already end at the trusted types.
    const wanted = 'connect-src frame-src img-src media-src style-src-elem require-trusted-types-for'
    let seen: string[] = []
    await until(
      async () => {
        seen = await page.evaluate<string[]>('[...new Set(violated)].sort()')
        return wanted.split(' ').every((directive) => seen.includes(directive))
      },
      { what: 'the page to tell all that was refused', ms: 2_000 },
    ).catch(() => expect(seen).toEqual(wanted.split(' ').sort()))
    expect(arrived).toHaveLength(0)
  })

  it('speaks WebRTC only if it is there for it', async () => {
    const gathered = await pages[name].evaluate<string>(`(async () => {
      const server = '127.0.0.1:${port}'
      const turn = { urls: 'turn:' + server + '?transport=tcp', username: 'x', credential: 'x' }
      const connection = new RTCPeerConnection({ iceServers: [{ urls: 'stun:' + server }, turn] })
      connection.createDataChannel('x')
      await connection.setLocalDescription()
      const complete = new Promise((resolve) => {
        connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && resolve('complete')
      })
      const state = await Promise.race([complete, new Promise((resolve) => setTimeout(() => resolve('waits'), 1_500))])
      connection.close()
      return state
    })()`)
    const reached = arrived.length + datagramsArrived
    for (const socket of arrived.splice(0)) socket.destroy()
    datagramsArrived = 0
    if (name === 'engine') expect(reached).toBeGreaterThan(0)
    else expect([gathered, reached]).toEqual(['complete', 0])
  })

  it('stays where it is, alone, whatever tries to lead it away', async () => {
    const page = pages[name]
    const before = (await listPages(phone.profile)).length
    await page.evaluate(`globalThis.stillHere = true`)
    const link = (href: string, target: string) =>
      `{ const a = Object.assign(document.createElement('a'), { href: '${href}', target: '${target}' }); document.body.append(a); a.click(); a.remove() }`
    const elsewhere = `http://127.0.0.1:${port}/`
    const other = name === 'ui' ? 'engine' : 'ui'
    const results = await attempt(page, {
      window: `open('${elsewhere}')`,
      ownWindow: `open('app://${name}/')`,
      blankWindow: `open('about:blank')`,
      location: `{ location = '${elsewhere}' }`,
      otherPage: `{ location = 'app://${other}/' }`,
      file: `{ location = 'file:///etc/passwd' }`,
      program: `{ location = 'mailto:a@b.example' }`,
      script: `{ location = 'javascript:globalThis.stillHere = false' }`,
      data: `{ location = 'data:text/html,x' }`,
      link: link(elsewhere, ''),
      newWindow: link(elsewhere, '_blank'),
      download: `{ const a = Object.assign(document.createElement('a'), { href: 'data:text/plain,x', download: 'x' }); a.click() }`,
      form: `{ const f = Object.assign(document.createElement('form'), { action: '${elsewhere}' }); document.body.append(f); f.submit(); f.remove() }`,
      refresh: `{ const m = Object.assign(document.createElement('meta'), { httpEquiv: 'refresh', content: '0;url=${elsewhere}' }); document.head.append(m) }`,
    })
    expect([results.window, results.ownWindow, results.blankWindow]).toEqual(['null', 'null', 'null'])
    const dropped = { items: [], files: [join(import.meta.dirname, 'security.test.ts')], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop']) {
      await page.send('Input.dispatchDragEvent', { type, x: 5, y: 5, data: dropped })
    }
    // Whatever was on its way would have begun by the time the page has answered once more and main has, too.
    await phone.status()
    expect(await page.evaluate('[location.href, globalThis.stillHere]')).toEqual([`app://${name}/`, true])
    expect((await listPages(phone.profile)).length).toBe(before)
    expect(arrived).toHaveLength(0)
  })

  it('is allowed nothing it asks the computer for, but the engine its microphone', async () => {
    const permissions =
      `geolocation notifications midi camera clipboard-read clipboard-write display-capture screen-wake-lock ` +
      `window-management local-fonts idle-detection persistent-storage storage-access accelerometer payment-handler`
    const states = await pages[name].evaluate<string[]>(`Promise.all('${permissions}'.split(' ').map(async (name) =>
      name + ' ' + (await navigator.permissions.query({ name, sysex: true })).state))`)
    expect(states.filter((one) => !one.endsWith('denied'))).toEqual([])
    const microphone = name === 'engine' ? '[object MediaStream]' : 'refused NotAllowedError'
    const refused = 'refused NotAllowedError'
    const results = await attempt(pages[name], {
      microphone: `navigator.mediaDevices.getUserMedia({ audio: true })`,
      camera: `navigator.mediaDevices.getUserMedia({ video: true })`,
      both: `navigator.mediaDevices.getUserMedia({ audio: true, video: true })`,
      screen: `navigator.mediaDevices.getDisplayMedia({ video: true })`,
      place: `new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject))`,
      notifications: `Notification.requestPermission()`,
      midi: `navigator.requestMIDIAccess({ sysex: true })`,
      clipboard: `navigator.clipboard.readText()`,
      wake: `navigator.wakeLock.request('screen')`,
      screens: `getScreenDetails()`,
      idle: `IdleDetector.requestPermission()`,
      hid: `navigator.hid.requestDevice({ filters: [] })`,
      usb: `navigator.usb.requestDevice({ filters: [] })`,
      serial: `navigator.serial.requestPort()`,
      fonts: `queryLocalFonts()`,
      storage: `navigator.storage.persist()`,
      wholeScreen: `{ void document.documentElement.requestFullscreen().catch(() => {}); return document.fullscreenElement }`,
    })
    expect(results).toMatchObject({ microphone, camera: refused, both: refused, screen: refused, midi: refused })
    expect(results).toMatchObject({ clipboard: refused, wake: refused, screens: refused })
    expect(['denied', refused]).toContain(results.idle)
    expect(results).toMatchObject({
      notifications: 'denied',
      hid: '',
      fonts: '',
      storage: 'false',
      wholeScreen: 'null',
    })
    expect(results).toMatchObject({ usb: 'refused NotFoundError', serial: 'refused NotFoundError' })
    expect(results.place).toMatch(/^refused/)
  })
})

it('the pages are served from one folder, each session its own, and nothing else', async () => {
  const statuses = (partition: string, urls: readonly string[]) =>
    main.evaluate<(number | string)[]>(`Promise.all(${JSON.stringify(urls)}.map((url) =>
      electron.session.fromPartition('${partition}').fetch(url).then(({ status }) => status, (error) => 'refused')))`)
  expect(
    await statuses('persist:ui', ['app://ui/', 'app://alert/', 'app://bar/', 'app://engine/', 'app://gallery/']),
  ).toEqual([200, 200, 200, 404, 404])
  expect(await statuses('engine', ['app://engine/', 'app://ui/', 'app://alert/', 'app://bar/'])).toEqual([
    200, 404, 404, 404,
  ])
  const outside = [
    'app://ui/../main/index.js',
    'app://ui/../../package.json',
    'app://ui/assets/../../main/index.js',
    'app://ui/%2e%2e/main/index.js',
    'app://ui/assets/%2e%2e/%2e%2e/main/index.js',
    'app://ui/assets/..%2f..%2fmain%2findex.js',
    'app://ui/assets/..%5c..%5cmain%5cindex.js',
    'app://ui/assets/..\\..\\main\\index.js',
    'app://ui/assets/%252e%252e/main/index.js',
    'app://ui//etc/passwd',
    'app://ui///etc/passwd',
    'app://ui//evil.example/',
    'app://ui/file:///etc/passwd',
    'app://ui/index.html%00.js',
    'app://ui/assets/',
    'app://ui.evil.example/',
    'app://evil.example/',
  ]
  expect(new Set(await statuses('persist:ui', outside))).toEqual(new Set([404]))
})

describe('what a page sends', () => {
  it('goes through its one port: there is no other way in', async () => {
    expect(await main.evaluate<string[]>('electron.ipcMain.eventNames().map(String)')).toEqual(['error'])
  })

  it.each(pageNames)('from the %s page does nothing when it is forged, malformed or too much', async (name) => {
    const before = await phone.status()
    const page = pages[name]
    expect(await sendForged(page)).toBeGreaterThan(300)
    if (name !== 'alert') {
      const told = name === 'engine' ? 'engine: malformed message' : 'window: malformed message'
      await until(() => phone.log().includes(told), { what: 'main to refuse it' })
    }
    const after = await phone.status()
    expect(shape(after)).toEqual(shape(before))
    expect(phone.process.exitCode).toBeNull()
    expect(phone.log()).not.toMatch(/uncaught:|unhandled rejection/)
  })

  it('is heard again when it is sound', async () => {
    await pressUntil('alert', 'Decline', 1)
    await pressUntil('bar', 'Hang up', 0)
    await phone.do('call', 'echo')
    await phone.callIn('active')
    await pressUntil('ui', 'End', 0)
  })
})

/** As a person would: what main drops in the second of a flood is pressed again. Until that many calls are left. */
const pressUntil = (name: (typeof pageNames)[number], button: string, left: number): Promise<unknown> =>
  until(
    async () => {
      if ((await phone.calls()).length === left) return true
      await pages[name].press(button).catch(() => {})
      return null
    },
    { what: `${button} to be heard`, every: 1_000 },
  )

/** What must not have changed. */
const shape = ({ accounts, calls }: Status) => ({
  accounts: accounts.map(({ name, uri, registration }) => [name, uri, registration.state]),
  calls: calls.map(({ id, state, muted }) => [id, state, muted]),
})
