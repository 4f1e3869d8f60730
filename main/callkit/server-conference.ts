/*
 * Conferences on a server (RFC 4579): the account's conference number is called, and once it answers every party is
 * transferred there; the calls to them end, the one to the conference remains. What was done is undone when nobody could
 * be moved. It knows calls and requests, no SIP.
 */
import { canEnd, canHold, type Call, type CallId } from '../../common/call'
import { done, refused, type Result } from '../../common/errors'
import type { AccountState } from '../../common/phone-state'
import type { ActionBody } from './action'
import { outcomeOf, type Requests } from './requests'
import type { Dialled, DialRules } from './transfer-verbs'
import type { Originator, Requested } from './verbs'

export interface ServerConferenceOptions {
  readonly requests: Requests
  readonly accounts: () => readonly AccountState[]
  readonly dialTarget: DialRules
  /** The SIP URI a conference names itself by (its Contact, RFC 4579 section 5.2); null, and when left out: not known. */
  readonly focusOf?: (callId: CallId) => string | null
}

/** A conference server answers within this, ms. */
const answerWithinMs = 60_000

export class ServerConference {
  /** Calls to conferences that were made here. */
  private readonly rooms = new Map<CallId, Dialled>()

  constructor(private readonly options: ServerConferenceOptions) {
    options.requests.registry.observe((calls) => {
      for (const id of [...this.rooms.keys()]) {
        if (!calls.some((call) => call.id === id && canEnd(call))) this.rooms.delete(id)
      }
    })
  }

  /** Whether these calls come together on a server: they are all of one account, and it names one. */
  serves(callIds: readonly CallId[]): boolean {
    const calls = this.named(callIds)
    return calls !== null && calls.every(({ groupId }) => groupId === null) && this.factoryFor(calls) !== null
  }

  /** `callIds`: two at least; one of them may be a conference made here before. Call it only when `serves` says so. */
  merge(callIds: readonly CallId[], by: Originator): Promise<Requested> {
    const { requests } = this.options
    return requests.once(`merge ${[...callIds].sort().join(' ')}`, async () => {
      const calls = this.named(callIds)
      const factory = calls && this.factoryFor(calls)
      if (!calls || !factory) return refused('unknown-call')
      const parties = calls.filter(({ id }) => !this.rooms.has(id))
      const there = calls.find(({ id }) => this.rooms.has(id))
      if (parties.length === calls.length && parties.length < 2) return refused('invalid-action')
      if (there) {
        return {
          ok: true,
          value: undefined,
          completed: this.move(parties, there.id, factory, by).then(({ result }) => result),
        }
      }
      return this.open(parties, factory, by)
    })
  }

  private async open(parties: readonly Call[], factory: Dialled, by: Originator): Promise<Requested> {
    const [first] = parties
    if (!first) return refused('invalid-action')
    const { requests } = this.options
    const heard = parties.find(canHold)
    const roomId = crypto.randomUUID()
    const { handle, uri } = factory
    const asked = await requests.ask(
      [
        ...(heard ? [setHeld(heard.id, true)] : []),
        { kind: 'start', callId: roomId, providerId: first.accountId, handle, target: uri, referral: null },
      ],
      by,
    )
    if (!asked.ok) return asked
    this.rooms.set(roomId, factory)
    return { ok: true, value: undefined, completed: this.gather(asked.completed, roomId, parties, heard ?? null, by) }
  }

  private async gather(
    opened: Promise<Result>,
    roomId: CallId,
    parties: readonly Call[],
    heard: Call | null,
    by: Originator,
  ): Promise<Result> {
    const { requests } = this.options
    const began = await opened
    const answered = began.ok ? await this.answered(roomId) : began
    const room = this.rooms.get(roomId)
    const moved = answered.ok && room ? await this.move(parties, roomId, room, by) : { count: 0, result: answered }
    if (moved.count > 0 || moved.result.ok) return moved.result
    const conference = requests.find(roomId)
    if (conference && canEnd(conference)) {
      await outcomeOf(requests.ask([{ kind: 'end', callId: roomId, cause: null }], by))
    }
    if (heard && requests.find(heard.id)?.state === 'held') {
      await outcomeOf(requests.ask([setHeld(heard.id, false)], by))
    }
    return moved.result
  }

  /** One after another, so that nobody more is sent where the first could not go. Whoever was not moved stays on hold. */
  private async move(
    parties: readonly Call[],
    roomId: CallId,
    room: Dialled,
    by: Originator,
  ): Promise<{ count: number; result: Result }> {
    const { requests, focusOf } = this.options
    const target = focusOf?.(roomId) ?? room.uri
    let count = 0
    for (const { id } of parties) {
      const state = requests.find(roomId)?.state
      if (state !== 'active' && state !== 'held') return { count, result: refused('transfer-failed') }
      // Whoever hung up meanwhile is not missed.
      const party = requests.find(id)
      if (!party) continue
      const to = { kind: 'address', handle: room.handle, target } as const
      const transfer: ActionBody = { kind: 'transfer', callId: id, to }
      const result = await outcomeOf(requests.ask([...(canHold(party) ? [setHeld(id, true)] : []), transfer], by))
      if (!result.ok && requests.find(id)) return { count, result }
      if (result.ok) count++
    }
    return { count, result: count > 0 ? done : refused('unknown-call') }
  }

  /** Resolves when the conference server has answered, or will not. */
  private answered(roomId: CallId): Promise<Result> {
    const { requests } = this.options
    return new Promise((resolve) => {
      const finish = (result: Result): void => {
        requests.clock.clearTimeout(limit)
        stop()
        resolve(result)
      }
      const look = (calls: readonly Call[]): void => {
        const state = calls.find(({ id }) => id === roomId)?.state
        if (state === 'active' || state === 'held') finish(done)
        else if (state === undefined || state === 'ending' || state === 'ended') finish(refused('transfer-failed'))
      }
      const limit = requests.clock.setTimeout(() => finish(refused('timed-out')), answerWithinMs)
      const { calls, stop } = requests.registry.observe(look)
      look(calls)
    })
  }

  private named(callIds: readonly CallId[]): readonly Call[] | null {
    const calls = [...new Set(callIds)].map((id) => this.options.requests.find(id))
    return calls.every((call) => call !== undefined) ? calls : null
  }

  private factoryFor(calls: readonly Call[]): Dialled | null {
    const { accounts, dialTarget } = this.options
    const [first] = calls
    if (!first || calls.some(({ accountId }) => accountId !== first.accountId)) return null
    const account = accounts().find(({ account: { id } }) => id === first.accountId)?.account
    const number = account?.features.conference ?? null
    const dialled = account && number !== null ? dialTarget(number, account.uri) : null
    return dialled?.ok ? dialled.value : null
  }
}

const setHeld = (callId: CallId, held: boolean): ActionBody => ({ kind: 'setHeld', callId, held })
