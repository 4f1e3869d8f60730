/*
 * The framework as its host meets it: through its entry, put together by `createCallKit`, on virtual time.
 */
import { describe, expect, it } from 'vitest'
import {
  answerCallAction,
  createCallKit,
  deflectCallAction,
  endCallAction,
  playDtmfCallAction,
  refuseReferralCallAction,
  setGroupCallAction,
  setHeldCallAction,
  setMutedCallAction,
  setTranslatingCallAction,
  startCallAction,
  transferCallAction,
  type Action,
  type Call,
  type CallKitOptions,
  type ProviderDelegate,
} from '../../../main/callkit'
import { ManualClock, settle } from '../../fakes/manual-clock'

const to = { type: 'generic', value: '200' } as const
const connected = { supportsHolding: true, supportsGrouping: true, supportsUngrouping: true }

/** A line that does at once whatever it is asked for. */
const willing: ProviderDelegate = {
  providerDidReset: () => {},
  performStart: (_, action) => action.fulfill(),
  performAnswer: (_, action) => action.fulfill(),
  performEnd: (_, action) => action.fulfill(),
  performSetHeld: (_, action) => action.fulfill(),
  performSetMuted: (_, action) => action.fulfill(),
  performSetGroup: (_, action) => action.fulfill(),
  performPlayDtmf: (_, action) => action.fulfill(),
  performSetTranslating: (_, action) => action.fulfillUsing('custom'),
  performTransfer: (_, action) => action.fulfill(),
  performDeflect: (_, action) => action.fulfill(),
  performRefuseReferral: (_, action) => action.fulfill(),
}

function open(options: CallKitOptions = {}) {
  const clock = new ManualClock()
  const history: Call[] = []
  const kit = createCallKit({ clock, history: (call) => history.push(call), ...options })
  const line = kit.addProvider('line', {
    supportedHandleTypes: new Set(['generic']),
    supportsAudioTranslation: true,
    maximumCallGroups: 3,
  })
  line.delegate = willing
  const ask = async (...actions: Action[]) => {
    const accepted = await kit.controller.requestActions(actions, 'window')
    const outcome = accepted.ok ? await accepted.completed : null
    await settle()
    return accepted.ok ? (outcome?.ok === true ? 'done' : outcome?.code) : accepted.error.name
  }
  const stateOf = (callId: string) => kit.registry.find(callId)?.state
  const talk = async (callId: string) => {
    expect(await ask(startCallAction(callId, 'line', to, {}, clock))).toBe('done')
    line.reportConnected(callId)
    line.reportUpdated(callId, connected)
  }
  return { clock, history, kit, line, ask, stateOf, talk }
}

describe('the entry of the framework', () => {
  it('has a constructor for every action, with its time to complete from construction', () => {
    const clock = new ManualClock()
    clock.advance(1_000)
    const actions = [
      startCallAction('a', 'line', to, { video: true, contactIdentifier: 'ada' }, clock),
      answerCallAction('a', clock),
      endCallAction('a', null, clock),
      setHeldCallAction('a', true, clock),
      setMutedCallAction('a', true, clock),
      setGroupCallAction('a', 'b', clock),
      playDtmfCallAction('a', '1', 'singleTone', clock),
      setTranslatingCallAction('a', true, { local: 'en', remote: 'de' }, clock),
      transferCallAction('a', { kind: 'call', callId: 'b' }, clock),
      deflectCallAction('a', to, undefined, clock),
      refuseReferralCallAction('a', clock),
    ]
    expect(actions.map(({ body, deadline }) => [body.kind, deadline - 1_000])).toEqual([
      ['start', 600_000],
      ['answer', 60_000],
      ['end', 5_000],
      ['setHeld', 5_000],
      ['setMuted', 5_000],
      ['setGroup', 5_000],
      ['playDtmf', 5_000],
      ['setTranslating', 5_000],
      ['transfer', 180_000],
      ['deflect', 5_000],
      ['refuseReferral', 5_000],
    ])
    expect(actions[0]?.body).toMatchObject({ target: '200', referral: null, contactIdentifier: 'ada', video: true })
  })

  it('every one of them goes through a willing provider', async () => {
    const { ask, clock, talk, stateOf, line, history } = open()
    await talk('a')
    expect(await ask(setMutedCallAction('a', true, clock))).toBe('done')
    expect(await ask(playDtmfCallAction('a', '12#', 'hardPause', clock))).toBe('done')
    const languages = { local: 'en', remote: 'de' }
    expect(await ask(setTranslatingCallAction('a', true, languages, clock))).toBe('done')
    expect(await ask(setHeldCallAction('a', true, clock))).toBe('done')
    expect(stateOf('a')).toBe('held')
    await talk('b')
    expect(await ask(setHeldCallAction('b', true, clock), setHeldCallAction('a', false, clock))).toBe('done')
    expect(await ask(setGroupCallAction('a', 'b', clock))).toBe('done')
    expect(await ask(setGroupCallAction('b', null, clock))).toBe('done')
    line.reportReferral('a', { handle: to, target: '200', by: null })
    expect(await ask(refuseReferralCallAction('a', clock))).toBe('done')
    expect(await ask(transferCallAction('a', { kind: 'address', handle: to, target: '200' }, clock))).toBe('done')
    await line.reportNewIncomingCall('c', { remoteHandle: to })
    expect(await ask(deflectCallAction('c', to, undefined, clock))).toBe('done')
    expect(await ask(endCallAction('b', null, clock))).toBe('done')
    expect(history.map((call) => [call.id, call.state === 'ended' && call.cause])).toEqual([
      ['a', 'transferred'],
      ['c', 'deflected'],
      ['b', 'hung-up'],
    ])
  })

  it('two kits know nothing of each other', async () => {
    const [one, other] = [open(), open()]
    await one.talk('a')
    expect(other.kit.registry.calls).toEqual([])
    expect(await other.ask(endCallAction('a', null, other.clock))).toBe('unknownCallUUID')
  })

  it('refuses a provider whose limits are none', () => {
    expect(() => open().kit.addProvider('other', { maximumCallGroups: 0 })).toThrow(RangeError)
  })

  it('has no policies unless they are wished for', async () => {
    const { line, clock, stateOf, kit } = open()
    await line.reportNewIncomingCall('a', { remoteHandle: to })
    await clock.advanceAsync(3_600_000)
    expect(stateOf('a')).toBe('incoming')
    expect(kit.observeCalls().calls).toHaveLength(1)
  })

  it('ends what nobody answers when it is told how long to ring', async () => {
    const { line, clock, history } = open({ policies: { ringSeconds: () => 20 } })
    await line.reportNewIncomingCall('a', { remoteHandle: to })
    await clock.advanceAsync(20_000)
    expect(history).toMatchObject([{ id: 'a', state: 'ended', cause: 'unanswered' }])
  })

  it.each([
    ['local', 'held'],
    ['remote', 'active'],
  ] as const)(
    'with resume by %s ends, a held call is %s when the far end of the other hangs up',
    async (resume, then) => {
      const { line, stateOf, talk } = open({ policies: { resume } })
      await talk('a')
      await talk('b')
      expect(stateOf('a')).toBe('held')
      line.reportEnded('b', { cause: 'remote-hung-up', sipStatus: null, reason: null })
      await settle()
      await settle()
      expect(stateOf('a')).toBe(then)
    },
  )

  it('gives up a call that hangs, with the watchdog', async () => {
    const { ask, clock, history } = open({ policies: { watchdog: true } })
    await ask(startCallAction('a', 'line', to, {}, clock))
    await clock.advanceAsync(36_000)
    expect(history).toMatchObject([{ id: 'a', cause: 'unreachable' }])
  })
})
