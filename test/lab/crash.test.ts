/*
 * The whole phone is killed, again and again, at moments nobody chose: what ended before is remembered as it was, and what was up is
 * listed as interrupted.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Lab } from './support/lab'
import { removeFolder } from '../support/remove-folder'

let lab: Lab

beforeAll(async () => void (lab = await Lab.open()))
afterAll(async () => lab?.close())

const kills = 3
/** A run of calls takes about so long: a kill may come anywhere in it, ms. */
const longestRunMs = 2_500
const seed = Number(process.env.PATCHCORD_TEST_SEED ?? Date.now() % 1_000_000)

test(
  `a phone that is killed at any moment of a series of calls loses none (seed ${seed})`,
  { timeout: 120_000 },
  async () => {
    let state = seed + 1
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    const ended = new Map<string, string>()
    const begun = new Set<string>()
    let profile: string | undefined
    let phone: Phone | undefined
    for (let run = 0; run <= kills; run++) {
      phone = await lab.phone(profile === undefined ? { accounts: [lab.account('100')] } : { profile })
      profile = phone.profile
      const kept = new Map(phone.recents().map(({ id, cause }) => [id, cause]))
      const where = `seed ${seed}, run ${run}`
      for (const [id, cause] of ended) expect([where, id, kept.get(id)]).toEqual([where, id, cause])
      for (const id of begun) expect([where, kept.has(id)]).toEqual([where, true])
      // What no end was known of has one now.
      for (const [id, cause] of kept) ended.set(id, cause)
      expect(await phone.calls()).toEqual([])
      if (run === kills) break
      await phone.registered()
      // Something must have ended before for anything to be lost.
      if (run === 0) await callOnce(phone, '610', begun, ended)
      const killed = phone
      const gone = new Promise((resolve) => killed.process.once('exit', resolve))
      setTimeout(() => killed.process.kill('SIGKILL'), random() * longestRunMs)
      await talk(phone, begun, ended).catch(() => {})
      await gone
    }
    expect([...ended.values()]).toContain('busy')
    // One for certain: in the middle of a call.
    await phone?.registered()
    const { call } = await (phone as Phone).do('call', '600')
    await phone?.callIn('active')
    const last = new Promise((resolve) => phone?.process.once('exit', resolve))
    phone?.process.kill('SIGKILL')
    await last
    const again = await lab.phone({ profile: profile ?? '' })
    expect(again.recents()[0]).toMatchObject({ id: call, cause: 'interrupted' })
    await again.quit()
    removeFolder(profile ?? '')
  },
)

/** One call after the other, until the phone is gone. */
async function talk(phone: Phone, begun: Set<string>, ended: Map<string, string>): Promise<never> {
  for (;;) for (const number of ['610', '600', '610']) await callOnce(phone, number, begun, ended)
}

/** What the phone says of the call is noted. */
async function callOnce(phone: Phone, number: string, begun: Set<string>, ended: Map<string, string>): Promise<void> {
  const { call } = await phone.do('call', number)
  begun.add(String(call))
  if (number === '600') {
    await phone.callIn('active')
    await phone.do('end')
  }
  await until(async () => (await phone.calls()).length === 0, { what: 'the call to be over', every: 10 })
  const cause = phone.recents().find(({ id }) => id === call)?.cause
  // It is over for whoever asks: it must be written down by now.
  ended.set(String(call), cause ?? 'not written')
}
