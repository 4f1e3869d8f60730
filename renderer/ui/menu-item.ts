/*
 * One line of a menu: what it shows and what choosing it does. It knows no menu.
 */
import type { Component } from 'svelte'
import type { Verb } from './shortcuts'

export interface MenuItem {
  readonly icon: Component<{ size?: number | string; 'aria-hidden'?: 'true' }>
  readonly label: string
  readonly verb?: Verb
  readonly disabled?: boolean
  /** A line above it: another kind of thing. */
  readonly apart?: boolean
  readonly onselect: () => void
}
