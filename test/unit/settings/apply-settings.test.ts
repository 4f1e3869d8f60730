/*
 * A change of settings: who is told of it, and that nobody is when it could not be written.
 */
import { expect, test } from 'vitest'
import { refused, type Result } from '../../../common/errors'
import { defaultSettings, type Settings, type SettingsPatch } from '../../../common/settings'
import { AppliedSettings } from '../../../main/settings/apply-settings'
import type { SettingsKeeper } from '../../../main/settings/settings-keeper'

function open(answer?: Result<Settings>) {
  let current = defaultSettings
  const told: unknown[] = []
  const keeper: Pick<SettingsKeeper, 'current' | 'change'> = {
    get current() {
      return current
    },
    change(patch) {
      if (answer) return answer
      current = { ...current, ...(patch as SettingsPatch) } as Settings
      return { ok: true, value: current }
    },
  }
  const settings = new AppliedSettings({
    keeper: keeper as SettingsKeeper,
    onChange: () => told.push('change'),
    onAudio: () => told.push('audio'),
    onTheme: (theme) => told.push(theme),
    onStartAtLogin: (enabled) => told.push(enabled),
  })
  return { settings, told }
}

test('only those whose setting it is are told, after it is written', () => {
  const { settings, told } = open()
  settings.change({ theme: 'dark' })
  settings.change({ startAtLogin: true })
  settings.change({ audio: { ...defaultSettings.audio, ringVolume: 0.1 } })
  settings.change({ theme: 'dark', ringSeconds: 20 })
  expect(told).toEqual(['change', 'dark', 'change', true, 'change', 'audio', 'change'])
})

test('do not disturb that is switched by hand does not end by itself', () => {
  const { settings } = open()
  settings.change({ doNotDisturb: true, doNotDisturbUntil: 5 })
  expect(settings.current).toMatchObject({ doNotDisturb: true, doNotDisturbUntil: 5 })
  settings.change({ doNotDisturb: true })
  expect(settings.current).toMatchObject({ doNotDisturb: true, doNotDisturbUntil: null })
})

test('other weekly times are not passed over because former ones were', () => {
  const { settings } = open()
  settings.change({ doNotDisturb: false, doNotDisturbPausedUntil: 5 })
  expect(settings.current.doNotDisturbPausedUntil).toBe(5)
  settings.change({ theme: 'dark' })
  expect(settings.current.doNotDisturbPausedUntil).toBe(5)
  settings.change({ doNotDisturbSchedule: [{ days: [1], from: 0, to: 60 }] })
  expect(settings.current.doNotDisturbPausedUntil).toBeNull()
})

test('what could not be written is told to nobody', () => {
  const { settings, told } = open(refused('storage-failed'))
  expect(settings.change({ theme: 'dark' })).toEqual(refused('storage-failed'))
  expect(told).toEqual([])
})
