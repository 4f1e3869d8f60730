/*
 * Actions that are asked for together and carried out in order (CXTransaction). It only holds them: whether they are
 * allowed and who performs them is decided elsewhere.
 */
import type { Action } from './action'

/** Actions that are asked for together (CXTransaction): judged as a whole, carried out one after another. */
export class Transaction {
  private list: Action[]

  constructor(
    actions: readonly Action[] = [],
    readonly id: string = crypto.randomUUID(),
  ) {
    this.list = [...actions]
  }

  get actions(): readonly Action[] {
    return this.list
  }

  /** True of an empty transaction, as in CallKit. */
  get isComplete(): boolean {
    return this.list.every((action) => action.isComplete)
  }

  /** Adds an action at the end. Without effect on what was already requested. */
  add(action: Action): void {
    this.list = [...this.list, action]
  }

  /** What was submitted when it was requested: later additions do not touch it; actions keep identity and deadline. */
  copy(): Transaction {
    return new Transaction(
      this.list.map((action) => action.copy()),
      this.id,
    )
  }
}
