/*
 * The settings as somebody who helps may read them: switches, numbers and choices as they are; people, devices and all else that is listed only
 * counted. Pure.
 */
import type { PhoneState } from '../../common/phone-state'

export function describeSettings({ settings, quiet, contacts, directory }: PhoneState): string {
  const { microphone, speaker, ring, ...processing } = settings.audio
  const chosen = (choice: object | null): string => (choice === null ? 'system' : 'chosen')
  const facts: Record<string, unknown> = {
    ...settings,
    audio: { ...processing, microphone: chosen(microphone), speaker: chosen(speaker), ring: chosen(ring) },
    quietNow: quiet,
    contacts: contacts.count,
    directories: directory.sources.length,
    blockRules: directory.blocked.length,
  }
  return Object.entries(facts)
    .map(([name, value]) => `${name}: ${shown(value)}`)
    .join('\n')
}

/** A word is one of a closed list; what a person typed has no place here. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `${value.length} listed`
  if (typeof value === 'string') return /^[a-z\d][a-z\d-]{0,23}$/.test(value) ? value : '***'
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, part]) => `${name} ${shown(part)}`)
    .join(', ')
}
