/*
 * Wishes about the phone itself: its settings, do not disturb, the tests of sound, and what it had to say.
 */
import type { UiCommand } from '../../common/contract/ui'
import type { Result } from '../../common/errors'
import type { RingTone } from '../../common/ring-tones'
import type { SettingsPatch } from '../../common/settings'
import type { Engine } from '../engine/engine'
import { fulfilled, outcome, type Perform } from './outcome'

/** The wishes answered here. */
export const settingsWishes = [
  'setDoNotDisturb',
  'changeSettings',
  'testRing',
  'testEcho',
  'setMeter',
  'dismissNotice',
] as const satisfies readonly UiCommand['type'][]
export type SettingsWish = (typeof settingsWishes)[number]

export interface SettingsWishesOptions {
  readonly engine: Engine
  /** `minutes` null: until it is switched off. */
  readonly setDoNotDisturb: (on: boolean, minutes: number | null) => Result<unknown>
  readonly changeSettings: (patch: SettingsPatch) => Result<unknown>
  /** The usual one. */
  readonly ringTone: () => RingTone
  readonly dismissNotice: (id: string) => void
}

/** Fulfils them. */
export function performSettings(options: SettingsWishesOptions): Perform<SettingsWish> {
  const { engine } = options
  return async (command) => {
    switch (command.type) {
      case 'setDoNotDisturb':
        return outcome(options.setDoNotDisturb(command.on, command.minutes))
      case 'changeSettings':
        return outcome(options.changeSettings(command.patch))
      case 'testRing':
        return outcome(
          await engine.request({ type: 'setTone', tone: 'test', ring: command.ring ?? options.ringTone() }),
        )
      case 'testEcho':
        return outcome(await engine.request({ type: 'testEcho' }))
      case 'setMeter':
        return outcome(await engine.request({ type: 'setMeter', on: command.on }))
      case 'dismissNotice':
        options.dismissNotice(command.noticeId)
        return fulfilled
    }
  }
}
