/*
 * The one way in for wishes (CXCallController): windows, tray, notifications, headsets and policies all ask here. An
 * answer tells that a transaction was accepted, not how it went; for that there is a second promise.
 */
import type { Action } from './action'
import { CallObserver } from './observer'
import type { Accepted, Switchboard } from './switchboard'
import { Transaction } from './transaction'
import type { Originator } from './verbs'

/** Where wishes go (CXCallController). Any number may exist. */
export class CallController {
  /** Everybody's calls, without handles. */
  readonly callObserver: CallObserver

  constructor(private readonly switchboard: Switchboard) {
    this.callObserver = new CallObserver(switchboard.registry)
  }

  /**
   * Resolves once and never before it returned. `ok`: the transaction will be handed to its providers, and `completed` tells
   * how that went. Else nothing happened. What is added to the transaction afterwards is not part of it.
   */
  request(transaction: Transaction, by: Originator): Promise<Accepted> {
    const submitted = transaction.copy()
    return new Promise((resolve) => {
      this.switchboard.run(() => resolve(this.switchboard.accept(submitted, by)))
    })
  }

  /** As `request`, of a transaction made of these actions in this order. */
  requestActions(actions: readonly Action[], by: Originator): Promise<Accepted> {
    return this.request(new Transaction(actions), by)
  }
}
