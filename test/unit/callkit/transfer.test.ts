/* Handing calls on as actions: what a transfer shows on the way, what comes of it, and calls sent away while they ring. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Call, CallId, Transfer } from '../../../common/call'
import { ProviderPhone } from '../../support/provider-phone'

const bob = { type: 'phoneNumber', value: '601' } as const
const gone = { cause: 'remote-hung-up', sipStatus: null, reason: null } as const

let phone: ProviderPhone
beforeEach(() => void (phone = new ProviderPhone()))

const transferOf = (callId: CallId): Transfer | null => {
  const call = phone.registry.find(callId)
  return call?.state === 'active' || call?.state === 'held' ? call.transfer : null
}
const blind = (callId: CallId) =>
  ({ kind: 'transfer', callId, to: { kind: 'address', handle: bob, target: 'sip:601@pbx.example' } }) as const
const attended = (callId: CallId, to: CallId) =>
  ({ kind: 'transfer', callId, to: { kind: 'call', callId: to } }) as const
const refer = (callId: CallId) =>
  phone.provider.reportReferral(callId, { handle: bob, target: 'sip:601@pbx.example', by: null })
/** A held call and the one it is to be handed to. */
async function consultation(): Promise<[CallId, CallId]> {
  const first = await phone.active()
  await phone.asked(phone.start('consult'))
  phone.delegate.last('setHeld').fulfill()
  phone.delegate.last('start').fulfill()
  phone.provider.reportConnected('consult')
  return [first, 'consult']
}

describe('a transfer to an address', () => {
  it('shows whom the call is handed to and how far that has come, and ends the call as transferred', async () => {
    const callId = await phone.active()
    expect(await phone.asked(blind(callId))).toBe('accepted')
    const shown = { kind: 'blind', to: bob, toCallId: null }
    expect(transferOf(callId)).toEqual({ ...shown, progress: 'asked' })
    phone.provider.reportTransferProgress(callId, 'ringing')
    expect(transferOf(callId)).toEqual({ ...shown, progress: 'ringing' })
    phone.delegate.last('transfer').fulfill()
    expect(phone.state(callId)).toBe('ended (transferred)')
    expect(phone.delegate.heard.at(-1)).toBe('audio off')
  })

  it('that fails leaves the call as it was, to be transferred again', async () => {
    const callId = await phone.active()
    const result = await phone.request(blind(callId))
    phone.delegate.last('transfer').fail('transfer-failed')
    expect(transferOf(callId)).toBeNull()
    expect(phone.state(callId)).toBe('active')
    expect(result.ok && (await result.completed)).toEqual({ ok: false, code: 'transfer-failed' })
    expect(await phone.asked(blind(callId))).toBe('accepted')
  })

  it('is given three minutes, then the call goes on', async () => {
    const callId = await phone.active()
    await phone.asked(blind(callId))
    phone.clock.advance(179_999)
    expect(transferOf(callId)).not.toBeNull()
    phone.clock.advance(1)
    expect(transferOf(callId)).toBeNull()
    expect(phone.delegate.heard.at(-1)).toBe('timed out transfer')
    expect(phone.state(callId)).toBe('active')
  })

  it('is done when the far end is reported as handed over before the provider says so', async () => {
    const callId = await phone.active()
    const result = await phone.request(blind(callId))
    phone.provider.reportEnded(callId, { ...gone, cause: 'transferred' })
    expect(result.ok && (await result.completed)).toMatchObject({ ok: true })
    expect(phone.history).toMatchObject([{ cause: 'transferred' }])
  })

  it('comes to nothing when the far end hangs up', async () => {
    const callId = await phone.active()
    const result = await phone.request(blind(callId))
    phone.provider.reportEnded(callId, gone)
    expect(result.ok && (await result.completed)).toEqual({ ok: false, code: 'unknown-call' })
    expect(phone.state(callId)).toBe('ended (remote-hung-up)')
  })

  it('progress of no transfer is no transfer', async () => {
    const callId = await phone.active()
    phone.provider.reportTransferProgress(callId, 'ringing')
    expect(transferOf(callId)).toBeNull()
  })

  it('is refused while another is under way, in a conference, and before the call is connected', async () => {
    const callId = await phone.active()
    await phone.asked(blind(callId))
    expect(await phone.asked(blind(callId))).toBe('invalidAction')
    expect(await phone.asked(blind('nobody'))).toBe('unknownCallUUID')
    const ringing = await phone.ringing()
    expect(await phone.asked(blind(ringing))).toBe('invalidAction')
  })
})

describe('a transfer to a call', () => {
  it('ends both: they talk to each other now', async () => {
    const [first, second] = await consultation()
    expect(await phone.asked(attended(first, second))).toBe('accepted')
    expect(transferOf(first)).toMatchObject({ kind: 'attended', to: { value: '600' }, toCallId: second })
    phone.delegate.last('transfer').fulfill()
    expect([phone.state(first), phone.state(second)]).toEqual(['ended (transferred)', 'ended (transferred)'])
  })

  it('that fails leaves both', async () => {
    const [first, second] = await consultation()
    await phone.asked(attended(first, second))
    phone.delegate.last('transfer').fail('transfer-refused')
    expect([phone.state(first), phone.state(second)]).toEqual(['held', 'active'])
  })

  it('may reach somebody who still rings', async () => {
    const first = await phone.active()
    await phone.asked(phone.start('consult'))
    phone.delegate.last('setHeld').fulfill()
    phone.delegate.last('start').fulfill()
    expect(await phone.asked(attended(first, 'consult'))).toBe('invalidAction')
    phone.provider.reportOutgoingProgress('consult', 'alerting')
    expect(await phone.asked(attended(first, 'consult'))).toBe('accepted')
  })

  it('is refused to nobody and to itself', async () => {
    const [first] = await consultation()
    expect(await phone.asked(attended(first, 'nobody'))).toBe('unknownCallUUID')
    expect(await phone.asked(attended(first, first))).toBe('invalidAction')
  })

  /** One call of each of two providers; the second is active. */
  const ofTwoProviders = async (): Promise<CallId> => {
    const mine = await phone.active()
    phone.add('home')
    await phone.asked(phone.start('theirs', 'home'))
    phone.delegate.last('setHeld').fulfill()
    phone.delegate.last('start').fulfill()
    phone.switchboard.provider('home')?.reportConnected('theirs')
    expect(phone.state('theirs')).toBe('active')
    return mine
  }

  it('to a call of another provider is refused where the two have nothing in common', async () => {
    expect(await phone.asked(attended(await ofTwoProviders(), 'theirs'))).toBe('invalidAction')
  })

  it('to a call of another provider of the same engine is the business of the first, and ends both', async () => {
    const mine = await ofTwoProviders()
    for (const provider of [phone.provider, phone.switchboard.provider('home')]) {
      if (provider) provider.configure({ ...provider.configuration, audioMixer: 'engine' })
    }
    expect(await phone.asked(attended(mine, 'theirs'))).toBe('accepted')
    phone.delegate.last('transfer').fulfill()
    expect([phone.state(mine), phone.state('theirs')]).toEqual(['ended (transferred)', 'ended (transferred)'])
  })
})

describe('a ringing call', () => {
  const deflect = (callId: CallId, cause: 'deflected' | 'forwarded' = 'deflected') =>
    ({ kind: 'deflect', callId, handle: bob, target: 'sip:601@pbx.example', cause }) as const

  it('that is sent elsewhere ends for that reason', async () => {
    for (const cause of ['deflected', 'forwarded'] as const) {
      const callId = await phone.ringing()
      await phone.asked(deflect(callId, cause))
      expect(phone.state(callId)).toBe('incoming')
      phone.delegate.last('deflect').fulfill()
      expect(phone.state(callId)).toBe(`ended (${cause})`)
    }
  })

  it('that could not be sent elsewhere rings on', async () => {
    const callId = await phone.ringing()
    await phone.asked(deflect(callId))
    phone.delegate.last('deflect').fail()
    expect(phone.state(callId)).toBe('incoming')
    expect(await phone.asked({ kind: 'answer', callId })).toBe('accepted')
  })

  it('is either answered or sent elsewhere, and can be declined in any case', async () => {
    const callId = await phone.ringing()
    await phone.asked(deflect(callId))
    expect(await phone.asked(deflect(callId))).toBe('invalidAction')
    expect(await phone.asked({ kind: 'answer', callId })).toBe('invalidAction')
    expect(await phone.asked({ kind: 'end', callId, cause: null })).toBe('accepted')
    const other = await phone.active()
    expect(await phone.asked(deflect(other))).toBe('invalidAction')
  })
})

describe('a far end that asks us to call somebody', () => {
  const referralOf = (call: Call | undefined) =>
    call?.state === 'active' || call?.state === 'held' ? call.referral : 0

  it('is not obeyed: the wish is shown, nothing is dialled', async () => {
    const callId = await phone.active()
    refer(callId)
    expect(referralOf(phone.registry.find(callId))).toMatchObject({ handle: bob })
    expect(phone.registry.calls).toHaveLength(1)
  })

  it('can be told no', async () => {
    const callId = await phone.active()
    expect(await phone.asked({ kind: 'refuseReferral', callId })).toBe('invalidAction')
    refer(callId)
    expect(await phone.asked({ kind: 'refuseReferral', callId })).toBe('accepted')
    expect(await phone.asked({ kind: 'refuseReferral', callId })).toBe('invalidAction')
    phone.delegate.last('refuseReferral').fulfill()
    expect(referralOf(phone.registry.find(callId))).toBeNull()
    expect(phone.state(callId)).toBe('active')
  })

  it('is answered by a call of ours, which holds the one that asked', async () => {
    const callId = await phone.active()
    refer(callId)
    const { body } = phone.start('x')
    expect(await phone.asked({ ...body, referral: callId })).toBe('accepted')
    phone.delegate.last('setHeld').fulfill()
    expect(phone.delegate.last('start').body.referral).toBe(callId)
    expect(referralOf(phone.registry.find(callId))).toBeNull()
    expect([phone.state(callId), phone.state('x')]).toEqual(['held', 'dialing'])
  })
})
