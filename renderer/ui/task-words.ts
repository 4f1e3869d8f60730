/*
 * What a call is busy with, or asks of its user, as sentences: shown on the stage and said aloud. Names come in as they are shown.
 */
import type { Transfer } from '../../common/call'

/** How far a transfer has come. `to`: whom they are handed to. */
export function sayTransfer(progress: Transfer['progress'], to: string): string {
  switch (progress) {
    case 'asked':
      return `Transferring to ${to}`
    case 'trying':
      return `Connecting them to ${to}`
    case 'ringing':
      return `Ringing at ${to}`
  }
}

/** `by`: who asks for it. */
export const sayReferral = (by: string, to: string): string => `${by} wants to connect you to ${to}.`

export const sayDigitsWaiting = (count: number): string =>
  count === 1 ? 'Send the remaining digit?' : `Send the remaining ${count} digits?`
