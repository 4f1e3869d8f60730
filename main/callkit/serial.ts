/*
 * Lets one thing happen at a time: what is asked for while something runs happens right after it, in order. The reason
 * that no delegate is ever called in the middle of another call.
 */
import type { Log } from '../../common/log'

export class Serial {
  private readonly queue: (() => void)[] = []
  private running = false

  constructor(private readonly log: Log) {}

  /** Runs `task` now, or after what runs now. A task that throws is a bug: it is logged and the next one runs. */
  run(task: () => void): void {
    this.queue.push(task)
    if (this.running) return
    this.running = true
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      try {
        next()
      } catch (error) {
        this.log.error(
          `call handling failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        )
      }
    }
    this.running = false
  }
}
