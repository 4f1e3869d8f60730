import { expect, test } from 'vitest'
import { Bulk } from '../../../gateway/sip/bulk'
import type { Channel } from '../../../gateway/sip/channel'
import { ManualClock } from '../../fakes/manual-clock'

test('the connection for large requests is kept from being idle while it lasts', async () => {
  const clock = new ManualClock()
  const said: string[] = []
  const channel = { send: (text: string) => said.push(text), close: () => {} } as unknown as Channel
  const bulk = new Bulk(clock, () => Promise.resolve({ ok: true, channel }))
  await new Promise<void>((resolve) => bulk.use(() => resolve()))
  clock.advance(100_000)
  expect(said).toEqual(['\r\n\r\n', '\r\n\r\n', '\r\n\r\n'])
  bulk.lost()
  expect(clock.pending).toBe(0)
  await new Promise<void>((resolve) => bulk.use(() => resolve()))
  bulk.close()
  expect(clock.pending).toBe(0)
})
