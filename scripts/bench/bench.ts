/*
 * The benchmark: what is done in which order, and what is timed. The phone under measurement is the built one, as a user's
 * would run; it registers on a real Asterisk through relays that note when something was on the wire.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Lab } from '../../test/lab/support/lab'
import { electronExecutable } from '../electron-runtime.mjs'
import { root } from '../setup/places.mjs'
import { say } from '../setup/step.mjs'
import { Figures, table } from './figures'
import { keep } from './kept'
import { costs, othersSharing } from './process-tree'
import { timeVerb } from './door'
import { RunningApp } from './running-app'
import { measureSignalling } from './signalling'
import { isAnswer, isRequest, SipRelay } from './sip-relay'
import { XWindows } from './x-windows'

export interface BenchOptions {
  /** Calls to time. */
  readonly rounds: number
  /** Starts to time. */
  readonly starts: number
  /** Of starts, calls, verbs, idle, talk, ring, load, back. */
  readonly parts: readonly string[]
}

const user = '100'
/** Rings at the phone when the command that asked for it has long gone and costs nothing any more. */
const delayed = '900'
const settleMs = 10_000
const observeMs = 20_000

export async function bench({ rounds, starts, parts }: BenchOptions): Promise<void> {
  const bare = join(root, 'scripts/bench/bare')
  const lab = await Lab.open()
  const relay = await SipRelay.open(lab.asterisk.wsUrl)
  const windows = await XWindows.watch(process.env)
  const profile = mkdtempSync(join(tmpdir(), 'patchcord-bench-'))
  const figures = new Figures()
  const remarks: string[] = []
  const processes: Record<string, readonly { role: string; mb: number; percent: number }[]> = {}
  const loadBefore = loadavg()[0] ?? 0
  const wants = (part: string): boolean => parts.includes(part)

  const provision = join(profile, 'provision.json')
  writeFileSync(provision, JSON.stringify({ accounts: [lab.account(user, { server: relay.url })] }))

  const startPhone = (...args: string[]): RunningApp =>
    new RunningApp(root, [`--user-data-dir=${profile}`, '--use-fake-device-for-media-stream', ...args], {
      DBUS_SESSION_BUS_ADDRESS: lab.bus.address,
    })
  const startBare = (...args: string[]): RunningApp =>
    new RunningApp(bare, [`--user-data-dir=${join(profile, 'bare')}`, ...args])
  const registered = () => relay.next('the phone to register', isAnswer('server', 200, 'REGISTER'))

  /** A phone in the tray, registered. */
  const openPhone = async (...args: string[]): Promise<RunningApp> => {
    const done = registered()
    const phone = startPhone('--hidden', ...args)
    await done.catch((error: unknown) => {
      throw new Error(`${String(error)}\n${phone.words}`)
    })
    return phone
  }

  /** Lets the phone be called in a second; gives what is on the wire and on the desktop when it is. */
  const ring = async () => {
    const invite = relay.next('the INVITE', isRequest('server', 'INVITE'))
    const ringing = relay.next('the 180', isAnswer('phone', 180, 'INVITE'))
    const count = lab.desktop.notified.filter(({ actions }) => actions.includes('answer')).length
    void lab.asterisk.originate(`Local/${delayed}@lab`, 'tone')
    const [{ at }, { at: ringingAt }] = await Promise.all([invite, ringing])
    for (;;) {
      const notification = lab.desktop.notified.filter(({ actions }) => actions.includes('answer'))[count]
      if (notification) return { at, ringingAt, notification }
      await pause(5)
    }
  }

  const answer = async (id: number) => {
    const ok = relay.next('the 200 OK', isAnswer('phone', 200, 'INVITE'))
    const dtls = relay.firstPacket('phone', 'dtls')
    const rtp = relay.firstPacket('phone', 'rtp')
    const pressedAt = performance.now()
    lab.desktop.press(id, 'answer')
    const [{ at: okAt }, dtlsAt, rtpAt] = await Promise.all([ok, dtls, rtp])
    return { pressedAt, okAt, dtlsAt, rtpAt }
  }

  const hangUp = async (): Promise<void> => {
    const over = relay.next('the end of the call', isAnswer('phone', 200, 'BYE'))
    await Promise.all([over, lab.asterisk.cli('channel request hangup all')])
  }

  /** Memory and processor of an application that does nothing new. */
  const observe = async (app: RunningApp) => {
    await pause(settleMs)
    const others = othersSharing(electronExecutable(), app.pid)
    if (others > 0) remarks.push(`${others} other Electron processes ran: memory is shown smaller than it is.`)
    const [before, begun] = [costs(app.pid), performance.now()]
    await pause(observeMs)
    const now = costs(app.pid)
    const seconds = (performance.now() - begun) / 1000
    const by = before.map(({ pid, role, memoryMb, processorMs }) => ({
      role,
      mb: memoryMb,
      // Of one core; a process that ended meanwhile has no figure.
      percent: ((now.find((one) => one.pid === pid)?.processorMs ?? processorMs) - processorMs) / (10 * seconds),
    }))
    const sum = (of: (one: (typeof by)[number]) => number): number => by.reduce((total, one) => total + of(one), 0)
    return { mb: sum(({ mb }) => mb), share: sum(({ percent }) => percent), by }
  }

  try {
    say(`Measuring on ${cpus().length} cores, load ${loadBefore.toFixed(1)}`)
    const remark = (text: string): void => void remarks.push(text)
    await measureSignalling({ figures, rounds, parts, bus: lab.bus.address, remark })
    await lab.asterisk.cli(`dialplan add extension ${delayed},1,Wait,1 into lab`)
    await lab.asterisk.cli(`dialplan add extension ${delayed},2,Dial,PJSIP/${user} into lab`)
    if (['starts', 'calls', 'verbs', 'idle', 'talk'].some(wants)) {
      // The first start takes the account in, and fills the caches that every later one has.
      const first = await openPhone(`--provision=${provision}`)
      await pause(2_000)
      await first.quit()
    }

    if (wants('starts')) {
      for (let i = 0; i < starts; i++) {
        say(`Start ${i + 1} of ${starts}`)
        const seen = Promise.all([windows.next(), registered()])
        const phone = startPhone()
        const [shown, done] = await seen
        figures.add('start → window on screen', shown.at - phone.startedAt)
        figures.add('start → registered, with window', done.at - phone.startedAt)
        await pause(500)
        await phone.quit()
        const hidden = registered()
        const inTray = startPhone('--hidden')
        figures.add('start → registered, in the tray', (await hidden).at - inTray.startedAt)
        await pause(500)
        await inTray.quit()
        const bareShown = windows.next()
        const least = startBare()
        figures.add('bare Electron: start → window on screen', (await bareShown).at - least.startedAt)
        await pause(200)
        await least.quit()
      }
    }

    if (wants('calls')) {
      const phone = await openPhone()
      await pause(6_000)
      for (let i = 0; i < rounds; i++) {
        say(`Call ${i + 1} of ${rounds}`)
        const rung = await ring()
        figures.add('INVITE → 180', rung.ringingAt - rung.at)
        figures.add('INVITE → notification', rung.notification.at - rung.at)
        // Nobody answers within a second.
        await pause(1_000)
        const answered = await answer(rung.notification.id)
        figures.add('answer pressed → 200 OK', answered.okAt - answered.pressedAt)
        figures.add('200 OK → first DTLS packet', answered.dtlsAt - answered.okAt)
        figures.add('200 OK → first RTP packet', answered.rtpAt - answered.okAt)
        await pause(500)
        await hangUp()
        await pause(1_000)
      }
      await phone.quit()
    }

    if (wants('verbs')) {
      const phone = await openPhone()
      await pause(2_000)
      const verb = (name: string, more: Record<string, unknown> = {}) => timeVerb(profile, { verb: name, ...more })
      await verb('call', { target: '601' })
      for (let i = 0; i < rounds; i++) {
        say(`Hold and resume ${i + 1} of ${rounds}`)
        await pause(200)
        figures.add('hold', (await verb('hold')).ms)
        await pause(200)
        figures.add('resume', (await verb('resume')).ms)
      }
      const { call: second } = await verb('call', { target: '600' })
      await pause(1_000)
      for (let i = 0; i < rounds; i++) {
        say(`Swap and merge ${i + 1} of ${rounds}`)
        figures.add('swap', (await verb('swap')).ms)
        await pause(200)
        figures.add('merge', (await verb('merge')).ms)
        await pause(200)
        figures.add('split', (await verb('split', { call: second })).ms)
        await pause(200)
      }
      await lab.asterisk.cli('channel request hangup all')
      await phone.quit()
    }

    if (wants('idle')) {
      say(`Idle: bare Electron, then the phone, ${(settleMs + observeMs) / 1000} s each`)
      const least = startBare('--hidden')
      const floor = await observe(least)
      figures.add('bare Electron: memory', floor.mb)
      figures.add('bare Electron: processor', floor.share)
      processes['bare Electron'] = floor.by
      await least.quit()
      const phone = await openPhone()
      const idle = await observe(phone)
      figures.add('idle in the tray: memory', idle.mb)
      figures.add('idle in the tray: processor', idle.share)
      processes['idle in the tray'] = idle.by
      remarks.push(`Idle in the tray it takes ${(idle.mb / floor.mb).toFixed(2)} times the memory of bare Electron.`)
      await phone.quit()
    }

    if (wants('talk')) {
      say(`In a call: ${(settleMs + observeMs) / 1000} s`)
      const phone = await openPhone()
      const { notification } = await ring()
      await pause(1_000)
      await answer(notification.id)
      const talk = await observe(phone)
      figures.add('in a call: memory', talk.mb)
      figures.add('in a call: processor', talk.share)
      processes['in a call'] = talk.by
      await hangUp()
      await phone.quit()
    }
  } finally {
    windows.close()
    relay.close()
    await lab.close()
    rmSync(profile, { recursive: true, force: true })
  }

  const load = { before: loadBefore, after: loadavg()[0] ?? 0 }
  const runtime = { electron: electronVersion(), node: process.version }
  const file = keep(figures.all, loadBefore, { runtime, processes, remarks })
  console.log(`\n${table(figures.all)}\n`)
  for (const [name, each] of Object.entries(processes)) {
    const parts = [...each]
      .sort((a, b) => b.mb - a.mb)
      .map(({ role, mb, percent }) => `${role} ${mb.toFixed(0)} MB ${percent.toFixed(1)} %`)
    console.log(`${name}: ${parts.join(', ')}`)
  }
  for (const remark of new Set(remarks)) console.log(remark)
  console.log(
    `Load of the machine ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after; kept in ${relative(process.cwd(), file)}`,
  )
}

function electronVersion(): string {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  return execFileSync(electronExecutable(), ['-p', 'process.versions.electron'], { env, encoding: 'utf8' }).trim()
}
