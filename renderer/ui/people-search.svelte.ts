/*
 * The one search over everybody the phone knows, as somebody types: asks at once, then at most every few milliseconds, servers when
 * the typing rests, and forgets answers that come too late. What was found stays until there is something better, so that a list does not flicker.
 */
import type { Clock, Timer } from '../../common/clock'
import type { Person } from '../../common/contact'
import { answerOf } from './answer-of'
import type { Phone } from './phone.svelte'

/** Between two questions, ms: a fast typist is not answered letter by letter. */
const pauseMs = 50
/** Servers are asked once nothing was typed for so long, ms. */
const restMs = 250
const atMost = 30

export class PeopleSearch {
  people = $state.raw<readonly Person[]>([])
  /** The row the arrow keys are on; null: the text itself. */
  selected = $state<number | null>(null)
  private wanted = ''
  private asked = ''
  private newest = 0
  private timer: Timer | null = null
  private serverTimer: Timer | null = null
  private pending: Promise<void> = Promise.resolve()

  constructor(
    private readonly phone: Phone,
    private readonly clock: Clock,
  ) {}

  /** Call it with each change of the text. */
  type(text: string): void {
    const typed = text.trim()
    if (typed === this.wanted) return
    this.wanted = typed
    this.selected = null
    if (typed === '') this.clear()
    else if (this.timer === null) this.ask()
  }

  /** Resolves when the people belong to the newest text. */
  async settled(): Promise<void> {
    if (this.wanted !== this.asked) this.ask()
    await this.pending
  }

  /** One row down or up of so many, from the one that is marked; above the first is the text. Returns whether there was one to go to. */
  move(by: 1 | -1, rows = this.people.length, marked = this.selected): boolean {
    const next = (marked ?? -1) + by
    if (next >= rows || rows === 0) return false
    this.selected = next < 0 ? null : next
    return true
  }

  private clear(): void {
    this.people = []
    this.asked = ''
    this.newest += 1
  }

  private ask(): void {
    this.asked = this.wanted
    if (this.wanted === '') return
    this.newest += 1
    const mine = this.newest
    if (this.serverTimer !== null) this.clock.clearTimeout(this.serverTimer)
    if (this.timer !== null) this.clock.clearTimeout(this.timer)
    this.timer = this.clock.setTimeout(() => {
      this.timer = null
      if (this.wanted !== this.asked) this.ask()
    }, pauseMs)
    this.pending = this.fetch(this.wanted, mine, false)
  }

  private async fetch(text: string, mine: number, servers: boolean): Promise<void> {
    const wide = servers ? { servers } : {}
    const answer = answerOf(await this.phone.request({ type: 'search', text, limit: atMost, ...wide }), 'people')
    if (mine !== this.newest || !answer) return
    const chosen = this.selected === null ? null : this.people[this.selected]
    this.people = answer.people
    // Never another person in the row that was chosen.
    const at = answer.people.findIndex(({ number, name }) => number === chosen?.number && name === chosen.name)
    this.selected = at < 0 ? null : at
    if (servers || !this.hasDirectories()) return
    this.serverTimer = this.clock.setTimeout(() => {
      if (mine === this.newest) void this.fetch(text, mine, true)
    }, restMs)
  }

  /** Somebody who is asked, or read first, when the typing rests. */
  private hasDirectories(): boolean {
    return (
      this.phone.state?.directory.sources.some(({ enabled, settings }) => enabled && settings.kind !== 'lookup') ??
      false
    )
  }
}

/** What somebody types who knows the number: digits as telephones have them, or an address. */
export const isNumber = (text: string): boolean => /^\+?[\d\s()/.*#,;-]+$/.test(text) || /^sips?:|^tel:|.@./i.test(text)

/** What Enter dials: the row that was chosen, a number as it was typed, or who was found first. */
export function targetOf(text: string, people: readonly Person[], selected: number | null): string {
  const typed = text.trim()
  const person = people[selected ?? 0]
  if (selected !== null && person) return person.number
  return typed === '' || isNumber(typed) || !person ? typed : person.number
}
