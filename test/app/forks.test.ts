/*
 * One call that rings at two phones, both of which send early media and do not stop when the other answers: their packets meet at one
 * peer connection of ours, which can serve only one. Real Chromium at all three ends.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MediaWindow } from '../support/media/media-window'
import type { lab as Lab, loud as Loud } from '../support/media/page'

/** Live in the page, where the functions given to `evaluate` run. */
declare const lab: typeof Lab
declare const loud: typeof Loud

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

describe('two phones that both send early media', () => {
  it.each([
    ['one', 'in turn'],
    ['two', 'in turn'],
    ['one', 'at once'],
    ['two', 'at once'],
  ] as const)(
    'do not keep the call from phone %s that answers, with the other still sending (%s)',
    async (winner, when) => {
      const heard = await media.page.evaluate(
        async ([answers, order]) => {
          const ends = { one: lab.farEnd({ tone: 1000 }), two: lab.farEnd({ tone: 1500 }) }
          const call = (await lab.engine()).createCallMedia()
          await call.openMicrophone()
          call.setAudio(true)
          const { body } = await call.getDescription()
          const first = await ends.one.answer(body)
          let second = order === 'at once' ? await ends.two.answer(body) : ''
          await call.setEarlyDescription(first)
          if (order === 'in turn') {
            await lab.until(() => lab.played(), loud)
            second = await ends.two.answer(body)
          }
          await call.setEarlyDescription(second)
          await call.setDescription({ one: first, two: second }[answers])
          const end = ends[answers]
          const tone = { one: 1000, two: 1500 }[answers]
          const works = async (ms: number): Promise<boolean> => {
            const here = await lab.until(
              () => lab.played(),
              ({ hertz }) => hertz === tone,
              ms,
            )
            return here.hertz === tone && call.connection === 'connected'
          }
          const atFirst = await works(1000)
          // What the engine does for a call that has forked and does not connect: a re-INVITE with nothing of the old connection in it.
          if (!atFirst) {
            const offer = (await call.getDescription({ fresh: true })).body
            await call.setDescription(await end.answer(offer))
          }
          // A phone that was never heard repeats its handshake ever more slowly.
          const atLast = await works(12_000)
          const there = await lab.until(() => end.hears(), loud)
          const open = lab.connections.filter(({ connectionState }) => connectionState !== 'closed').length
          return { atLast, there: there.hertz, open, warnings: lab.warnings }
        },
        [winner, when] as const,
      )
      expect(heard).toEqual({ atLast: true, there: 440, open: 1, warnings: [] })
    },
  )
})
