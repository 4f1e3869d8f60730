/*
 * The listeners of one source of events, nothing more. Shared by the notification adapters.
 */

export class EventSource<Event> {
  readonly #listeners = new Set<(event: Event) => void>()

  on(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: Event): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  clear(): void {
    this.#listeners.clear()
  }
}
