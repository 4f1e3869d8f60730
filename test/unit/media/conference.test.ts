/* Conferences whose sound system does not start: what a browser shows only when it is broken. The rest is proved in a real one. */
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../../common/log'
import { Conferences } from '../../../renderer/engine/media/conferences'
import type { Party } from '../../../renderer/engine/media/conference'
import { ManualClock } from '../../fakes/manual-clock'

/** A context that says it will start and never does. */
class StuckContext {
  readonly state = 'suspended'
  readonly currentTime = 0
  closed = false
  resume(): Promise<void> {
    return new Promise(() => {})
  }
  close(): Promise<void> {
    this.closed = true
    return Promise.resolve()
  }
}

/** A call with its sound on, that notes what it is told to send: a mix, or the microphone alone. */
class Caller implements Party {
  readonly sent: string[] = []
  sound: Party['sound'] = { microphone: null, farEnd: {} as MediaStreamTrack }
  sendMix(mix: MediaStreamTrack | null): Promise<void> {
    this.sent.push(mix === null ? 'microphone' : 'mix')
    return Promise.resolve()
  }
}

const setUp = () => {
  const clock = new ManualClock()
  const contexts: StuckContext[] = []
  const createContext = (): AudioContext => {
    contexts.push(new StuckContext())
    return contexts.at(-1) as unknown as AudioContext
  }
  return { clock, contexts, conferences: new Conferences<Caller>({ clock, log: silentLog, createContext }) }
}

describe('a conference whose sound system does not start', () => {
  it('refuses who would be the second, after two seconds, and everybody keeps the microphone', async () => {
    const { clock, contexts, conferences } = setUp()
    const [one, two] = [new Caller(), new Caller()]
    expect(await conferences.join(one, 'a')).toEqual({ ok: true, value: undefined })
    const second = conferences.join(two, 'a')
    await clock.advanceAsync(1_999)
    expect(contexts.map(({ closed }) => closed)).toEqual([false])
    await clock.advanceAsync(1)
    expect(await second).toMatchObject({ ok: false, code: 'failed' })
    expect(contexts.map(({ closed }) => closed)).toEqual([true])
    expect([...one.sent, ...two.sent]).not.toContain('mix')
    expect(clock.pending).toBe(0)
  })

  it('is tried again while there are two to mix, and given up when one is held', async () => {
    const { clock, contexts, conferences } = setUp()
    const [one, two] = [new Caller(), new Caller()]
    const { sound } = two
    two.sound = null
    await conferences.join(one, 'a')
    await conferences.join(two, 'a')
    expect(contexts).toHaveLength(0)
    two.sound = sound
    void conferences.changed(two)
    await clock.advanceAsync(10_000)
    expect(contexts.length).toBeGreaterThan(2)
    two.sound = null
    void conferences.changed(two)
    await clock.advanceAsync(3_000)
    expect(contexts.every(({ closed }) => closed)).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('lets go at once of who leaves meanwhile', async () => {
    const { clock, contexts, conferences } = setUp()
    const [one, two] = [new Caller(), new Caller()]
    await conferences.join(one, 'a')
    void conferences.join(two, 'a')
    await clock.advanceAsync(100)
    void conferences.join(two, null)
    await clock.advanceAsync(0)
    expect(contexts.map(({ closed }) => closed)).toEqual([true])
    expect(clock.pending).toBe(0)
  })
})
