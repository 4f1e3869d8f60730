/*
 * The wall clock as something a view can depend on: once a second, and only while something shows it.
 */
import { createSubscriber } from 'svelte/reactivity'
import type { Clock } from '../../common/clock'

export class Ticker {
  private readonly subscribe: () => void

  constructor(private readonly clock: Clock) {
    this.subscribe = createSubscriber((update) => {
      let timer = this.clock.setTimeout(tick, this.untilNext())
      const again = (): void => {
        timer = this.clock.setTimeout(tick, this.untilNext())
      }
      function tick(): void {
        update()
        again()
      }
      return () => this.clock.clearTimeout(timer)
    })
  }

  /** Wall-clock ms; a view that reads it is drawn again each second. */
  get now(): number {
    this.subscribe()
    return this.clock.date()
  }

  private untilNext(): number {
    return 1000 - (this.clock.date() % 1000) + 5
  }
}
