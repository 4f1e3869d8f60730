/*
 * Calls that ask to be answered by themselves, and calls that were meant for somebody else, from a real Asterisk: who is let in after a tone and seen,
 * who rings, and what is said of whom it was for.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { defaultSettings } from '../../common/settings'
import { listPages } from '../support/page'
import type { Page } from '../support/page'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { Lab, microphoneHz } from './support/lab'
import { levelAt, readWav, tail } from './support/tone'

const extensions = `
[lab]
exten => intercom,1,Set(CALLERID(all)="Anna Lind" <101>)
 same => n,Dial(PJSIP/100,60,b(lab^at-once^1))
exten => intercom-soon,1,Set(CALLERID(all)="Anna Lind" <101>)
 same => n,Dial(PJSIP/100,60,b(lab^soon^1))
exten => intercom-stranger,1,Set(CALLERID(all)="Mallory" <666>)
 same => n,Set(REDIRECTING(from-num)=500)
 same => n,Set(REDIRECTING(from-name)=Support)
 same => n,Set(REDIRECTING(reason)=cfnr)
 same => n,Set(REDIRECTING(count)=1)
 same => n,Dial(PJSIP/100,60,b(lab^at-once^1))

exten => at-once,1,Set(PJSIP_HEADER(add,Alert-Info)=<http://127.0.0.1>\\;info=alert-autoanswer\\;delay=0)
 same => n,Return()
exten => soon,1,Set(PJSIP_HEADER(add,Call-Info)=<sip:127.0.0.1>\\;answer-after=2)
 same => n,Set(PJSIP_HEADER(add,History-Info)=<sip:501@127.0.0.1?Reason=SIP%3Bcause%3D302>\\;index=1, <sip:100@127.0.0.1>\\;index=1.1)
 same => n,Return()
`

/** The sounds the engine page plays by itself from now on: their pitch, and when they began. */
const collectTones = `
  globalThis.__played = []
  const start = AudioBufferSourceNode.prototype.start
  AudioBufferSourceNode.prototype.start = function (...args) {
    const samples = this.buffer.getChannelData(0).subarray(0, this.buffer.sampleRate / 10)
    let crossings = 0
    for (let i = 1; i < samples.length; i++) if (samples[i - 1] < 0 && samples[i] >= 0) crossings++
    __played.push({ hz: crossings * 10, at: Date.now(), loop: this.loop })
    return start.apply(this, args)
  }
`
interface Played {
  readonly hz: number
  readonly at: number
  readonly loop: boolean
}

let lab: Lab
let phone: Phone
let ear: Ear
let engine: Page

beforeAll(async () => {
  const own = readFileSync(join(import.meta.dirname, 'support/asterisk/extensions.conf'), 'utf8')
  lab = await Lab.open({ 'extensions.conf': own + extensions })
  const profile = mkdtempSync(join(tmpdir(), 'patchcord-'))
  const audio = { ...defaultSettings.audio, echoCancellation: false, noiseSuppression: false, autoGain: false }
  const settings = { audio, autoAnswer: ['101'] }
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ version: 1, settings, accounts: [], window: null }))
  phone = await lab.phone({ profile, accounts: [lab.account('100')] })
  ear = await Ear.on(phone)
  engine = await phone.page('engine')
  await engine.evaluate(collectTones)
})

afterAll(async () => {
  ear?.close()
  engine?.close()
  await lab?.close()
})

afterEach(async () => {
  await lab.asterisk.cli('channel request hangup all')
  for (const call of await phone.calls()) await phone.control('end', call.id)
  await phone.noCalls()
})

const notice = (summary: string) =>
  until(() => lab.desktop.notified.find((one) => one.summary === summary), { what: `the notification "${summary}"` })

test('an allowed caller is let in after a tone: heard both ways, seen all the time, and gone with one press', async () => {
  void lab.asterisk.originate('Local/intercom@lab', '711')
  const call = await phone.callIn('active')
  expect(call).toMatchObject({ autoAnswered: true, direction: 'incoming', handle: { value: '101' }, diverted: [] })

  // Two beeps, once, before anybody could be heard; and it never rang.
  const [beeps, ...more] = await engine.evaluate<Played[]>('__played.splice(0)')
  expect(beeps?.loop).toBe(false)
  expect(beeps?.hz).toBeCloseTo(880, -2)
  expect(beeps?.at).toBeLessThan(Date.parse(call.connectedAt ?? ''))
  expect(more).toEqual([])
  expect(lab.desktop.notified.filter(({ actions }) => actions.includes('answer'))).toEqual([])

  await ear.hears(530)
  const path = join(lab.asterisk.dir, 'spool/heard-711.wav')
  await until(() => levelAt(tail(readWav(path), 1), microphoneHz) > -35, { what: 'the microphone at the other end' })

  const seen = await notice('Answered by itself: Anna Lind')
  expect(seen).toMatchObject({ hints: { urgency: 2 } })
  expect(seen.body).toContain('101')
  const bar = await phone.page('bar')
  await until(async () => (await bar.evaluate<string>('document.body.innerText')).includes('Answered by itself'), {
    what: 'the bar to say so',
  })
  bar.close()
  lab.desktop.press(seen.id, 'end')
  await phone.noCalls()
  await until(() => !lab.desktop.open.has(seen.id), { what: 'the notification to be gone' })
  expect(phone.recents()[0]).toMatchObject({ id: call.id, direction: 'incoming', missed: false, cause: 'hung-up' })
  expect(phone.log()).toMatch(/transaction .* by auto-answer: answer .*: accepted/)
})

test('whoever is not allowed rings, and it is said whom the call was meant for', async () => {
  void lab.asterisk.originate('Local/intercom-stranger@lab', '712')
  await phone.callIn('incoming')
  const ringing = await notice('Mallory')
  expect(ringing.body).toContain('for Support')
  expect(ringing.actions).toContain('answer')
  // Twice as long as whoever is let in has to wait.
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const [call] = await phone.calls()
  expect(call).toMatchObject({
    state: 'incoming',
    autoAnswered: false,
    diverted: [{ handle: { value: '500' }, name: 'Support', reason: 'no-answer' }],
  })
  expect((await listPages(phone.profile)).map(({ url }) => url)).not.toContain('app://bar/')
  expect((await engine.evaluate<Played[]>('__played.splice(0)')).map(({ loop }) => loop)).toEqual([true])
})

test('an allowed caller who asks for an answer after two seconds rings that long', async () => {
  void lab.asterisk.originate('Local/intercom-soon@lab', '713')
  const call = await phone.callIn('incoming')
  expect(call).toMatchObject({ autoAnswered: false, diverted: [{ handle: { value: '501' }, reason: 'unconditional' }] })
  const answered = await phone.callIn('active')
  expect(answered.autoAnswered).toBe(true)
  expect(Date.parse(answered.connectedAt ?? '') - Date.parse(answered.startedAt)).toBeGreaterThan(2_000)
  await ear.hears(1_570)
})
