/*
 * Why a REGISTER failed, and whether trying again by ourselves can help. Pure; knows no transport and no timer.
 */
import type { RegistrationFailure } from '../../../common/errors'

export interface RegisterRejection {
  readonly status: number
  /** The status was made here (timeout or transport error), no server said it. */
  readonly local: boolean
  /** The request carried credentials. */
  readonly authenticated: boolean
}

export function registrationFailureOf({ status, local, authenticated }: RegisterRejection): RegistrationFailure {
  switch (status) {
    case 401:
    case 407:
      // A challenge that was not even answered is one we do not speak.
      return authenticated ? 'wrong-password' : 'unsupported-auth'
    case 403:
      return authenticated ? 'wrong-password' : 'forbidden'
    case 404:
    case 410:
    case 604:
      return 'unknown-user'
    case 408:
      return 'timeout'
    case 503:
      return local ? 'unreachable' : 'server-error'
    default:
      return 'server-error'
  }
}

/** How long to wait before trying on our own: by back-off, rarely, or not at all (only the user can help). */
export function retryClass(failure: RegistrationFailure): 'soon' | 'rarely' | 'never' {
  switch (failure) {
    case 'wrong-password':
    case 'password-needed':
    case 'unsupported-auth':
    case 'invalid-account':
      // Another try with the same password could lock the account at the server.
      return 'never'
    case 'forbidden':
    case 'unknown-user':
      return 'rarely'
    default:
      return 'soon'
  }
}
