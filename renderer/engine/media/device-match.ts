/*
 * Which of the devices that are there is the one the user chose. Pure: the browser's list comes in as a parameter, and a
 * headset that returns under another id is known by its label.
 */
import type { Device, DeviceChoice } from '../../../common/device'

/** The part of MediaDeviceInfo that matters. */
export interface FoundDevice {
  readonly deviceId: string
  readonly groupId: string
  readonly kind: MediaDeviceKind
  readonly label: string
}

type SoundKind = 'audioinput' | 'audiooutput'

/**
 * The id to open: the chosen device by id, else by label, else null for the system's default. `communications` and `default` are names for other
 * devices; chosen by id they are the default.
 */
export function matchDevice(
  choice: DeviceChoice | null,
  kind: SoundKind,
  found: readonly FoundDevice[],
): string | null {
  if (choice === null || isAlias(choice.id)) return null
  const real = found.filter((device) => device.kind === kind && !isAlias(device.deviceId))
  const same =
    real.find((device) => device.deviceId === choice.id) ??
    real.find((device) => device.label !== '' && device.label === choice.label) ??
    real.find((device) => device.label !== '' && plainLabel(device.label) === plainLabel(choice.label))
  return same?.deviceId ?? null
}

/**
 * What changes when another physical device has to be opened for this choice: the id, or for the default the group that the system's default points
 * to now. Null when no device of that kind is there.
 */
export function deviceKey(choice: DeviceChoice | null, kind: SoundKind, found: readonly FoundDevice[]): string | null {
  const id = matchDevice(choice, kind, found)
  if (id !== null) return `device ${id}`
  const all = found.filter((device) => device.kind === kind)
  const standard = all.find((device) => device.deviceId === 'default') ?? all[0]
  return standard === undefined ? null : `default ${standard.groupId || standard.label}`
}

/** The list for people: real devices once each, in the browser's order. The aliases stay only where nothing else has a name. */
export function listDevices(found: readonly FoundDevice[]): Device[] {
  const kinds = { audioinput: 'microphone', audiooutput: 'speaker' } as const
  const list: Device[] = []
  for (const kind of ['audioinput', 'audiooutput'] as const) {
    const all = found.filter((device) => device.kind === kind && device.deviceId !== '')
    const real = all.filter((device) => !isAlias(device.deviceId))
    for (const { deviceId, label } of real.length > 0 ? real : all.slice(0, 1)) {
      if (list.some((device) => device.kind === kinds[kind] && device.id === deviceId)) continue
      list.push({ id: deviceId.slice(0, 256), kind: kinds[kind], label: tidy(label) })
    }
  }
  return list.slice(0, 128)
}

const isAlias = (id: string): boolean => id === '' || id === 'default' || id === 'communications'

/** Without what changes from port to port: Windows' counter in front, the USB numbers behind. */
const plainLabel = (label: string): string =>
  label
    .toLowerCase()
    .replace(/\((\d+- )/, '(')
    .replace(/^\d+- /, '')
    .replace(/\s*\([0-9a-f]{4}:[0-9a-f]{4}\)$/, '')
    .replace(/^(default|communications) - /, '')
    .trim()

const tidy = (label: string): string => label.replace(/[\p{C}]/gu, '').slice(0, 256)
