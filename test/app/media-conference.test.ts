/*
 * Conferences in a real Chromium: far ends that each say a tone of their own tell which of the others' tones they hear.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MediaWindow } from '../support/media/media-window'
import type { lab as Lab, loud as Loud } from '../support/media/page'

/** Live in the page, where the functions given to `evaluate` run. */
declare const lab: typeof Lab
declare const loud: typeof Loud

/** What the far ends of a conference of three hear: the microphone (440 Hz) and the two others. */
const together = [
  [440, 1540, 2300],
  [440, 1000, 2300],
  [440, 1000, 1540],
]
/** The same without the second. */
const withoutSecond = [
  [440, 2300],
  [440, 1000],
]
const apart = [[440], [440], [440]]

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

describe('in a conference', () => {
  it('of three each far end hears the microphone and the two others, not itself, and we hear them all', async () => {
    const heard = await media.page.evaluate(
      async ({ apart, together }) => {
        const { engine, ends, calls } = await lab.calls(3, null)
        const before = await lab.tones(ends, apart)
        const described = lab.connections.map(({ localDescription }) => localDescription?.sdp)
        const joined = []
        for (const call of calls) joined.push((await engine.joinGroup(call, 'one')).ok)
        const mixed = await lab.tones(ends, together)
        const here = []
        for (const element of lab.elements) here.push((await lab.until(() => lab.played(element), loud)).hertz)
        const same = lab.connections.every(({ localDescription }, place) => localDescription?.sdp === described[place])
        return { before, joined, mixed, here, same, warnings: lab.warnings }
      },
      { apart, together },
    )
    expect(heard).toEqual({
      before: apart,
      joined: [true, true, true],
      mixed: together,
      here: [1000, 1540, 2300],
      same: true,
      warnings: [],
    })
  })

  it('of five each far end hears the microphone and the four others', async () => {
    const five = [1000, 1540, 2300, 2900, 3500]
    const expected = five.map((own) => [440, ...five.filter((tone) => tone !== own)])
    const heard = await media.page.evaluate(async (expected) => {
      const { ends } = await lab.calls(5)
      return lab.tones(ends, expected)
    }, expected)
    expect(heard).toEqual(expected)
  })

  it('a far end that is muted hears the others, but no microphone', async () => {
    const muted = [together[0], [1000, 2300], together[2]] as number[][]
    const heard = await media.page.evaluate(
      async ({ muted, together }) => {
        const { ends, calls } = await lab.calls(3)
        calls[1]?.setMuted(true)
        const silent = await lab.tones(ends, muted)
        calls[1]?.setMuted(false)
        return { silent, again: await lab.tones(ends, together) }
      },
      { muted, together },
    )
    expect(heard).toEqual({ silent: muted, again: together })
  })

  it('a far end that is held, or whose sound is off, neither hears nor is heard, and the others go on', async () => {
    const without = [withoutSecond[0], [], withoutSecond[1]] as number[][]
    const heard = await media.page.evaluate(
      async ({ without, together }) => {
        const { ends, calls } = await lab.calls(3)
        calls[1]?.setHeld(true)
        const held = await lab.tones(ends, without)
        calls[1]?.setHeld(false)
        const resumed = await lab.tones(ends, together)
        calls[1]?.setAudio(false)
        const off = await lab.tones(ends, without)
        calls[1]?.setAudio(true)
        return { held, resumed, off, on: await lab.tones(ends, together) }
      },
      { without, together },
    )
    expect(heard).toEqual({ held: without, resumed: together, off: without, on: together })
  })

  it('a far end that holds us plays its music to us, but not to the others', async () => {
    const others = [withoutSecond[0], withoutSecond[1]] as number[][]
    const heard = await media.page.evaluate(
      async ({ others, together }) => {
        const { ends, calls } = await lab.calls(3)
        const [first, second, third] = ends
        if (!first || !second || !third) throw new Error('three calls')
        const answer = async (direction: RTCRtpTransceiverDirection): Promise<void> => {
          await calls[1]?.setDescription(await second.offer(direction))
          await second.accept((await calls[1]?.getDescription())?.body ?? '')
        }
        await answer('sendonly')
        const held = await lab.tones([first, third], others)
        const here = await lab.until(() => lab.played(lab.elements[1]), loud)
        await answer('sendrecv')
        return { held, here: here.hertz, resumed: await lab.tones(ends, together) }
      },
      { others, together },
    )
    expect(heard).toEqual({ held: others, here: 1540, resumed: together })
  })

  it('all who are held hear nothing, and the sound system of the conference sleeps', async () => {
    const heard = await media.page.evaluate(async (together) => {
      const { ends, calls } = await lab.calls(3)
      for (const call of calls) call.setHeld(true)
      const held = await lab.tones(ends, [[], [], []])
      const states = lab.contexts.map(({ state }) => state)
      for (const call of calls) call.setHeld(false)
      return { held, states, again: await lab.tones(ends, together) }
    }, together)
    expect(heard).toEqual({ held: [[], [], []], states: ['closed'], again: together })
  })

  it('digits are played, and the quality is measured', async () => {
    const seen = await media.page.evaluate(async () => {
      const { calls } = await lab.calls(3)
      const played: string[] = []
      const sender = lab.connections[1]?.getSenders()[0]?.dtmf
      sender?.addEventListener('tonechange', ({ tone }) => void (tone && played.push(tone)))
      const queued = calls[1]?.sendDtmf('12#')
      await lab.until(
        () => played.length,
        (count) => count >= 3,
      )
      const quality = await lab.until(
        () => calls[1]?.stats(),
        (now) => (now?.packetsSent ?? 0) > 50,
      )
      return { queued, played: played.join(''), quality }
    })
    expect(seen.queued).toBe(true)
    expect(seen.played).toBe('12#')
    expect(seen.quality).toMatchObject({ codec: 'opus', packetsLost: 0 })
    expect(seen.quality?.packetsSent).toBeGreaterThan(50)
    expect(seen.quality?.mos).toBeGreaterThan(4)
  })

  it('it is told who speaks, at each change', async () => {
    const told = await media.page.evaluate(async () => {
      const { engine, ends, calls } = await lab.calls(3)
      for (const end of ends) end.say(false)
      await lab.tones(ends, [[440], [440], [440]])
      const told: string[] = []
      engine.onSpeaking((speaking) => told.push(speaking.map((call) => calls.indexOf(call)).join()))
      const after = (count: number): Promise<number> =>
        lab.until(
          () => told.length,
          (length) => length >= count,
        )
      ends[0]?.say(true)
      await after(1)
      ends[2]?.say(true)
      await after(2)
      ends[0]?.say(false)
      await after(3)
      for (const call of calls) await engine.joinGroup(call, null)
      return told
    })
    expect(told).toEqual(['0', '0,2', '2', ''])
  })
})

describe('loud voices', () => {
  const limited = (strength: number, tones: readonly number[]) =>
    media.page.evaluate(({ strength, tones }) => lab.limited(strength, tones), { strength, tones })

  it('together stay within what can be carried, and one alone is as loud as it was', async () => {
    const five = [440, 1000, 1540, 2300, 2900]
    for (const strength of [0.3, 0.6, 1]) {
      const { settled, ever } = await limited(strength, five)
      expect(settled).toBeGreaterThan(0.5)
      expect(ever).toBeLessThanOrEqual(1)
    }
    for (const strength of [0.02, 0.2, 0.6]) {
      const { settled } = await limited(strength, [1000])
      expect(settled / strength).toBeGreaterThan(0.97)
      expect(settled / strength).toBeLessThan(1.03)
    }
  })
})

describe('the way out of a conference', () => {
  it('leads back to the microphone alone, on the same track, and the last two part together', async () => {
    const heard = await media.page.evaluate(
      async ({ withoutSecond, apart }) => {
        const { engine, ends, calls } = await lab.calls(3, null)
        const sent = (): (string | undefined)[] => lab.connections.map((one) => one.getSenders()[0]?.track?.id)
        const own = sent()
        for (const call of calls) await engine.joinGroup(call, 'one')
        const mixed = sent().map((id, place) => id === own[place])
        if (calls[1]) await engine.joinGroup(calls[1], null)
        const left = await lab.tones(ends, [withoutSecond[0] ?? [], [440], withoutSecond[1] ?? []])
        const alone = sent()[1] === own[1]
        if (calls[0]) await engine.joinGroup(calls[0], null)
        const over = await lab.tones(ends, apart)
        const back = sent().every((id, place) => id === own[place])
        return { mixed, left, alone, over, back, contexts: lab.contexts.map(({ state }) => state) }
      },
      { withoutSecond, apart },
    )
    expect(heard).toEqual({
      mixed: [false, false, false],
      left: [withoutSecond[0], [440], withoutSecond[1]],
      alone: true,
      over: apart,
      back: true,
      contexts: ['closed'],
    })
  })

  it('is open to a call that ends: the others go on, then the last stands alone', async () => {
    const heard = await media.page.evaluate(async (withoutSecond) => {
      const { engine, ends, calls } = await lab.calls(3)
      const [first, second, third] = [ends[0], calls[1], ends[2]]
      if (!first || !second || !third) throw new Error('three calls')
      second.close()
      const two = await lab.tones([first, third], withoutSecond)
      calls[2]?.close()
      const one = await lab.tones([first], [[440]])
      return { two, one, late: await engine.joinGroup(second, 'one'), contexts: lab.contexts.map(({ state }) => state) }
    }, withoutSecond)
    expect(heard).toMatchObject({
      two: withoutSecond,
      one: [[440]],
      late: { ok: false, code: 'failed' },
      contexts: ['closed'],
    })
  })

  it('may lead into another one', async () => {
    const heard = await media.page.evaluate(async () => {
      const { engine, ends, calls } = await lab.calls(4)
      for (const call of calls.slice(2)) await engine.joinGroup(call, 'two')
      return lab.tones(ends, [
        [440, 1540],
        [440, 1000],
        [440, 2900],
        [440, 2300],
      ])
    })
    expect(heard).toEqual([
      [440, 1540],
      [440, 1000],
      [440, 2900],
      [440, 2300],
    ])
  })
})

describe('a conference survives', () => {
  it('another microphone', async () => {
    const heard = await media.page.evaluate(async (together) => {
      const { engine, ends } = await lab.calls(3)
      await lab.tones(ends, together)
      // Another processing is had from a newly opened microphone.
      const result = await engine.useAudio({ ...lab.plainAudio, autoGain: true })
      return { ok: result.ok, mixed: await lab.tones(ends, together) }
    }, together)
    expect(heard).toEqual({ ok: true, mixed: together })
  })

  it('a re-INVITE that needs a new peer connection', async () => {
    const heard = await media.page.evaluate(async () => {
      const { ends, calls } = await lab.calls(3)
      const other = lab.farEnd({ tone: 2900 })
      const offer = (await other.offer())
        .replaceAll('a=mid:0', 'a=mid:other')
        .replace('BUNDLE 0', 'BUNDLE other')
        .replace(/a=extmap:.*sdes:mid\r\n/, '')
      await calls[1]?.setDescription(offer)
      const answer = (await calls[1]?.getDescription())?.body ?? ''
      await other.accept(answer.replaceAll('a=mid:other', 'a=mid:0').replace('BUNDLE other', 'BUNDLE 0'))
      const [first, , third] = ends
      if (!first || !third) throw new Error('three calls')
      return lab.tones(
        [first, other, third],
        [
          [440, 2300, 2900],
          [440, 1000, 2300],
          [440, 1000, 2900],
        ],
      )
    })
    expect(heard).toEqual([
      [440, 2300, 2900],
      [440, 1000, 2300],
      [440, 1000, 2900],
    ])
  })

  it('the death of its sound system, which is made anew', async () => {
    const heard = await media.page.evaluate(async (together) => {
      const { ends } = await lab.calls(3)
      await lab.contexts[0]?.close()
      const contexts = await lab.until(
        () => lab.contexts.length,
        (count) => count > 1,
      )
      return { contexts, mixed: await lab.tones(ends, together) }
    }, together)
    expect(heard).toEqual({ contexts: 2, mixed: together })
  })

  it('a hundred changes in a row: what counts is how things are', async () => {
    const outcome = await media.page.evaluate(async () => {
      const { engine, ends, calls } = await lab.calls(3, null)
      const tones = [1000, 1540, 2300]
      const state = calls.map(() => ({ conference: null as string | null, held: false, muted: false, audio: true }))
      // A small generator of its own, so that each run makes the same changes.
      let seed = 7
      const random = (below: number): number => {
        seed = (seed * 1103515245 + 12345) % 2 ** 31
        return (seed >> 8) % below
      }
      const rounds = []
      for (let round = 0; round < 4; round++) {
        for (let change = 0; change < 25; change++) {
          const place = random(3)
          const [call, is] = [calls[place], state[place]]
          if (!call || !is) continue
          const kind = random(5)
          if (kind < 2) void engine.joinGroup(call, (is.conference = [null, 'one', 'two', 'one'][random(4)] ?? null))
          if (kind === 2) call.setHeld((is.held = random(3) === 0))
          if (kind === 3) call.setMuted((is.muted = random(3) === 0))
          if (kind === 4) call.setAudio((is.audio = random(4) !== 0))
          if (random(4) === 0) await new Promise((resolve) => setTimeout(resolve, random(60)))
        }
        const on = (place: number): boolean => state[place]?.audio === true && !state[place].held
        const expected = state.map((is, place) => {
          if (!on(place)) return []
          const others = tones.filter(
            (_, other) =>
              other !== place && on(other) && is.conference !== null && state[other]?.conference === is.conference,
          )
          return is.muted ? others : [440, ...others]
        })
        rounds.push({ expected, heard: await lab.tones(ends, expected) })
      }
      return rounds
    })
    for (const { expected, heard } of outcome) expect(heard).toEqual(expected)
  })

  it('the death of the sound service, and takes in whoever calls after it', async () => {
    await media.page.evaluate(async (together) => {
      const { engine, ends } = await lab.calls(3)
      await lab.tones(ends, together)
      Object.assign(window, { engine, ends })
    }, together)
    const killed = await media.application.evaluate(({ app }) => {
      const service = app.getAppMetrics().find(({ name }) => name === 'Audio Service')
      if (service) process.kill(service.pid, 'SIGKILL')
      return service !== undefined
    })
    const heard = await media.page.evaluate(async () => {
      const { engine, ends } = window as unknown as Pick<Awaited<ReturnType<typeof lab.calls>>, 'engine' | 'ends'>
      // What the far ends had to say and to hear with died with the service.
      lab.newEars()
      const end = lab.farEnd({ tone: 2900 })
      const call = await lab.callTo(engine, end)
      const joined = await engine.joinGroup(call, 'one')
      const heard = []
      for (const one of ends) {
        const both = (levels: number[]): boolean => levels.every((level) => level > -45)
        heard.push(both(await lab.until(() => one.levelsOf(440, 2900), both)))
      }
      return { joined: joined.ok, heard }
    })
    expect(killed).toBe(true)
    expect(heard).toEqual({ joined: true, heard: [true, true, true] })
  })
})
