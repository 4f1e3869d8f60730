/*
 * The sound of calls in a real Chromium: a microphone that says a known tone, and far ends that tell which tone they hear.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MediaWindow } from '../support/media/media-window'
import type { lab as Lab } from '../support/media/page'

/** Lives in the page; the functions given to `evaluate` run there. */
declare const lab: typeof Lab

let media: MediaWindow
beforeAll(async () => {
  media = await MediaWindow.open({ microphone: 440 })
})
afterEach(async () => {
  await media.page.evaluate(() => lab.clear())
})
afterAll(async () => {
  await media?.close()
})

describe('a call', () => {
  it('is heard at both ends', async () => {
    const heard = await media.page.evaluate(async () => {
      const end = lab.farEnd({ tone: 1000 })
      await lab.callTo(await lab.engine(), end)
      const there = await lab.until(
        () => end.hears(),
        ({ loudness }) => loudness > -40,
      )
      const here = await lab.until(
        () => lab.played(),
        ({ loudness }) => loudness > -40,
      )
      return { there, here, warnings: lab.warnings }
    })
    expect(heard.there.hertz).toBeCloseTo(440, -1)
    expect(heard.there.loudness).toBeGreaterThan(-30)
    expect(heard.here.hertz).toBeCloseTo(1000, -1)
    expect(heard.here.loudness).toBeGreaterThan(-30)
    expect(heard.warnings).toEqual([])
  })
})
