/*
 * What the user has set, and where the windows were: read and changed here, kept in the settings file. A patch is checked
 * again before it is written, because it may come from a page.
 */
import * as v from 'valibot'
import { refused, type Result } from '../../common/errors'
import { settingsPatchSchema, type Settings } from '../../common/settings'
import { knownSettings, type BarPlace, type SettingsDocument, type WindowBounds } from './settings-document'
import type { SettingsFile } from './settings-file'

export class SettingsKeeper {
  private known: { of: Settings; are: Settings } | null = null

  constructor(private readonly file: SettingsFile<SettingsDocument>) {}

  /** The same object until something changes. */
  get current(): Settings {
    const { settings } = this.file.current
    if (this.known?.of !== settings) this.known = { of: settings, are: knownSettings(settings) }
    return this.known.are
  }

  /** `invalid-argument` names the setting; `storage-failed` leaves everything as it was. */
  change(patch: unknown): Result<Settings> {
    const parsed = v.safeParse(settingsPatchSchema, patch)
    if (!parsed.success) {
      const [issue] = parsed.issues
      return refused('invalid-argument', `${v.getDotPath(issue) ?? 'settings'}: ${issue.message}`)
    }
    const changes = Object.fromEntries(Object.entries(parsed.output).filter(([, value]) => value !== undefined))
    const written = this.file.write((document) => ({ ...document, settings: { ...document.settings, ...changes } }))
    return written.ok ? { ok: true, value: this.current } : written
  }

  get windowBounds(): WindowBounds | null {
    return this.file.current.window
  }

  saveWindowBounds({ x, y, width, height }: WindowBounds): Result {
    return this.file.write((document) => ({ ...document, window: { x, y, width, height } }))
  }

  get callBarPlace(): BarPlace | null {
    return this.file.current.callBar
  }

  saveCallBarPlace({ x, y }: BarPlace): Result {
    return this.file.write((document) => ({ ...document, callBar: { x, y } }))
  }
}
