/* What a provider reports, and what becomes of reports that are late, repeated or about nothing. */
import { beforeEach, describe, expect, it } from 'vitest'
import { configurationError, defaultConfiguration } from '../../../main/callkit/configuration'
import { errorDomains } from '../../../main/callkit/errors'
import { settle } from '../../fakes/manual-clock'
import { ProviderPhone } from '../../support/provider-phone'

let phone: ProviderPhone
beforeEach(() => void (phone = new ProviderPhone()))
const gone = { cause: 'remote-hung-up', sipStatus: null, reason: null } as const

describe('an incoming call', () => {
  it('rings with the handle in its normal form and the name without what cannot be seen', async () => {
    await phone.provider.reportNewIncomingCall('a', {
      remoteHandle: { type: 'phoneNumber', value: '+49 (30) 123-45' },
      localizedCallerName: '\u202eAnn\u0007',
    })
    expect(phone.registry.find('a')).toMatchObject({
      state: 'incoming',
      handle: { type: 'phoneNumber', value: '+493012345' },
      name: 'Ann',
      waiting: false,
    })
  })

  it('with the id of a live call is code 2 and leaves the first untouched', async () => {
    const callId = await phone.active()
    const before = phone.registry.calls
    const admission = await phone.provider.reportNewIncomingCall(callId, { localizedCallerName: 'Eve' })
    expect(admission).toMatchObject({
      ok: false,
      sipStatus: 482,
      error: { domain: errorDomains.incomingCall, code: 2, callId },
    })
    expect(phone.registry.calls).toBe(before)
    expect(phone.history).toEqual([])
  })

  it('that is filtered by do not disturb is code 3, is never seen by an observer, and leaves a missed call', async () => {
    phone.settings.doNotDisturb = true
    let changes = 0
    phone.registry.observe(() => changes++)
    const admission = await phone.provider.reportNewIncomingCall('a', { localizedCallerName: 'Ann' })
    expect(admission).toMatchObject({ ok: false, sipStatus: 480, error: { code: 3 } })
    expect(changes).toBe(0)
    expect(phone.history).toMatchObject([{ id: 'a', state: 'ended', cause: 'unanswered', sipStatus: 480, name: 'Ann' }])
  })
})

describe('an update', () => {
  it('changes what it names and leaves the rest', async () => {
    await phone.provider.reportNewIncomingCall('a', { localizedCallerName: 'Ann' })
    phone.provider.reportUpdated('a', { supportsDtmf: false })
    expect(phone.registry.find('a')).toMatchObject({ name: 'Ann', capabilities: { dtmf: false, holding: true } })
    phone.provider.reportUpdated('a', { localizedCallerName: null, remoteHandle: null })
    expect(phone.registry.find('a')).toMatchObject({
      name: null,
      handle: { type: 'generic', value: '' },
      capabilities: { dtmf: false },
    })
  })

  it('that says nothing new is not announced', async () => {
    await phone.provider.reportNewIncomingCall('a', { localizedCallerName: 'Ann' })
    const { sequence } = phone.registry
    phone.provider.reportUpdated('a', { localizedCallerName: 'Ann' })
    expect(phone.registry.sequence).toBe(sequence)
  })
})

describe('reports', () => {
  it('never come back as actions', async () => {
    const callId = await phone.active()
    phone.delegate.heard.splice(0)
    phone.provider.reportRemoteHeld(callId, true)
    phone.provider.reportUpdated(callId, { localizedCallerName: 'Ann' })
    phone.provider.reportEnded(callId, gone)
    expect(phone.delegate.heard).toEqual(['audio off'])
  })

  it('about unknown calls or those of another provider change nothing', async () => {
    const callId = await phone.active()
    const other = phone.add('home')
    const before = phone.registry.calls
    for (const id of ['nobody', callId]) {
      other.reportEnded(id, gone)
      other.reportConnected(id)
      other.reportOutgoingProgress(id, 'alerting')
      other.reportUpdated(id, { localizedCallerName: 'Eve' })
    }
    expect(phone.registry.calls).toBe(before)
  })

  it('after the end change nothing: a call ends once, for the first reason, in the history once', async () => {
    const callId = await phone.active()
    phone.provider.reportEnded(callId, gone)
    const before = phone.registry.calls
    phone.provider.reportEnded(callId, { ...gone, cause: 'failed' })
    phone.provider.reportConnected(callId)
    phone.provider.reportUpdated(callId, { localizedCallerName: 'Eve' })
    expect(phone.registry.calls).toBe(before)
    expect(phone.history).toHaveLength(1)
  })

  it('that a call connected, which nobody answered, do not connect it', async () => {
    const callId = await phone.ringing()
    phone.provider.reportConnected(callId)
    expect(phone.state(callId)).toBe('incoming')
  })

  it('lead an outgoing call from dialling to talking, repeated ones harmlessly', async () => {
    await phone.asked(phone.start('x'))
    phone.delegate.last('start').fulfill()
    const seen: string[] = []
    phone.registry.observe(() => seen.push(phone.state('x')))
    for (const stage of ['alerting', 'alerting', 'early', 'accepted', 'alerting', 'accepted'] as const) {
      phone.provider.reportOutgoingProgress('x', stage)
    }
    phone.provider.reportConnected('x', 77)
    phone.provider.reportConnected('x', 88)
    expect(seen).toEqual(['alerting', 'alerting', 'connecting', 'active'])
    expect(phone.registry.find('x')).toMatchObject({ connectedAt: 77 })
  })
})

describe('the end always wins', () => {
  it('a caller who gives up while we answer: the answer fails and the call is a missed one', async () => {
    const callId = await phone.ringing()
    const result = await phone.request({ kind: 'answer', callId })
    phone.provider.reportEnded(callId, { cause: 'remote-cancelled', sipStatus: 487, reason: null })
    phone.delegate.last('answer').fulfill()
    await settle()
    expect(phone.state(callId)).toBe('ended (remote-cancelled)')
    expect(result.ok && (await result.completed)).toEqual({ ok: false, code: 'unknown-call' })
  })

  it('a far end that hangs up while we do: the end is done, with our reason', async () => {
    const callId = await phone.active()
    const result = await phone.request({ kind: 'end', callId, cause: null })
    phone.provider.reportEnded(callId, gone)
    expect(phone.state(callId)).toBe('ended (hung-up)')
    expect(result.ok && (await result.completed)).toMatchObject({ ok: true })
  })

  it('a call that ends while a hold is under way stays ended when the hold succeeds late', async () => {
    const callId = await phone.active()
    await phone.request({ kind: 'setHeld', callId, held: true })
    phone.provider.reportEnded(callId, gone)
    phone.delegate.last('setHeld').fulfill()
    expect(phone.state(callId)).toBe('ended (remote-hung-up)')
  })

  it('an answer that succeeds after the user gave up does not bring the call back', async () => {
    const callId = await phone.ringing()
    await phone.request({ kind: 'answer', callId })
    await phone.request({ kind: 'end', callId, cause: null })
    phone.delegate.last('answer').fulfill()
    expect(phone.state(callId)).toBe('ending')
    phone.delegate.last('end').fulfill()
    expect(phone.state(callId)).toBe('ended (hung-up)')
    expect(phone.delegate.heard).not.toContain('audio on')
  })

  it('a failed answer ends the call for the reason it failed, and it is announced as ended once', async () => {
    const callId = await phone.ringing()
    const ends: number[] = []
    phone.registry.observe((now, before, sequence) => {
      const ended = (calls: typeof now) => calls.some((call) => call.id === callId && call.state === 'ended')
      if (ended(now) && !ended(before)) ends.push(sequence)
    })
    await phone.request({ kind: 'answer', callId })
    phone.delegate.last('answer').fail('microphone-denied')
    expect(phone.state(callId)).toBe('ended (microphone-denied)')
    expect(ends).toHaveLength(1)
    expect(phone.history).toHaveLength(1)
  })

  it('a failed end rids the user of the call all the same', async () => {
    const callId = await phone.active()
    await phone.request({ kind: 'end', callId, cause: null })
    phone.delegate.last('end').fail()
    expect(phone.state(callId)).toBe('ended (hung-up)')
  })
})

describe('a reset', () => {
  it('ends every call, tells the delegate once, answers no pending action, and the next call works', async () => {
    const held = await phone.active()
    const result = await phone.request({ kind: 'setHeld', callId: held, held: true })
    const ringing = await phone.ringing()
    phone.delegate.heard.splice(0)
    phone.provider.reset('engine-lost')
    expect(phone.delegate.heard).toEqual(['audio off', 'reset'])
    expect([phone.state(held), phone.state(ringing)]).toEqual(['ended (engine-lost)', 'ended (engine-lost)'])
    const action = phone.delegate.last('setHeld')
    action.fulfill()
    expect(action.isComplete).toBe(false)
    expect(result.ok && (await result.completed)).toEqual({ ok: false, code: 'engine-unavailable' })
    phone.clock.advance(4_000)
    expect(phone.clock.pending).toBe(0)
    phone.clock.advance(600_000)
    expect(phone.delegate.heard).toEqual(['audio off', 'reset'])
    expect(await phone.asked(phone.start('x'))).toBe('accepted')
  })

  it('of one provider leaves the calls of another alone', async () => {
    const callId = await phone.active()
    const other = phone.add('home')
    other.reset('engine-lost')
    expect(phone.state(callId)).toBe('active')
  })

  it('in the middle of a transaction over two accounts leaves no call behind in between', async () => {
    const callId = await phone.active()
    phone.add('home')
    await phone.request(phone.start('x', 'home'))
    expect(phone.delegate.heard.at(-1)).toBe('setHeld')
    phone.provider.reset('engine-lost')
    await settle()
    expect([phone.state(callId), phone.state('x')]).toEqual(['ended (engine-lost)', 'ended (engine-lost)'])
  })
})

describe('an invalidated provider', () => {
  it('ends its calls as failed with one last reset and hears nothing afterwards', async () => {
    const callId = await phone.active()
    phone.delegate.heard.splice(0)
    phone.provider.invalidate()
    phone.provider.invalidate()
    expect(phone.state(callId)).toBe('ended (failed)')
    expect(phone.delegate.heard).toEqual(['audio off', 'reset'])
    expect(await phone.provider.reportNewIncomingCall('a', {})).toMatchObject({ ok: false })
    expect(await phone.asked(phone.start('x'))).toBe('unknownCallProvider')
    expect(phone.delegate.heard).toEqual(['audio off', 'reset'])
  })
})

it('an invalidated provider says nothing about the calls of the one that took its place', async () => {
  const old = phone.provider
  old.invalidate()
  await phone.add('work').reportNewIncomingCall('a', {})
  old.reportEnded('a', gone)
  old.reset('engine-lost')
  expect(phone.state('a')).toBe('incoming')
})

describe('a configuration', () => {
  it('has CallKit’s defaults', () => {
    expect(defaultConfiguration).toMatchObject({ maximumCallGroups: 2, maximumCallsPerCallGroup: 5 })
  })

  it('with limits below one is refused, on making a provider and on changing one', () => {
    for (const maximumCallGroups of [0, -1, 1.5, Number.NaN]) {
      const configuration = { ...defaultConfiguration, maximumCallGroups }
      expect(configurationError(configuration)).toMatchObject({ name: 'invalidArgument', code: 2 })
      expect(phone.switchboard.addProvider('bad', configuration).ok).toBe(false)
      expect(phone.provider.configure(configuration)).not.toBeNull()
    }
    expect(phone.switchboard.provider('bad')).toBeNull()
    expect(phone.provider.configuration.maximumCallGroups).toBe(2)
  })
})
