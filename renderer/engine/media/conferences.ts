/*
 * All conferences by their names, and who speaks in them. It keeps each call in at most one, and looks after the mixers while there
 * are any; with the last one its timer ends, so that a phone without a conference spends nothing.
 */
import { done, type Result } from '../../../common/errors'
import type { Timer } from '../../../common/clock'
import { Conference, type ConferenceNeeds, type Party } from './conference'
import { decibels } from './loudness'
import { Speaking } from './speaking'

/** How often it is looked who speaks, ms. */
const lookMs = 250

export class Conferences<P extends Party> {
  readonly #conferences = new Map<string, Conference<P>>()
  readonly #nameOf = new Map<P, string>()
  readonly #listeners = new Set<(speaking: readonly P[]) => void>()
  readonly #speaking: Speaking<P>
  #timer: Timer | null = null

  constructor(private readonly needs: ConferenceNeeds) {
    this.#speaking = new Speaking(needs.clock)
  }

  /** Puts a party into the conference of this name, and out of any other; null: into none. Resolves when all is mixed so. */
  async join(party: P, name: string | null): Promise<Result> {
    if (this.#nameOf.get(party) === (name ?? undefined)) return this.changed(party)
    const left = this.#leave(party)
    const joined = name === null ? Promise.resolve(done) : this.#enter(party, name)
    await left
    const result = await joined
    // Who cannot be mixed is in no conference.
    if (!result.ok && this.#nameOf.get(party) === name) await this.#leave(party)
    return result
  }

  /** What the party brings has changed. Resolves when all is mixed so. */
  changed(party: P): Promise<Result> {
    const settled = this.#conferenceOf(party)?.settle() ?? Promise.resolve(done)
    this.#watch()
    return settled
  }

  /** Mixes anew, after the sound system died. */
  restart(): void {
    for (const conference of this.#conferences.values()) void conference.restart()
  }

  /** Called with those who speak at each change; nobody does at first. Returns the way to stop. */
  onSpeaking(listener: (speaking: readonly P[]) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  close(): void {
    this.#listeners.clear()
    for (const party of [...this.#nameOf.keys()]) void this.#leave(party)
  }

  #enter(party: P, name: string): Promise<Result> {
    const conference = this.#conferences.get(name) ?? new Conference<P>(this.needs)
    this.#conferences.set(name, conference)
    this.#nameOf.set(party, name)
    const entered = conference.add(party)
    this.#watch()
    return entered
  }

  async #leave(party: P): Promise<void> {
    const conference = this.#conferenceOf(party)
    const name = this.#nameOf.get(party)
    if (conference === undefined || name === undefined) return
    this.#nameOf.delete(party)
    const left = conference.remove(party)
    if (conference.size === 0) this.#conferences.delete(name)
    this.#watch()
    await left
  }

  #conferenceOf(party: P): Conference<P> | undefined {
    const name = this.#nameOf.get(party)
    return name === undefined ? undefined : this.#conferences.get(name)
  }

  /** Looks after the mixers for as long as there is something to mix. */
  #watch(): void {
    const due = [...this.#conferences.values()].some(({ isDue }) => isDue)
    if (due && this.#timer === null) this.#timer = this.needs.clock.setTimeout(() => this.#look(), lookMs)
    if (due || this.#timer === null) return
    this.needs.clock.clearTimeout(this.#timer)
    this.#timer = null
    this.#tell(new Map())
  }

  #look(): void {
    this.#timer = null
    const levels = new Map<P, number>()
    for (const conference of this.#conferences.values()) {
      conference.look()
      if (this.#listeners.size === 0) continue
      for (const [party, level] of conference.levels()) levels.set(party, decibels(level))
    }
    this.#tell(levels)
    this.#watch()
  }

  #tell(levels: ReadonlyMap<P, number>): void {
    const speaking = this.#speaking.update(levels)
    if (speaking !== null) for (const listener of [...this.#listeners]) listener(speaking)
  }
}
