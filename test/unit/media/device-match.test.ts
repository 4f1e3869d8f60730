/* A device is found again by what people know it by, and listed once. */
import { describe, expect, it } from 'vitest'
import { deviceKey, listDevices, matchDevice, type FoundDevice } from '../../../renderer/engine/media/device-match'

const device = (kind: MediaDeviceKind, deviceId: string, label: string, groupId = deviceId): FoundDevice => ({
  deviceId,
  groupId,
  kind,
  label,
})

const headset = device('audioinput', 'h1', 'Jabra Evolve (0b0e:0412)', 'jabra')
const builtIn = device('audioinput', 'b1', 'Built-in Audio', 'board')
const standard = device('audioinput', 'default', 'Default - Built-in Audio', 'board')
const phone = device('audioinput', 'communications', 'Communications - Jabra Evolve', 'jabra')
const all = [standard, phone, builtIn, headset, device('audiooutput', 'h1', 'Jabra Evolve (0b0e:0412)', 'jabra')]

describe('the chosen device', () => {
  it('is the one with the id', () => {
    expect(matchDevice({ id: 'h1', label: 'anything' }, 'audioinput', all)).toBe('h1')
  })

  it('is known by its label under another id, on another port too', () => {
    expect(matchDevice({ id: 'old', label: 'Built-in Audio' }, 'audioinput', all)).toBe('b1')
    expect(matchDevice({ id: 'old', label: 'Jabra Evolve (0b0e:9999)' }, 'audioinput', all)).toBe('h1')
    const windows = [device('audioinput', 'w', 'Headset (3- Jabra Evolve)')]
    expect(matchDevice({ id: 'old', label: 'Headset (2- Jabra Evolve)' }, 'audioinput', windows)).toBe('w')
  })

  it('that is gone leaves the default, and so does no choice', () => {
    expect(matchDevice({ id: 'gone', label: 'Gone' }, 'audioinput', all)).toBeNull()
    expect(matchDevice({ id: 'default', label: 'Default' }, 'audioinput', all)).toBeNull()
    expect(matchDevice(null, 'audioinput', all)).toBeNull()
  })

  it('without a label matches no other nameless device', () => {
    expect(matchDevice({ id: 'x', label: '' }, 'audioinput', [device('audioinput', 'y', '')])).toBeNull()
  })
})

describe('what is opened', () => {
  it('changes with the choice, and with what the system calls its default', () => {
    const moved = all.map((one) =>
      one === standard ? device('audioinput', 'default', 'Default - Jabra', 'jabra') : one,
    )
    expect(deviceKey(null, 'audioinput', all)).not.toBe(deviceKey(null, 'audioinput', moved))
    expect(deviceKey({ id: 'b1', label: '' }, 'audioinput', all)).toBe(
      deviceKey({ id: 'b1', label: '' }, 'audioinput', moved),
    )
  })

  it('is nothing when there is no device', () => {
    expect(deviceKey(null, 'audioinput', [])).toBeNull()
  })
})

describe('the list for people', () => {
  it('has each real device once and no alias', () => {
    expect(listDevices([...all, headset])).toEqual([
      { id: 'b1', kind: 'microphone', label: 'Built-in Audio' },
      { id: 'h1', kind: 'microphone', label: 'Jabra Evolve (0b0e:0412)' },
      { id: 'h1', kind: 'speaker', label: 'Jabra Evolve (0b0e:0412)' },
    ])
  })

  it('keeps the default where it is all there is', () => {
    expect(listDevices([standard])).toEqual([{ id: 'default', kind: 'microphone', label: 'Default - Built-in Audio' }])
  })

  it('has no cameras and no control characters', () => {
    expect(listDevices([device('videoinput', 'c', 'Camera'), device('audioinput', 'x', 'Mi\u202ec\u0007')])).toEqual([
      { id: 'x', kind: 'microphone', label: 'Mic' },
    ])
  })
})
