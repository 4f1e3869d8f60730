/*
 * A change of settings from whichever side: written first, then shown, then everyone whose setting it was is told. It knows
 * what depends on a setting, not what they do with it.
 */
import type { AudioChoice } from '../../common/device'
import type { Result } from '../../common/errors'
import type { Settings, SettingsPatch } from '../../common/settings'
import type { SettingsKeeper } from './settings-keeper'

export interface AppliedSettingsOptions {
  readonly keeper: SettingsKeeper
  /** After every change. */
  readonly onChange: (now: Settings) => void
  readonly onAudio: (audio: AudioChoice) => void
  readonly onTheme: (theme: Settings['theme']) => void
  readonly onStartAtLogin: (enabled: boolean) => void
}

export class AppliedSettings {
  constructor(private readonly options: AppliedSettingsOptions) {}

  get current(): Settings {
    return this.options.keeper.current
  }

  /** Fails as the keeper does, and then nothing happens. */
  change(patch: SettingsPatch): Result<Settings> {
    const { keeper, onChange, onAudio, onTheme, onStartAtLogin } = this.options
    const before = keeper.current
    // Do not disturb that is switched by hand stays until it is switched again.
    const result = keeper.change({
      ...('doNotDisturb' in patch ? { doNotDisturbUntil: null } : {}),
      // Other times are meant as they are.
      ...('doNotDisturbSchedule' in patch ? { doNotDisturbPausedUntil: null } : {}),
      ...patch,
    })
    if (!result.ok) return result
    const now = result.value
    onChange(now)
    if (now.audio !== before.audio) onAudio(now.audio)
    if (now.theme !== before.theme) onTheme(now.theme)
    if (now.startAtLogin !== before.startAtLogin) onStartAtLogin(now.startAtLogin)
    return result
  }
}
