/*
 * The calls there are, found by id, by account, by dialog or by their sound. A call enters when it is made and leaves by its own end;
 * nothing here changes one.
 */
import type { CallId, Direction } from '../../../common/call'
import type { CallMedia, MediaEngine } from '../media/media'
import type { AccountLine } from './account-line'
import { findByDialog } from './find-dialog'
import type { DialogName } from './guard/guarding-transport'
import type { InDialogRequest } from './guard/in-dialog-request'
import { LiveCall, type CallSurroundings } from './live-call'

/** What a call may have of its own. */
interface OwnParts {
  readonly media: CallMedia
  readonly report: CallSurroundings['report']
}

/** Calls at once, in every state; a flood ends here. */
const limit = 16

export class LiveCalls {
  readonly #surroundings: CallSurroundings
  readonly #media: Pick<MediaEngine, 'createCallMedia'>
  readonly #calls = new Map<CallId, LiveCall>()
  readonly #lines = new WeakMap<LiveCall, AccountLine>()

  constructor(surroundings: CallSurroundings, media: Pick<MediaEngine, 'createCallMedia'>) {
    this.#surroundings = surroundings
    this.#media = media
  }

  get isFull(): boolean {
    return this.#calls.size >= limit
  }

  get isAny(): boolean {
    return this.#calls.size > 0
  }

  get(id: CallId): LiveCall | undefined {
    return this.#calls.get(id)
  }

  /** A new one, with silent sound. The line is proven more often while it has any. `own`: what it has instead of what all have. */
  open(line: AccountLine, id: CallId, direction: Direction, own: Partial<OwnParts> = {}): LiveCall {
    const { clock, log } = this.#surroundings
    const { media = line.createCallMedia(this.#media), report = this.#surroundings.report } = own
    const call = new LiveCall(
      { id, accountId: line.account.id, direction, ownHost: line.host, media },
      { clock, log, report },
    )
    this.#calls.set(id, call)
    this.move(call, line)
    call.onEnd(() => {
      this.#calls.delete(id)
      this.#leave(call)
    })
    return call
  }

  /** From now on it is on this line. */
  move(call: LiveCall, line: AccountLine): void {
    this.#leave(call)
    this.#lines.set(call, line)
    call.flow = line.flow
    line.transport.setPace('busy')
  }

  /** Those on this line. A copy: calls may end while it is gone through. */
  on(line: AccountLine): LiveCall[] {
    return [...this.#calls.values()].filter((call) => this.#lines.get(call) === line)
  }

  /** Those of this account, on all its lines; a copy. */
  of(accountId: string): LiveCall[] {
    return [...this.#calls.values()].filter((call) => call.accountId === accountId)
  }

  #leave(call: LiveCall): void {
    const line = this.#lines.get(call)
    this.#lines.delete(call)
    if (line !== undefined && this.on(line).length === 0) line.transport.setPace('idle')
  }

  /** Also while the dialog is early. */
  inDialog(name: DialogName): LiveCall | undefined {
    return findByDialog(this.#calls.values(), name)
  }

  /** False when no call is in its dialog. */
  takeUpdate(update: InDialogRequest): boolean {
    const care = this.inDialog(update.dialog)?.care
    care?.takeUpdate(update)
    return Boolean(care)
  }

  /** False when no call waits for it. */
  takePrack(prack: InDialogRequest): boolean {
    return this.inDialog(prack.dialog)?.takePrack?.(prack) ?? false
  }

  /** Those that sound like this. */
  idsOf(media: readonly CallMedia[]): CallId[] {
    return [...this.#calls.values()].filter((call) => media.includes(call.media)).map(({ id }) => id)
  }
}
