/*
 * The call that warms the engine up leaves nothing behind.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '../../../common/clock'
import { warmUp } from '../../../renderer/engine/sip/warm-up'
import { FakeMediaEngine } from '../support/fake-engine-media'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('the warm-up call is refused before it rings, opens no microphone and closes its media', async () => {
  const media = new FakeMediaEngine()
  const done = warmUp(systemClock, media)
  await vi.advanceTimersByTimeAsync(1_000)
  await done
  expect(media.calls).toHaveLength(1)
  expect(media.last).toMatchObject({ closed: true, microphone: false, prepared: undefined })
  await vi.advanceTimersByTimeAsync(120_000)
  expect(vi.getTimerCount()).toBe(0)
})
