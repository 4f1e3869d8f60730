/* One microphone for everyone, open exactly while someone needs it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../common/log'
import type { FoundDevice } from '../../../renderer/engine/media/device-match'
import { Microphone, type MicrophoneDevices } from '../../../renderer/engine/media/microphone'
import { settle } from '../../fakes/manual-clock'

class Track extends EventTarget {
  readyState: 'live' | 'ended' = 'live'
  enabled = true
  constructor(readonly device: string) {
    super()
  }
  clone(): Track {
    return new Track(this.device)
  }
  stop(): void {
    this.readyState = 'ended'
  }
  /** What the browser does when the device goes. */
  die(): void {
    this.readyState = 'ended'
    this.dispatchEvent(new Event('ended'))
  }
}

class System {
  present = ['default', 'desk', 'headset']
  standard = 'desk'
  failure: string | null = null
  opened: Track[] = []
  /** Resolved by hand when set. */
  gate: Promise<void> | null = null

  readonly devices = {
    enumerateDevices: async () =>
      this.present.map((deviceId): FoundDevice => ({
        deviceId,
        kind: 'audioinput',
        label: `The ${deviceId}`,
        groupId: deviceId === 'default' ? this.standard : deviceId,
      })),
    getUserMedia: async ({ audio }: { audio: { deviceId?: { exact: string } } }) => {
      await this.gate
      if (this.failure !== null) throw new DOMException('no', this.failure)
      const id = audio.deviceId?.exact ?? this.standard
      if (!this.present.includes(id)) throw new DOMException('no', 'OverconstrainedError')
      const track = new Track(id)
      this.opened.push(track)
      return { getAudioTracks: () => [track] }
    },
  } as unknown as MicrophoneDevices

  get live(): string[] {
    return this.opened.filter(({ readyState }) => readyState === 'live').map(({ device }) => device)
  }
}

const plain = { microphone: null, echoCancellation: true, noiseSuppression: true, autoGain: true }
const headset = { ...plain, microphone: { id: 'headset', label: 'The headset' } }
const device = (track: MediaStreamTrack | undefined): string | undefined =>
  (track as unknown as Track | undefined)?.device

let system: System
let microphone: Microphone
let lost: number

beforeEach(() => {
  system = new System()
  lost = 0
  microphone = new Microphone(system.devices, silentLog, plain, () => lost++)
})

async function acquire(onTrack: (track: MediaStreamTrack) => void = () => {}) {
  const lease = await microphone.acquire(onTrack)
  if (!lease.ok) throw new Error(lease.code)
  return lease.value
}

describe('the microphone', () => {
  it('is opened once for all and closed with the last lease', async () => {
    const [one, two] = await Promise.all([acquire(), acquire()])
    expect(system.opened).toHaveLength(1)
    expect(one.track).not.toBe(two.track)
    one.release()
    one.release()
    await settle()
    expect(system.live).toEqual(['desk'])
    two.release()
    await settle()
    expect(system.live).toEqual([])
    expect(microphone.isOpen).toBe(false)
  })

  it('that opens too late for everyone does not stay open', async () => {
    let open = (): void => {}
    system.gate = new Promise((resolve) => (open = resolve))
    const opening = microphone.acquire(() => {})
    await settle()
    microphone.close()
    open()
    expect((await opening).ok).toBe(false)
    expect(system.live).toEqual([])
  })

  it.each([
    ['NotAllowedError', 'microphone-denied'],
    ['NotFoundError', 'microphone-missing'],
    ['NotReadableError', 'microphone-busy'],
    ['AbortError', 'microphone-busy'],
  ])('that fails with %s is %s, and may be tried again', async (name, code) => {
    system.failure = name
    expect(await microphone.acquire(() => {})).toMatchObject({ ok: false, code })
    system.failure = null
    expect((await microphone.acquire(() => {})).ok).toBe(true)
  })

  it('is the chosen one, or the default when that is gone', async () => {
    await microphone.useSettings(headset)
    expect(device((await acquire()).track)).toBe('headset')
    system.present = ['default', 'desk']
    system.opened[0]?.die()
    await settle()
    expect(system.live).toEqual(['desk'])
  })

  it('that dies hands every lease a new track, muted as before', async () => {
    const tracks: MediaStreamTrack[] = []
    const lease = await acquire((track) => tracks.push(track))
    lease.track.enabled = false
    system.opened[0]?.die()
    await settle()
    expect(tracks).toEqual([lease.track])
    expect(lease.track.enabled).toBe(false)
    expect(lost).toBe(1)
  })

  it('that comes back is used again', async () => {
    system.present = ['default', 'desk']
    await microphone.useSettings(headset)
    const lease = await acquire()
    expect(device(lease.track)).toBe('desk')
    system.present = ['default', 'desk', 'headset']
    await microphone.devicesChanged()
    expect(device(lease.track)).toBe('headset')
    expect(system.live).toEqual(['headset'])
  })

  it('follows the system to another default, and only then', async () => {
    const lease = await acquire()
    await microphone.devicesChanged()
    expect(system.opened).toHaveLength(1)
    system.standard = 'headset'
    await microphone.devicesChanged()
    expect(device(lease.track)).toBe('headset')
  })

  it('keeps the old source when another cannot be opened', async () => {
    const lease = await acquire()
    system.failure = 'NotReadableError'
    expect(await microphone.useSettings(headset)).toMatchObject({ ok: false, code: 'microphone-busy' })
    expect(device(lease.track)).toBe('desk')
    expect(lease.track.readyState).toBe('live')
  })

  it('is not touched by settings while nobody needs it', async () => {
    expect(await microphone.useSettings(headset)).toMatchObject({ ok: true })
    await microphone.devicesChanged()
    expect(system.opened).toEqual([])
  })
})
