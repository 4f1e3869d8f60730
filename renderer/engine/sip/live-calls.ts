/*
 * The calls there are, found by id, by account, by dialog or by their sound. A call enters when it is made and leaves by its own end;
 * nothing here changes one.
 */
import type { CallId, Direction } from '../../../common/call'
import type { CallMedia, MediaEngine } from '../media/media'
import type { AccountLine } from './account-line'
import { findByDialog } from './find-dialog'
import type { DialogName } from './guard/guarding-transport'
import type { IncomingUpdate } from './guard/incoming-update'
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
    line.transport.setPace('busy')
    call.onEnd(() => {
      this.#calls.delete(id)
      if (this.of(line).length === 0) line.transport.setPace('idle')
    })
    return call
  }

  /** A copy: calls may end while it is gone through. */
  of(line: AccountLine): LiveCall[] {
    return [...this.#calls.values()].filter(({ accountId }) => accountId === line.account.id)
  }

  /** Also while the dialog is early. */
  inDialog(name: DialogName): LiveCall | undefined {
    return findByDialog(this.#calls.values(), name)
  }

  /** False when no call is in its dialog. */
  takeUpdate(update: IncomingUpdate): boolean {
    const care = this.inDialog(update.dialog)?.care
    care?.takeUpdate(update)
    return Boolean(care)
  }

  /** Those that sound like this. */
  idsOf(media: readonly CallMedia[]): CallId[] {
    return [...this.#calls.values()].filter((call) => media.includes(call.media)).map(({ id }) => id)
  }
}
