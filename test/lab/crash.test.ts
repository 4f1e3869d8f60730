/*
 * The whole phone is killed in the middle of a call: what was before is remembered, and the call is listed as interrupted.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/until'
import { Lab } from './support/lab'

let lab: Lab

beforeAll(async () => void (lab = await Lab.open()))
afterAll(async () => lab?.close())

test('a phone that was killed in a call lists it as interrupted, and the one before as it was', async () => {
  const phone = await lab.phone({ accounts: [lab.account('100')] })
  await phone.do('call', '610')
  await until(() => phone.recents()[0]?.cause === 'busy', { what: 'the first call to be remembered' })
  const { call } = await phone.do('call', '600')
  await phone.callIn('active')
  const gone = new Promise((resolve) => phone.process.once('exit', resolve))
  phone.process.kill('SIGKILL')
  await gone
  const again = await lab.phone({ profile: phone.profile })
  await until(() => again.recents().length === 2, { what: 'both calls to be listed' })
  expect(again.recents()).toMatchObject([{ id: call, cause: 'interrupted' }, { cause: 'busy' }])
  await again.registered()
  expect(await again.calls()).toEqual([])
})
