/*
 * Remembers the dialogs of calls, so that their far ends hear a BYE even when the engine that held them died. It keeps no
 * calls and asks for nothing but farewells.
 */
import type { CallId } from '../../common/call'
import type { DialogRecord } from '../../common/contract/engine'
import type { Engine } from './engine'

/** A dialog whose engine died: the far end still waits for a BYE. */
export interface LostDialog {
  readonly accountId: string
  readonly dialog: DialogRecord
}

export class LostDialogs {
  private readonly open = new Map<CallId, LostDialog>()
  private lost: readonly LostDialog[] = []

  constructor(private readonly engine: Engine) {}

  keep(callId: CallId, dialog: LostDialog): void {
    this.open.set(callId, dialog)
  }

  /** Its far end knows that it is over, or soon will. */
  forget(callId: CallId): void {
    this.open.delete(callId)
  }

  engineLost(): void {
    this.lost = [...this.lost, ...this.open.values()]
    this.open.clear()
  }

  /** Dialogs a former engine left open, oldest first. */
  get list(): readonly LostDialog[] {
    return this.lost
  }

  /** Closes those of an account, once it is registered again. */
  async sayFarewell(accountId: string): Promise<void> {
    const mine = this.lost.filter((one) => one.accountId === accountId)
    this.lost = this.lost.filter((one) => one.accountId !== accountId)
    const results = await Promise.all(
      mine.map(({ dialog }) => this.engine.request({ type: 'farewell', accountId, dialog })),
    )
    // Only an engine that died again leaves them for the next one.
    const again = mine.filter((_, index) => {
      const result = results[index]
      return result?.ok === false && result.code === 'engine-unavailable'
    })
    this.lost = [...again, ...this.lost]
  }
}
