/*
 * What a REGISTER that failed means, given what is known of the account: what a registrar's answer does not say by itself. It sends nothing and tries nothing
 * again.
 */
import type { RegistrationFailure } from '../../../common/errors'
import type { RegisterOutcome } from './registration'

export type FailedRegister = RegisterOutcome & { readonly ok: false }

export interface Refusal {
  readonly reason: RegistrationFailure
  /** Null: no server said anything. */
  readonly sipStatus: number | null
}

export class RefusalSense {
  #last: Refusal | null = null
  #wasLetIn: boolean

  /** `wasLetIn`: the password was right once. */
  constructor(wasLetIn: boolean) {
    this.#wasLetIn = wasLetIn
  }

  letIn(): void {
    this.#wasLetIn = true
  }

  /** The connection failed, or what it was asked did: whoever asks later is told this. */
  noted(refusal: Refusal): void {
    this.#last = refusal
  }

  of({ failure, sipStatus, isHeldBack }: FailedRegister): Refusal {
    // It was not sent, the server having been told too often. Why that was necessary is what helps.
    if (isHeldBack) return this.#last ?? { reason: failure, sipStatus: null }
    // A registrar that keeps as many bindings as it may refuses with 403 too: a password that was right once most likely still is.
    const isFull = sipStatus === 403 && failure === 'wrong-password' && this.#wasLetIn
    return { reason: isFull ? 'forbidden' : failure, sipStatus }
  }
}
