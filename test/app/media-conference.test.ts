/*
 * Conferences in a real Chromium: far ends that each say a tone of their own tell which of the others' tones they hear.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MediaWindow } from '../support/media/media-window'
import type { lab as Lab, loud as Loud } from '../support/media/page'

/** Live in the page, where the functions given to `evaluate` run. */
declare const lab: typeof Lab
declare const loud: typeof Loud

/** What each of three far ends hears: the microphone (440 Hz) and the two others. */
const together = [
  [440, 1540, 2300],
  [440, 1000, 2300],
  [440, 1000, 1540],
]

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

describe('a conference', () => {
  it('of three: each far end hears the microphone and the two others, not itself, and we hear them all', async () => {
    const heard = await media.page.evaluate(async (together) => {
      const { engine, ends, calls } = await lab.threeCalls()
      const apart = await lab.tones(ends, [[440], [440], [440]])
      const before = lab.connections.map(({ localDescription }) => localDescription?.sdp)
      const joined = []
      for (const call of calls) joined.push((await engine.joinGroup(call, 'one')).ok)
      const mixed = await lab.tones(ends, together)
      const here = []
      for (const element of lab.elements) here.push((await lab.until(() => lab.played(element), loud)).hertz)
      const same = lab.connections.every(({ localDescription }, place) => localDescription?.sdp === before[place])
      const quality = await calls[0]?.stats()
      return { apart, joined, mixed, here, same, lost: quality?.packetsLost, warnings: lab.warnings }
    }, together)
    expect(heard).toEqual({
      apart: [[440], [440], [440]],
      joined: [true, true, true],
      mixed: together,
      here: [1000, 1540, 2300],
      same: true,
      lost: 0,
      warnings: [],
    })
  })
})
