/*
 * What every part of the page may reach for: the phone, the desk, the time and the platform's keys. Set once at the root.
 */
import { createContext } from 'svelte'
import type { Clock } from '../../common/clock'
import type { Place } from './country-guess'
import type { Desk } from './desk.svelte'
import type { Phone } from './phone.svelte'
import type { Ticker } from './ticker.svelte'

export interface Surroundings {
  readonly phone: Phone
  readonly desk: Desk
  readonly ticker: Ticker
  readonly clock: Clock
  /** Command instead of Ctrl, and its signs instead of words. */
  readonly mac: boolean
  /** Where the system says it is. */
  readonly place: Place
}

export const [surroundings, setSurroundings] = createContext<Surroundings>()
