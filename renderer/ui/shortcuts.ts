/*
 * The keyboard map: one table that binds keys, labels them at the verb and lists them in settings. All verbs of a call
 * need Ctrl+Shift (Command+Shift on macOS): nothing typed by accident can answer or end a call. Knows no component.
 */

export type Verb =
  'answer' | 'decline' | 'silence' | 'end' | 'mute' | 'hold' | 'keypad' | 'phone' | 'recents' | 'settings' | 'back'

interface Binding {
  /** KeyboardEvent.code for letters, which stay where they are on every layout; `key` otherwise. */
  readonly code?: string
  readonly key: string
  readonly shift: boolean
  readonly command: boolean
}

const verb = (letter: string): Binding => ({ code: `Key${letter}`, key: letter, shift: true, command: true })
const place = (key: string): Binding => ({ key, shift: false, command: true })

export const bindings: Record<Verb, Binding> = {
  answer: verb('A'),
  decline: verb('D'),
  silence: verb('S'),
  mute: verb('M'),
  hold: verb('H'),
  keypad: verb('K'),
  end: verb('E'),
  phone: place('1'),
  recents: place('2'),
  settings: place(','),
  back: { key: 'Escape', shift: false, command: false },
}

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'>

/** The verb this key press means, or null. A key that is held down means nothing after its first press. */
export function verbOf(press: Press, mac: boolean): Verb | null {
  const command = mac ? press.metaKey : press.ctrlKey
  const foreign = press.altKey || (mac ? press.ctrlKey : press.metaKey)
  if (foreign || press.repeat) return null
  for (const [name, binding] of Object.entries(bindings) as [Verb, Binding][]) {
    const hit = binding.code === undefined ? press.key === binding.key : press.code === binding.code
    if (hit && binding.command === command && binding.shift === press.shiftKey) return name
  }
  return null
}

/** For the eye: `Ctrl+Shift+A`, `⇧⌘A`. */
export function keyLabel(name: Verb, mac: boolean): string {
  const { key, shift, command } = bindings[name]
  const shown = key === 'Escape' ? 'Esc' : key
  if (mac) return `${shift ? '⇧' : ''}${command ? '⌘' : ''}${shown}`
  return [command && 'Ctrl', shift && 'Shift', shown].filter(Boolean).join('+')
}

/** For `aria-keyshortcuts`. */
export function ariaKeys(name: Verb, mac: boolean): string {
  const { key, shift, command } = bindings[name]
  return [command && (mac ? 'Meta' : 'Control'), shift && 'Shift', key].filter(Boolean).join('+')
}
