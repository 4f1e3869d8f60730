/*
 * What breaks around the phone: its pages, its server, the network. Audio goes on where it can, the phone is whole again
 * where it cannot, and nobody is left on a silent line.
 */
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { Page } from '../support/page'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { Lab, microphoneHz } from './support/lab'

let lab: Lab
let phone: Phone

beforeEach(async () => {
  lab = await Lab.open()
})

afterEach(async () => {
  await lab.close()
})

/** The process that renders the page at this URL, as the operating system knows it. */
const killRenderer = async (phone: Phone, page: 'ui' | 'engine'): Promise<void> => {
  const { pid } = await phone.page(page).then(async (found) => {
    const before = renderers(phone)
    await found.evaluate('globalThis.__marked = true')
    // The page names itself by being busy for a moment.
    const times = new Map(before.map((one) => [one, cpu(one)]))
    await found.evaluate('(() => { const end = performance.now() + 300; while (performance.now() < end); })()')
    found.close()
    const busiest = before.toSorted((a, b) => cpu(b) - (times.get(b) ?? 0) - (cpu(a) - (times.get(a) ?? 0)))[0]
    return { pid: busiest }
  })
  if (pid === undefined) throw new Error('no renderer')
  process.kill(pid, 'SIGKILL')
}

const renderers = (phone: Phone): number[] =>
  execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('--type=renderer') && line.includes(phone.profile))
    .map((line) => Number(line.trim().split(' ')[0]))

/** CPU time used so far, in clock ticks. */
const cpu = (pid: number): number => {
  const fields =
    execFileSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8' })
      .split(') ')[1]
      ?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

describe('the window', () => {
  test('may be closed, reopened and killed in a call: the call is there and its sound goes on', async () => {
    phone = await lab.phone({ accounts: [lab.account('100')], shown: true })
    const ear = await Ear.on(phone)
    await phone.do('call', '600')
    await phone.callIn('active')
    await ear.hears(microphoneHz)

    await killRenderer(phone, 'ui')
    await ear.hears(microphoneHz)
    const again = await phone.page('ui')
    await until(async () => /600/.test(await again.text()), { what: 'the call in the reloaded window' })

    await again.evaluate('window.close()')
    again.close()
    await ear.hears(microphoneHz)
    await phone.do('show')
    const reopened = await phone.page('ui')
    await until(async () => /600/.test(await reopened.text()), { what: 'the call in the reopened window' })
    reopened.close()
    ear.close()
    await until(async () => (await phone.callIn('active')).media.packetsReceived > 100, { what: 'a hundred packets' })
  })
})

describe('the engine', () => {
  test('killed in a call: the call ends honestly, the far end is freed, and the phone is registered again within 2 s', async () => {
    phone = await lab.phone({ accounts: [lab.account('100')] })
    await phone.do('call', '600')
    await phone.callIn('active')
    await killRenderer(phone, 'engine')
    const from = performance.now()
    await phone.noCalls(1_000)
    expect(phone.recents()[0]).toMatchObject({ cause: 'engine-lost' })
    await phone.registered(2_000)
    expect(performance.now() - from).toBeLessThan(2_500)
    await until(async () => (await lab.asterisk.liveChannels()) === 0, { what: 'the far end to be freed', ms: 5_000 })
    await phone.do('call', '600')
    await phone.callIn('active')
  })
})

describe('the server', () => {
  test('killed and started again: the phone says so, and is registered again by itself', async () => {
    phone = await lab.phone({ accounts: [lab.account('100')] })
    await lab.asterisk.kill()
    await until(async () => (await phone.status()).accounts[0]?.registration.state !== 'registered', {
      what: 'the loss to be noticed',
      ms: 5_000,
    })
    await lab.asterisk.launch()
    await phone.registered(10_000)
    expect(await lab.asterisk.isRegistered('100')).toBe(true)
  })

  test('killed in a call and started again knows nothing of it: the phone finds out and ends it', async () => {
    phone = await lab.phone({ accounts: [lab.account('100')] })
    await phone.do('call', '600')
    await phone.callIn('active')
    await lab.asterisk.kill()
    await lab.asterisk.launch()
    // No sound has been missed for long, and the timer of the session has minutes to go.
    await phone.noCalls(5_000)
    expect(phone.recents()[0]).toMatchObject({ cause: 'connection-lost', missed: false })
    await phone.registered(10_000)
    await phone.do('call', '600')
    await phone.callIn('active')
  })

  test('that goes silent without a word is found out and left', async () => {
    phone = await lab.phone({ accounts: [lab.account('100')] })
    lab.asterisk.signal('SIGSTOP')
    await until(async () => (await phone.status()).accounts[0]?.registration.state !== 'registered', {
      what: 'the silence to be noticed',
      ms: 40_000,
      every: 200,
    })
    lab.asterisk.signal('SIGCONT')
    await phone.registered(15_000)
  })

  test('is told goodbye when the phone quits', async () => {
    phone = await lab.phone({ accounts: [lab.account('100')] })
    expect(await lab.asterisk.isRegistered('100')).toBe(true)
    const from = performance.now()
    await phone.quit()
    expect(performance.now() - from).toBeLessThan(2_500)
    expect(await lab.asterisk.isRegistered('100')).toBe(false)
  })
})

test('the desktop loses its notification server while it rings: the next one shows the call', async () => {
  const { NotificationServer } = await import('../fakes/notification-server')
  phone = await lab.phone({ accounts: [lab.account('100')] })
  void lab.asterisk.originate('PJSIP/100', 'tone')
  await lab.desktop.notify()
  lab.desktop.die()
  const next = await NotificationServer.start(lab.bus.address, { firstId: 100 })
  const { id } = await next.notify()
  next.press(id, 'answer')
  await phone.callIn('active')
  next.die()
})

test('a desktop without notifications: the small window shows the call and answers it', async () => {
  lab.desktop.die()
  phone = await lab.phone({ accounts: [lab.account('100')] })
  void lab.asterisk.originate('PJSIP/100', 'tone')
  const alert = await Page.find(phone.profile, 'app://alert/', 4_000)
  await alert.press('Answer')
  await phone.callIn('active')
  alert.close()
})
