/*
 * What the user can set. One schema, used for the settings file, for patches that come from a page, and for defaults.
 */
import * as v from 'valibot'

const deviceChoice = v.nullable(
  v.strictObject({ id: v.pipe(v.string(), v.maxLength(256)), label: v.pipe(v.string(), v.maxLength(256)) }),
)

const entries = {
  theme: v.picklist(['system', 'light', 'dark']),
  doNotDisturb: v.boolean(),
  /** When it ends by itself, wall-clock ms; null: when it is switched off. */
  doNotDisturbUntil: v.nullable(v.pipe(v.number(), v.minValue(0))),
  /** A second caller while a call is up: alert softly, or answer 486. */
  callWaiting: v.picklist(['alert', 'busy']),
  /** Seconds a call rings before it counts as unanswered. */
  ringSeconds: v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(300)),
  /** Whether a held call gets its voice back also when the far end, not the user, ended the other one. */
  resumeAfterRemoteEnd: v.boolean(),
  /** A small bar above other windows while a call is up and the window is not in front. */
  callBar: v.boolean(),
  closeToTray: v.boolean(),
  startAtLogin: v.boolean(),
  audio: v.strictObject({
    microphone: deviceChoice,
    speaker: deviceChoice,
    ring: deviceChoice,
    ringVolume: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
    echoCancellation: v.boolean(),
    noiseSuppression: v.boolean(),
    autoGain: v.boolean(),
  }),
}

export const settingsSchema = v.strictObject(entries)
export type Settings = v.InferOutput<typeof settingsSchema>

export const settingsPatchSchema = v.partial(v.strictObject(entries))
export type SettingsPatch = v.InferOutput<typeof settingsPatchSchema>

export const defaultSettings: Settings = {
  theme: 'system',
  doNotDisturb: false,
  doNotDisturbUntil: null,
  callWaiting: 'alert',
  ringSeconds: 60,
  resumeAfterRemoteEnd: false,
  callBar: false,
  closeToTray: true,
  startAtLogin: false,
  audio: {
    microphone: null,
    speaker: null,
    ring: null,
    ringVolume: 0.8,
    echoCancellation: true,
    noiseSuppression: true,
    autoGain: true,
  },
}
