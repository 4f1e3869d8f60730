/*
 * Audio devices as the engine sees them, and what the user chose. A choice keeps the label, so a headset that comes back
 * under a new id is recognised.
 */

export type DeviceKind = 'microphone' | 'speaker'

export interface Device {
  /** Chromium's device id, stable per profile; `default` follows the system. */
  readonly id: string
  readonly kind: DeviceKind
  readonly label: string
}

/** null: the system's default. */
export interface DeviceChoice {
  readonly id: string
  readonly label: string
}

export interface AudioChoice {
  readonly microphone: DeviceChoice | null
  readonly speaker: DeviceChoice | null
  readonly ring: DeviceChoice | null
  /** 0 to 1. */
  readonly ringVolume: number
  readonly echoCancellation: boolean
  readonly noiseSuppression: boolean
  readonly autoGain: boolean
}
