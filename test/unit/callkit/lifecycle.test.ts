/* A provider's life and configuration, who may ask for what, and CallKit's rarer concepts: translation, screens, pushes. */
import { beforeEach, describe, expect, it } from 'vitest'
import { callKitError, errorDomains } from '../../../main/callkit/errors'
import { defaultConfiguration } from '../../../main/callkit/configuration'
import { isEqual } from '../../../main/callkit/observer'
import { Provider } from '../../../main/callkit/provider'
import type { Transaction } from '../../../main/callkit/transaction'
import { settle } from '../../fakes/manual-clock'
import { ProviderPhone } from '../../support/provider-phone'

let phone: ProviderPhone
beforeEach(() => void (phone = new ProviderPhone()))

describe('a provider', () => {
  it('is supported everywhere', () => {
    expect(Provider.isSupported).toBe(true)
  })

  it('begins once, asynchronously, and again after a reset, never after it was invalidated', async () => {
    phone = new ProviderPhone()
    const begun: Provider[] = []
    Object.assign(phone.delegate, { providerDidBegin: (one: Provider) => begun.push(one) })
    expect(begun).toEqual([])
    await settle()
    expect(begun).toEqual([phone.provider])
    phone.provider.reset('engine-lost')
    expect(begun).toHaveLength(1)
    await settle()
    expect(begun).toHaveLength(2)
    phone.provider.reset('engine-lost')
    phone.provider.invalidate()
    await settle()
    expect(begun).toHaveLength(2)
  })

  it('tells a delegate that comes late that it has begun', async () => {
    const added = phone.switchboard.addProvider('late', defaultConfiguration)
    await settle()
    let begun = 0
    if (added.ok) added.provider.delegate = { providerDidReset() {}, providerDidBegin: () => begun++ }
    await settle()
    expect(begun).toBe(1)
  })

  it('keeps its own configuration: neither the object given nor the one read changes it', () => {
    const supportedHandleTypes = new Set(['generic'] as const)
    const iconTemplateImageData = new Uint8Array([1, 2, 3])
    const given = { ...defaultConfiguration, supportedHandleTypes, iconTemplateImageData, maximumCallGroups: 3 }
    expect(phone.provider.configure(given)).toBeNull()
    given.maximumCallGroups = 9
    supportedHandleTypes.clear()
    iconTemplateImageData.fill(9)
    const read = phone.provider.configuration as { maximumCallGroups: number; iconTemplateImageData: Uint8Array }
    expect(read).toMatchObject({ maximumCallGroups: 3, iconTemplateImageData: new Uint8Array([1, 2, 3]) })
    read.maximumCallGroups = 7
    read.iconTemplateImageData.fill(7)
    expect(phone.provider.configuration).toMatchObject({
      maximumCallGroups: 3,
      supportedHandleTypes: new Set(['generic']),
      iconTemplateImageData: new Uint8Array([1, 2, 3]),
    })
  })

  it('has CallKit’s defaults', () => {
    expect(defaultConfiguration).toMatchObject({
      ringtoneSound: null,
      iconTemplateImageData: null,
      maximumCallGroups: 2,
      maximumCallsPerCallGroup: 5,
      includesCallsInRecents: true,
      supportsVideo: false,
      supportedHandleTypes: new Set(),
      supportsAudioTranslation: false,
    })
  })

  it('that is gone cannot be called with: code 2, and its calls are unknown: code 4', async () => {
    const callId = await phone.active()
    phone.provider.invalidate()
    expect(await phone.request(phone.start())).toMatchObject({ error: { name: 'unknownCallProvider', code: 2 } })
    expect(await phone.request({ kind: 'end', callId, cause: null })).toMatchObject({ error: { code: 4 } })
  })

  it('dials with pictures only what it supports', async () => {
    const video = () => ({ ...phone.start('x').body, video: true })
    expect(await phone.asked(video())).toBe('invalidAction')
    phone = new ProviderPhone({ supportsVideo: true })
    expect(await phone.asked({ ...video(), contactIdentifier: 'ann-1' })).toBe('accepted')
    expect(phone.registry.find('x')).toMatchObject({ hasVideo: true })
    expect(phone.delegate.last('start').body.contactIdentifier).toBe('ann-1')
    phone.delegate.last('start').fulfill()
    phone.provider.reportConnected('x')
    expect(phone.registry.find('x')).toMatchObject({ state: 'active', hasVideo: true })
  })
})

describe('limits', () => {
  it('count the calls of the phone, or, as in CallKit, those of each provider', async () => {
    for (const [limitsCount, expected] of [
      ['phone', 'maximumCallGroupsReached'],
      ['provider', 'accepted'],
    ] as const) {
      phone = new ProviderPhone({ maximumCallGroups: 1 }, { limitsCount })
      await phone.active()
      phone.add('home', { maximumCallGroups: 1 })
      expect(await phone.asked(phone.start('x', 'home'))).toBe(expected)
      phone.delegate.last('answer').fulfill()
      const admitted = await phone.provider.reportNewIncomingCall('b', {})
      expect(admitted).toMatchObject({ ok: false, error: { name: 'maximumCallGroupsReached' } })
    }
  })
})

describe('permissions', () => {
  it('whoever may not ask for an action is refused as unentitled, with everything it was asked with', async () => {
    phone = new ProviderPhone({}, { permits: (by, { kind }) => by !== 'window' || kind !== 'setMuted' })
    const callId = await phone.active()
    const mute = { kind: 'setMuted', callId, muted: true } as const
    const before = JSON.stringify(phone.registry.calls)
    const result = await phone.request({ kind: 'setHeld', callId, held: true }, mute)
    expect(result).toMatchObject({
      error: { domain: errorDomains.requestTransaction, name: 'unentitled', code: 1, callId },
    })
    expect(JSON.stringify(phone.registry.calls)).toBe(before)
    expect((await phone.controller.requestActions([phone.action(mute)], 'headset')).ok).toBe(true)
  })
})

describe('a screen', () => {
  it('turns callers away with CallKit’s codes, and before do not disturb', async () => {
    const cases = [
      ['filteredByBlockList', 4, 603],
      ['filteredDuringRestrictedSharingMode', 5, 480],
      ['callIsProtected', 6, 480],
      ['filteredBySensitiveParticipants', 7, 603],
    ] as const
    for (const [name, code, sipStatus] of cases) {
      phone = new ProviderPhone({}, { screen: () => name })
      phone.settings.doNotDisturb = true
      expect(await phone.provider.reportNewIncomingCall('a', {})).toMatchObject({ sipStatus, error: { name, code } })
    }
  })
})

describe('translation', () => {
  const on = (callId: string, translating = true) =>
    ({ kind: 'setTranslating', callId, translating, localLanguage: 'en', remoteLanguage: 'de' }) as const

  it('is for connected calls of a provider that supports it, and tells whose engine does it', async () => {
    phone = new ProviderPhone({ supportsAudioTranslation: true })
    const seen: Transaction[] = []
    Object.assign(phone.delegate, {
      performSetTranslating: () => {},
      execute: (_: unknown, one: Transaction) =>
        one.actions.some(({ body }) => body.kind === 'setTranslating') && seen.push(one) > 0,
    })
    const ringing = await phone.ringing()
    expect(await phone.asked(on(ringing))).toBe('invalidAction')
    await phone.asked({ kind: 'answer', callId: ringing })
    phone.delegate.last('answer').fulfill()
    const result = await phone.request(on(ringing))
    const action = seen[0]?.actions[0]
    expect(action && action.deadline - action.createdAt).toBe(5_000)
    action?.fulfillUsing('custom')
    expect(action?.translationEngine).toBe('custom')
    expect(result.ok && (await result.completed)).toMatchObject({ ok: true })
    expect(await phone.asked(on(ringing, false))).toBe('accepted')
    seen[1]?.actions[0]?.fulfill()
    expect(seen[1]?.actions[0]?.translationEngine).toBe('default')
  })

  it('fails with its code where the gate is open and no engine is there', async () => {
    phone = new ProviderPhone({ supportsAudioTranslation: true })
    const callId = await phone.active()
    const result = await phone.request(on(callId))
    expect(result.ok && (await result.completed)).toEqual({ ok: false, code: 'invalid-action' })
  })
})

describe('a call found in an encrypted message', () => {
  const push = Provider.reportNewIncomingVoIPPushPayload
  const door = (mayFilter: boolean, isExtension: boolean) => {
    const delivered: unknown[] = []
    return { mayFilter, isExtension, delivered, deliver: (payload: unknown) => void delivered.push(payload) }
  }

  it('may not be passed on without the entitlement, nor by anybody but the extension', async () => {
    const domain = errorDomains.notificationServiceExtension
    expect(await push({ id: 1 })).toMatchObject({ domain, code: 2, name: 'missingNotificationFilteringEntitlement' })
    const stranger = door(true, false)
    expect(await push({ id: 1 }, stranger)).toMatchObject({ domain, code: 1, name: 'invalidClientProcess' })
    expect(stranger.delivered).toEqual([])
  })

  it('is passed on as it is by the extension, and still has to be reported like any other', async () => {
    const extension = door(true, true)
    expect(await push({ id: 1 }, extension)).toBeNull()
    expect(extension.delivered).toEqual([{ id: 1 }])
    expect(phone.registry.calls).toEqual([])
  })
})

describe('errors', () => {
  it('have CallKit’s domains and codes', () => {
    expect(Object.values(errorDomains)).toEqual([
      'com.apple.CallKit.error',
      'com.apple.CallKit.error.incomingcall',
      'com.apple.CallKit.error.requesttransaction',
      'com.apple.CallKit.error.calldirectorymanager',
      'com.apple.CallKit.error.notificationserviceextension',
    ])
    expect(callKitError('general', 'missingVoIPBackgroundMode').code).toBe(3)
    expect(callKitError('incomingCall', 'filteredBySensitiveParticipants').code).toBe(7)
    expect(callKitError('requestTransaction', 'callIsProtected').code).toBe(8)
    expect(callKitError('callDirectoryManager', 'unexpectedIncrementalRemoval').code).toBe(8)
    expect(callKitError('notificationServiceExtension', 'missingNotificationFilteringEntitlement').code).toBe(2)
  })
})

describe('an update', () => {
  it('takes back what was said of a capability: it is then what holds for calls nothing is known of', async () => {
    await phone.provider.reportNewIncomingCall('a', { supportsDtmf: false, supportsGrouping: true, hasVideo: true })
    phone.provider.reportUpdated('a', { supportsDtmf: null, supportsGrouping: null, hasVideo: null })
    expect(phone.registry.find('a')).toMatchObject({ capabilities: { dtmf: true, grouping: false }, hasVideo: false })
  })
})

describe('the controller’s observer', () => {
  it('shows the calls of all providers, each snapshot with a revision, and the same call by its id', async () => {
    const { callObserver } = phone.controller
    const callId = await phone.active()
    await phone.add('home').reportNewIncomingCall('theirs', {})
    expect(callObserver.calls.map(({ id }) => id)).toEqual([callId, 'theirs'])
    const [before] = callObserver.calls
    const told: string[] = []
    callObserver.setDelegate(({ id }) => told.push(id))
    expect(told).toEqual([])
    await phone.asked({ kind: 'setHeld', callId, held: true })
    phone.delegate.last('setHeld').fulfill()
    const [after] = callObserver.calls
    expect(before && after && isEqual(before, after) && after.revision > before.revision).toBe(true)
    expect(callObserver.snapshot.sequence).toBe(phone.registry.sequence)
    callObserver.stop()
    phone.provider.invalidate()
    expect(told).toEqual([callId])
  })
})

describe('what becomes of actions', () => {
  it('is told with who asked, and without digits or handles', async () => {
    const callId = await phone.active()
    const told: unknown[] = []
    const stop = phone.switchboard.actionEvents.observe((event) => told.push(event))
    const digits = { kind: 'playDtmf', callId, digits: '77', type: 'softPause' } as const
    await phone.asked({ kind: 'setHeld', callId, held: false }, digits)
    const accepted = await phone.request(digits, { kind: 'setMuted', callId, muted: true })
    phone.delegate.last('playDtmf').fail('dtmf-unsupported')
    stop()
    await phone.asked({ kind: 'setMuted', callId, muted: true })
    const about = { callId, by: 'window', transactionId: accepted.ok && accepted.transactionId, code: null }
    expect(told).toMatchObject([
      { ...about, type: 'requested', kind: 'playDtmf' },
      { ...about, type: 'requested', kind: 'setMuted' },
      { ...about, type: 'failed', kind: 'playDtmf', code: 'dtmf-unsupported' },
      { ...about, type: 'failed', kind: 'setMuted', code: 'dtmf-unsupported' },
    ])
    expect(JSON.stringify(told)).not.toContain('"77"')
  })
})
