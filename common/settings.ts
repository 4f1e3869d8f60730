/*
 * What the user can set. One schema, used for the settings file, for patches that come from a page, and for defaults.
 */
import * as v from 'valibot'
import { watchedSchema } from './colleague'
import { ringTones } from './ring-tones'

const deviceChoice = v.nullable(
  v.strictObject({ id: v.pipe(v.string(), v.maxLength(256)), label: v.pipe(v.string(), v.maxLength(256)) }),
)

const minuteOfDay = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1439))

const entries = {
  theme: v.picklist(['system', 'light', 'dark']),
  doNotDisturb: v.boolean(),
  /** When it ends by itself, wall-clock ms; null: when it is switched off. */
  doNotDisturbUntil: v.nullable(v.pipe(v.number(), v.minValue(0))),
  /** Weekly times of do not disturb. `days`: 0 Sunday to 6; minutes since local midnight; to before from: past midnight. */
  doNotDisturbSchedule: v.pipe(
    v.array(
      v.strictObject({
        days: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(6))), v.maxLength(7)),
        from: minuteOfDay,
        to: minuteOfDay,
      }),
    ),
    v.maxLength(16),
  ),
  /** The weekly time that was on when do not disturb was switched off by hand is passed over until then, wall-clock ms; null: none is. */
  doNotDisturbPausedUntil: v.nullable(v.pipe(v.number(), v.minValue(0))),
  /** Accounts that do not disturb is for; empty: all. */
  doNotDisturbAccounts: v.pipe(v.array(v.pipe(v.string(), v.maxLength(128))), v.maxLength(64)),
  /** What a caller meets then: 480, a call that rings without a sound, or the account's `forwardBusy`. */
  doNotDisturbAnswer: v.picklist(['refuse', 'silent', 'forward']),
  /** Who gets through all the same: contacts marked so, favourites, and the second call of the same caller within three minutes. */
  doNotDisturbLets: v.strictObject({ vip: v.boolean(), favourites: v.boolean(), repeated: v.boolean() }),
  /** Do not disturb whenever the desktop's own is on. */
  followDesktopFocus: v.boolean(),
  /** What a blocked caller hears: 603, 607, 480, or nothing at all. */
  blockedAnswer: v.picklist(['603', '607', '480', 'silence']),
  blockAnonymous: v.boolean(),
  /** Callers that no contact and no directory knows. */
  blockUnknown: v.boolean(),
  /** Notifications do not say who calls: always, never, or while the screen is shared, where that can be known. */
  hideCallers: v.picklist(['never', 'while-sharing', 'always']),
  /** Days that ended calls are kept; 0: until they are cleared. */
  keepHistoryDays: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3650)),
  /** Colleagues whose lines are watched. */
  colleagues: v.pipe(v.array(watchedSchema), v.maxLength(200)),
  /** Calls that ask to be answered by themselves (Alert-Info, Call-Info) are, from these numbers alone; as dialled. */
  autoAnswer: v.pipe(v.array(v.pipe(v.string(), v.maxLength(256))), v.maxLength(200)),
  /** Statistics about speech may be kept (SRResearchDataGeneration). Off unless somebody switches it on. */
  researchDataGeneration: v.boolean(),
  /** A second caller while a call is up: alert softly, or answer 486. */
  callWaiting: v.picklist(['alert', 'busy']),
  /** Seconds a call rings before it counts as unanswered. */
  ringSeconds: v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(300)),
  /** What rings for callers whose contact has no tone of its own. */
  ringTone: v.picklist(ringTones),
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
  doNotDisturbSchedule: [],
  doNotDisturbPausedUntil: null,
  doNotDisturbAccounts: [],
  doNotDisturbAnswer: 'refuse',
  doNotDisturbLets: { vip: true, favourites: false, repeated: false },
  followDesktopFocus: true,
  blockedAnswer: '603',
  blockAnonymous: false,
  blockUnknown: false,
  hideCallers: 'while-sharing',
  keepHistoryDays: 0,
  colleagues: [],
  autoAnswer: [],
  researchDataGeneration: false,
  callWaiting: 'alert',
  ringSeconds: 60,
  ringTone: 'classic',
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
