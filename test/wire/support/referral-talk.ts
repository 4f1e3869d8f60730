/*
 * What two ends say to each other about a transfer: news of it as NOTIFYs, and the parts of a Refer-To. For tests that play either side.
 */
import type { RequestParts, Said } from './scripted-peer'

export interface News {
  readonly sequence: number
  /** The status line, or whatever a hostile end sends instead. */
  readonly fragment: string
  readonly state?: string
  readonly event?: string
  readonly type?: string | null
}

/** A NOTIFY as the far end of a transfer sends it. */
export const news = ({
  sequence,
  fragment,
  state = 'active;expires=60',
  event = 'refer',
  type = 'message/sipfrag;version=2.0',
}: News): RequestParts => ({
  method: 'NOTIFY',
  sequence,
  extra: [`Event: ${event}`, `Subscription-State: ${state}`],
  body: fragment,
  replace: { 'Content-Type': type },
})

/** The status line in a NOTIFY that the phone sent. */
export const fragmentOf = (notify: Said): string => notify.message.body.trimEnd()

/** How a NOTIFY reads in a transcript: its state and its status line. */
export const readNews = (notify: Said): string =>
  `${notify.header('subscription-state').split(';')[0]}: ${fragmentOf(notify)}`
