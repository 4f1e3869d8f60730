/*
 * What must be true whatever people, networks and owners of providers do: random wishes, reports, completions, failures,
 * time-outs and resets over two providers, on a clock that is moved by hand.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canEnd, groupOf, isLive, type Call, type CallId } from '../../../common/call'
import type { Action, ActionBody } from '../../../main/callkit/action'
import type { ActionEvent } from '../../../main/callkit/action-events'
import { isForeground } from '../../../main/callkit/foreground'
import { CallObserver, type ObservedCall } from '../../../main/callkit/observer'
import type { Provider } from '../../../main/callkit/provider'
import { settle } from '../../fakes/manual-clock'
import { ProviderPhone } from '../../support/provider-phone'

const limits = {
  maximumCallGroups: 4,
  maximumCallsPerCallGroup: 3,
  supportsAudioTranslation: true,
  audioMixer: 'engine',
}

const wishes = [
  'start',
  'answer',
  'end',
  'hold',
  'resume',
  'mute',
  'digits',
  'join',
  'leave',
  'transfer',
  'deflect',
] as const
const reports = [
  'ring',
  'ring',
  'connected',
  'connected',
  'alerting',
  'accepted',
  'gone',
  'updated',
  'far hold',
] as const
const rest = ['fulfil', 'fulfil all', 'fulfil all', 'fail', 'wait', 'subscribe', 'leave off'] as const
const disasters = ['wait long', 'reset'] as const

const pick = fc.nat(5)
const wish = fc.tuple(fc.constantFrom(...wishes), pick, pick)
const step = fc.oneof(
  { weight: 16, arbitrary: fc.record({ ask: fc.array(wish, { minLength: 1, maxLength: 2 }) }) },
  { weight: 8, arbitrary: fc.record({ talk: pick }) },
  { weight: 8, arbitrary: fc.record({ merge: fc.tuple(pick, pick, fc.nat(3)) }) },
  { weight: 8, arbitrary: fc.record({ report: fc.constantFrom(...reports), which: pick }) },
  { weight: 16, arbitrary: fc.record({ happens: fc.constantFrom(...rest), which: pick }) },
  { weight: 1, arbitrary: fc.record({ happens: fc.constantFrom(...disasters), which: pick }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A phone under random use, and what its observers have been told. */
class Life {
  readonly phone = new ProviderPhone(limits)
  readonly providers: readonly Provider[]
  readonly born = new Set<CallId>()
  private readonly open: Action[] = []
  private readonly unsettled = new Set<Promise<unknown>>()
  private readonly events = new Map<string, ActionEvent[]>()
  private readonly looks = new Map<CallId, ObservedCall>()
  private reached = 0
  private named = 0
  private subscriptions: { stop: () => void; stopped: boolean }[] = []
  /** A hold that was to part two calls again was itself refused: nothing more can be done. */
  private helpless = false

  constructor() {
    const { phone } = this
    this.providers = [phone.provider, phone.add('home', limits)]
    phone.delegate.during = (action) => this.delivered(action)
    phone.registry.observe((now, before, sequence) => this.changed(now, before, sequence))
    phone.switchboard.actionEvents.observe((event) => this.told(event))
    new CallObserver(phone.registry, (call) => this.seen(call))
  }

  async live(steps: readonly Step[]): Promise<void> {
    for (const one of steps) {
      if ('ask' in one) await this.ask(one.ask)
      else if ('talk' in one) await this.talk(one.talk)
      else if ('merge' in one) await this.merge(...one.merge)
      else if ('report' in one) await this.report(one.report, one.which)
      else await this.happen(one.happens, one.which)
      await settle()
      this.check()
    }
    await this.end()
  }

  /** Somebody calls and is answered, and whoever has to be held for it is held. */
  private async talk(which: number): Promise<void> {
    await this.report('ring', which)
    const callId = this.calls().findLast(({ state }) => state === 'incoming')?.id ?? 'nobody'
    await this.wish([{ kind: 'answer', callId }])
    await this.happen('fulfil all', which)
  }

  /** Two connected calls are to be one; the first `good` things that are asked for succeed, the next does not. */
  private async merge(which: number, other: number, good: number): Promise<void> {
    const connected = this.calls().filter(({ state }) => state === 'active' || state === 'held')
    const [callId, groupWith] = [which, other].map(
      (one) => connected[one % Math.max(1, connected.length)]?.id ?? 'nobody',
    )
    await this.happen('fulfil all', 0)
    await this.wish([{ kind: 'setGroup', callId: callId ?? '', groupWith: groupWith ?? '' }])
    for (let done = 0; done < good; done++) this.open.shift()?.fulfill()
    this.open.shift()?.fail()
  }

  private calls(): readonly Call[] {
    return this.phone.registry.live()
  }

  private one(which: number): CallId {
    return this.calls()[which % Math.max(1, this.calls().length)]?.id ?? 'nobody'
  }

  private async ask(wanted: readonly (readonly [(typeof wishes)[number], number, number])[]): Promise<void> {
    const started: CallId[] = []
    const bodies = wanted.map(([kind, which, other]): ActionBody => {
      const callId = other === 5 ? (started.at(-1) ?? this.one(which)) : this.one(which)
      switch (kind) {
        case 'start': {
          const newId = `out ${++this.named}`
          started.push(newId)
          return this.phone.start(newId, which % 2 ? 'work' : 'home').body
        }
        case 'answer':
          return { kind, callId }
        case 'end':
          return { kind, callId, cause: null }
        case 'hold':
        case 'resume':
          return { kind: 'setHeld', callId, held: kind === 'hold' }
        case 'mute':
          return { kind: 'setMuted', callId, muted: other % 2 === 0 }
        case 'digits':
          return { kind: 'playDtmf', callId, digits: '1', type: 'singleTone' }
        case 'join':
          return { kind: 'setGroup', callId, groupWith: this.one(other) }
        case 'leave':
          return { kind: 'setGroup', callId, groupWith: null }
        case 'transfer':
          return {
            kind,
            callId,
            to: other % 2 ? { kind: 'call', callId: this.one(other) } : { kind: 'address', ...someone },
          }
        case 'deflect':
          return { kind, callId, ...someone, cause: 'deflected' }
      }
    })
    if (await this.wish(bodies)) for (const id of started) this.born.add(id)
  }

  private async wish(bodies: readonly ActionBody[]): Promise<boolean> {
    const { sequence } = this.phone.registry
    const accepted = await this.phone.request(...bodies)
    if (!accepted.ok) {
      expect(this.phone.registry.sequence, 'a refusal changes nothing').toBe(sequence)
      return false
    }
    this.unsettled.add(accepted.completed)
    void accepted.completed.then(() => this.unsettled.delete(accepted.completed))
    return true
  }

  private async report(what: (typeof reports)[number], which: number): Promise<void> {
    const callId = this.one(which)
    const call = this.phone.registry.find(callId)
    const provider = this.phone.switchboard.provider(call?.accountId ?? '') ?? this.phone.provider
    switch (what) {
      case 'ring': {
        const id = `in ${++this.named}`
        const by = this.providers[which % 2] ?? this.phone.provider
        const capable = { supportsGrouping: which !== 5, supportsUngrouping: true, supportsHolding: which !== 4 }
        await by.reportNewIncomingCall(id, capable)
        // One that is turned away is in the history all the same.
        this.born.add(id)
        return
      }
      case 'connected':
        return provider.reportConnected(callId)
      case 'alerting':
      case 'accepted':
        return provider.reportOutgoingProgress(callId, what)
      case 'gone':
        return provider.reportEnded(callId, { cause: 'remote-hung-up', sipStatus: null, reason: null })
      case 'updated':
        return provider.reportUpdated(callId, { supportsGrouping: true, supportsUngrouping: true })
      case 'far hold':
        return provider.reportRemoteHeld(callId, which % 2 === 0)
    }
  }

  private async happen(what: (typeof rest)[number] | (typeof disasters)[number], which: number): Promise<void> {
    switch (what) {
      case 'fulfil':
      case 'fail': {
        const [action] = this.open.splice(which % Math.max(1, this.open.length), 1)
        return what === 'fail' ? action?.fail() : action?.fulfill()
      }
      case 'fulfil all':
        for (let next = this.open.shift(); next; next = this.open.shift()) next.fulfill()
        return
      case 'wait':
        return this.phone.clock.advanceAsync(1_500)
      case 'wait long':
        return this.phone.clock.advanceAsync(61_000)
      case 'reset':
        return this.providers[which % 2]?.reset('engine-lost')
      case 'subscribe':
        return this.subscribe()
      case 'leave off':
        for (const one of this.subscriptions) {
          one.stop()
          one.stopped = true
        }
    }
  }

  /** Everybody hangs up, and what is open runs out of time. */
  private async end(): Promise<void> {
    await this.phone.clock.advanceAsync(700_000)
    this.check()
    for (const { id } of this.calls()) await this.phone.request({ kind: 'end', callId: id, cause: null })
    await this.phone.clock.advanceAsync(700_000)
    expect(this.calls()).toEqual([])
    expect(this.unsettled.size, 'every accepted transaction settles').toBe(0)
    const ended = this.phone.history.map(({ id }) => id)
    expect(ended.toSorted(), 'no call is lost or ends twice').toEqual([...this.born].toSorted())
    for (const [id, told] of this.events)
      expect(
        told.map(({ type }) => type),
        id,
      ).toHaveLength(2)
    expect(this.phone.clock.pending, 'no timer is left').toBe(0)
    expect(this.phone.logged.filter((line) => line.startsWith('ERROR'))).toEqual([])
  }

  private check(): void {
    for (const call of this.calls()) {
      if (call.groupId === null) continue
      expect(canEnd(call), 'who is on the way out is in no group').toBe(true)
      const { length } = groupOf(call, this.calls())
      expect(length, 'a group of one is none').toBeGreaterThan(1)
      expect(length).toBeLessThanOrEqual(limits.maximumCallsPerCallGroup)
    }
    if (this.providers.some(({ pendingTransactions }) => pendingTransactions.length > 0) || this.helpless) return
    const ears = new Set(
      this.calls()
        .filter(isForeground)
        .map(({ id, groupId }) => groupId ?? id),
    )
    expect(ears.size, 'one foreground').toBeLessThanOrEqual(1)
  }

  private delivered(action: Action): void {
    expect(isLive(this.phone.registry.find(action.callId) as Call), 'nobody acts on an ended call').toBe(true)
    if (this.events.get(action.id)?.[0]?.by === 'policy') action.fulfill()
    else this.open.push(action)
  }

  private told(event: ActionEvent): void {
    const before = this.events.get(event.actionId) ?? []
    expect(before.length, 'one request, one outcome').toBe(event.type === 'requested' ? 0 : 1)
    this.events.set(event.actionId, [...before, event])
    if (event.by === 'policy' && event.code !== null && event.code !== 'unknown-call') this.helpless = true
  }

  private changed(now: readonly Call[], before: readonly Call[], sequence: number): void {
    expect(sequence, 'the sequence has no gaps').toBe(++this.reached)
    for (const call of before.filter(isLive))
      expect(
        now.some(({ id }) => id === call.id),
        'none vanishes',
      ).toBe(true)
  }

  private seen(call: ObservedCall): void {
    const old = this.looks.get(call.id)
    expect(old?.hasEnded ?? false, 'nothing after the end').toBe(false)
    if (old?.hasConnected) expect(call.hasConnected).toBe(true)
    expect(call.revision).toBeGreaterThan(old?.revision ?? -1)
    this.looks.set(call.id, call)
  }

  /** A snapshot and what follows it make up the whole story. */
  private subscribe(): void {
    const one = { stop: () => {}, stopped: false }
    const { sequence, stop } = this.phone.registry.observe((_now, _before, told) => {
      expect(one.stopped, 'nobody is told after leaving').toBe(false)
      expect(told).toBe(++last)
    })
    let last = sequence
    one.stop = stop
    this.subscriptions.push(one)
  }
}

const someone = { handle: { type: 'phoneNumber', value: '601' }, target: 'sip:601@pbx.example' } as const

/** As many lives as one has time for; more with the environment's RUNS. */
const numRuns = Number(process.env['RUNS'] ?? 150)

it(
  'whatever happens, latches hold, one has the ear, no call is lost, every transaction settles',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), (steps) =>
        new Life().live(steps),
      ),
      { numRuns },
    )
  },
  numRuns * 200,
)
