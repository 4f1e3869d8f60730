/*
 * The keyboard map: one table that binds keys, labels them at the verb and lists them for reading. All verbs of a call
 * need Ctrl+Shift (Command+Shift on macOS): nothing typed by accident can answer or end a call. Knows no component.
 */

interface Binding {
  /** What it does, as a line in the list of all keys. */
  readonly does: string
  /** KeyboardEvent.code for letters, which stay where they are on every layout; `key` otherwise. */
  readonly code?: string
  readonly key: string
  /** null: whichever, for signs that need it on some layouts only. */
  readonly shift: boolean | null
  readonly command: boolean
}

const verb = (letter: string, does: string): Binding => ({
  does,
  code: `Key${letter}`,
  key: letter,
  shift: true,
  command: true,
})
const place = (key: string, does: string): Binding => ({ does, key, shift: false, command: true })
const plain = (key: string, does: string, shift: boolean | null): Binding => ({ does, key, shift, command: false })

export const bindings = {
  answer: verb('A', 'Answer; another call is held'),
  endAndAnswer: verb('R', 'End the other call and answer'),
  decline: verb('D', 'Decline'),
  voicemail: verb('L', 'Send the caller to voicemail'),
  deflect: verb('F', 'Send the caller elsewhere'),
  silence: verb('S', 'Silence the ringing'),
  mute: verb('M', 'Mute, or speak again'),
  hold: verb('H', 'Hold, or resume'),
  end: verb('E', 'End the call'),
  keypad: verb('K', 'Keypad'),
  add: verb('N', 'Add a call'),
  swap: verb('W', 'Swap with the held call'),
  merge: verb('J', 'Join the calls'),
  transfer: verb('T', 'Transfer; complete a transfer'),
  park: verb('P', 'Park the call'),
  phone: place('1', 'Phone'),
  recents: place('2', 'Recents'),
  contacts: place('3', 'Contacts'),
  messages: place('4', 'Messages'),
  settings: place(',', 'Settings'),
  shortcuts: plain('?', 'All keys', null),
  back: plain('Escape', 'Back', false),
} as const satisfies Record<string, Binding>

export type Verb = keyof typeof bindings

/** For reading, in the order of a call. */
export const keyGroups: readonly { readonly title: string; readonly verbs: readonly Verb[] }[] = [
  {
    title: 'When somebody calls',
    verbs: ['answer', 'endAndAnswer', 'decline', 'voicemail', 'deflect', 'silence'],
  },
  { title: 'In a call', verbs: ['mute', 'hold', 'keypad', 'end'] },
  { title: 'With several calls', verbs: ['add', 'swap', 'merge', 'transfer', 'park'] },
  { title: 'Everywhere', verbs: ['phone', 'recents', 'contacts', 'messages', 'settings', 'shortcuts', 'back'] },
]

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'>

/** The verb this key press means, or null. A key that is held down means nothing after its first press. */
export function verbOf(press: Press, mac: boolean): Verb | null {
  const command = mac ? press.metaKey : press.ctrlKey
  const foreign = press.altKey || (mac ? press.ctrlKey : press.metaKey)
  if (foreign || press.repeat) return null
  for (const [name, binding] of Object.entries(bindings) as [Verb, Binding][]) {
    const hit = binding.code === undefined ? press.key === binding.key : press.code === binding.code
    const shift = binding.shift === null || binding.shift === press.shiftKey
    if (hit && shift && binding.command === command) return name
  }
  return null
}

/** For the eye: `Ctrl+Shift+A`, `⇧⌘A`. */
export function keyLabel(name: Verb, mac: boolean): string {
  const { key, shift, command }: Binding = bindings[name]
  const shown = key === 'Escape' ? 'Esc' : key
  if (mac) return `${shift ? '⇧' : ''}${command ? '⌘' : ''}${shown}`
  return [command && 'Ctrl', shift && 'Shift', shown].filter(Boolean).join('+')
}

/** For `aria-keyshortcuts`. */
export function ariaKeys(name: Verb, mac: boolean): string {
  const { key, shift, command }: Binding = bindings[name]
  return [command && (mac ? 'Meta' : 'Control'), shift && 'Shift', key].filter(Boolean).join('+')
}
