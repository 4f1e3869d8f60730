/*
 * The pages of the settings in their order: title, picture, and the word that the list says of each. Pure.
 */
import BellOff from '@lucide/svelte/icons/moon'
import Ban from '@lucide/svelte/icons/ban'
import BookUser from '@lucide/svelte/icons/book-user'
import CircleUser from '@lucide/svelte/icons/circle-user'
import Info from '@lucide/svelte/icons/info'
import Lock from '@lucide/svelte/icons/lock'
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal'
import Stethoscope from '@lucide/svelte/icons/stethoscope'
import Volume2 from '@lucide/svelte/icons/volume-2'
import type { PhoneState } from '../../common/phone-state'
import { connectionOf, sayConnection } from './connection'
import type { SettingsPage } from './desk.svelte'
import { sayQuiet } from './quiet-words'

interface Page {
  readonly title: string
  readonly icon: typeof Ban
  readonly say: (state: PhoneState, now: number) => string
}

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`

export const settingsPages: Readonly<Record<SettingsPage, Page>> = {
  accounts: {
    title: 'Accounts',
    icon: CircleUser,
    say: ({ accounts, quiet }) => {
      const [first, ...more] = accounts
      if (!first) return 'None'
      const bad = accounts.filter((state) => ['failed', 'password'].includes(connectionOf(state, false))).length
      if (more.length === 0) return `${first.account.name} · ${sayConnection(connectionOf(first, quiet.on))}`
      return bad > 0 ? `${accounts.length}, ${bad} not connected` : String(accounts.length)
    },
  },
  audio: { title: 'Sound', icon: Volume2, say: ({ settings }) => settings.audio.speaker?.label ?? 'Default devices' },
  quiet: {
    title: 'Do not disturb',
    icon: BellOff,
    say: ({ quiet, settings }, now) => (quiet.on ? `On ${sayQuiet(quiet, settings, now)}`.trim() : 'Off'),
  },
  blocking: {
    title: 'Blocked callers',
    icon: Ban,
    say: ({ directory }) =>
      directory.blocked.length === 0 ? 'None' : plural(directory.blocked.length, 'entry').replace('entrys', 'entries'),
  },
  directories: {
    title: 'Who is calling',
    icon: BookUser,
    say: ({ directory }) => {
      const on = directory.sources.filter(({ enabled }) => enabled)
      const bad = on.filter(({ status }) => status.state === 'failed').length
      if (on.length === 0) return 'No directory'
      return bad > 0 ? `${bad} of ${on.length} could not be read` : plural(on.length, 'directory').replace('ys', 'ies')
    },
  },
  general: { title: 'General', icon: SlidersHorizontal, say: () => '' },
  privacy: { title: 'Privacy and data', icon: Lock, say: () => '' },
  diagnostics: { title: 'Diagnostics', icon: Stethoscope, say: () => '' },
  about: { title: 'About', icon: Info, say: ({ version }) => version },
}
