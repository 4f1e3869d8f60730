/*
 * The bar of the calls: there while a call is up, seen while the phone's window is not in front, if the user wants it at all, or if a call was answered by
 * itself. It draws nothing and knows no window.
 */
import { canAnswer } from '../../common/call'
import { isUp } from '../../common/party'
import type { PhoneState } from '../../common/phone-state'
import type { Observer } from './observer'

/** The bar's window, or a test's. Each may come again. */
export interface CallBarSurface {
  /** Without taking the focus. */
  show(): void
  hide(): void
  /** No call is up any more: nothing stays of it. */
  close(): void
}

export class CallBar implements Observer {
  readonly #surface: CallBarSurface
  readonly #isPhoneInFront: () => boolean
  #wanted = false

  constructor(options: { surface: CallBarSurface; isPhoneInFront: () => boolean }) {
    this.#surface = options.surface
    this.#isPhoneInFront = options.isPhoneInFront
  }

  update(now: PhoneState): void {
    // A call that only rings here has its notification. One that answers itself is shown whether the user wants the bar or not.
    const wanted = now.calls.some(({ call, autoAnswered }) =>
      autoAnswered ? isUp(call) || canAnswer(call) : now.settings.callBar && isUp(call),
    )
    if (wanted === this.#wanted) return
    this.#wanted = wanted
    if (wanted) this.frontChanged()
    else this.#surface.close()
  }

  /** To be called when the phone's window comes to the front or leaves it. */
  frontChanged(): void {
    if (!this.#wanted) return
    if (this.#isPhoneInFront()) this.#surface.hide()
    else this.#surface.show()
  }
}
