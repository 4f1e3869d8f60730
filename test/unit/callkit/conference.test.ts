/* Calls that are one: how conferences are made, held, resumed, split and dissolved, and what is refused. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Call, CallId } from '../../../common/call'
import type { ProviderConfiguration } from '../../../main/callkit/configuration'
import { isForeground } from '../../../main/callkit/foreground'
import type { Provider } from '../../../main/callkit/provider'
import { ProviderPhone } from '../../support/provider-phone'

const roomy: Partial<ProviderConfiguration> = { maximumCallGroups: 4 }
const capable = { supportsGrouping: true, supportsUngrouping: true }

let phone: ProviderPhone
beforeEach(() => void (phone = new ProviderPhone(roomy)))

/** Does whatever was delivered and is not done. */
const carryOut = () => {
  for (let open = openActions(); open.length > 0; open = openActions()) open[0]?.fulfill()
}
const openActions = () => phone.delegate.actions.filter((action) => !action.isComplete)

async function talking(provider: Provider = phone.provider, update = capable): Promise<CallId> {
  const callId = crypto.randomUUID()
  const admission = await provider.reportNewIncomingCall(callId, update)
  if (!admission.ok) throw new Error(admission.error.name)
  await phone.asked({ kind: 'answer', callId })
  carryOut()
  phone.delegate.heard.splice(0)
  return callId
}
const call = (callId: CallId): Call => {
  const found = phone.registry.find(callId)
  if (!found) throw new Error('no such call')
  return found
}
/** Each call as its state and its conference, conferences named in the order they are met. */
const picture = (...calls: readonly CallId[]) => {
  const names = [...new Set(calls.map((id) => call(id).groupId).filter((id) => id !== null))]
  return calls.map(
    (id) => `${call(id).state}${call(id).groupId === null ? '' : ` ${names.indexOf(call(id).groupId ?? '')}`}`,
  )
}
const join = (callId: CallId, groupWith: CallId | null) => ({ kind: 'setGroup', callId, groupWith }) as const
const hold = (callId: CallId, held = true) => ({ kind: 'setHeld', callId, held }) as const
async function conference(...members: readonly CallId[]): Promise<void> {
  const [first, ...others] = members
  for (const other of others) await phone.asked(join(other, first ?? ''))
  carryOut()
  phone.delegate.heard.splice(0)
}

describe('merging', () => {
  it('gives the held call its voice back first, and the active one is not held in between', async () => {
    const [a, b] = [await talking(), await talking()]
    expect(picture(a, b)).toEqual(['held', 'active'])
    expect(await phone.asked(join(a, b))).toBe('accepted')
    expect(phone.delegate.heard).toEqual(['setHeld'])
    expect(phone.delegate.last('setHeld').body).toEqual(hold(a, false))
    carryOut()
    expect(phone.delegate.heard).toEqual(['setHeld', 'setGroup'])
    expect(picture(a, b)).toEqual(['active 0', 'active 0'])
  })

  it('is the same when the resume is asked for along with it', async () => {
    const [a, b] = [await talking(), await talking()]
    expect(await phone.asked(hold(a, false), join(a, b))).toBe('accepted')
    carryOut()
    expect(phone.delegate.heard).toEqual(['setHeld', 'setGroup'])
    expect(picture(a, b)).toEqual(['active 0', 'active 0'])
  })

  it('two held calls makes a held conference', async () => {
    const [a, b] = [await talking(), await talking()]
    await phone.asked(hold(b))
    carryOut()
    await phone.asked(join(a, b))
    carryOut()
    expect(picture(a, b)).toEqual(['held 0', 'held 0'])
  })

  it('a third call joins the conference as it is', async () => {
    const [a, b] = [await talking(), await talking()]
    await conference(b, a)
    const c = await talking()
    expect(picture(a, b, c)).toEqual(['held 0', 'held 0', 'active'])
    await phone.asked(join(c, a))
    carryOut()
    expect(phone.delegate.heard).toEqual(['setHeld', 'setHeld', 'setGroup'])
    expect(picture(a, b, c)).toEqual(['active 0', 'active 0', 'active 0'])
  })

  it('that fails halfway leaves one voice: the resumed call is held again', async () => {
    const [a, b] = [await talking(), await talking()]
    const result = await phone.request(join(a, b))
    phone.delegate.last('setHeld').fulfill()
    phone.delegate.last('setGroup').fail('media-failed')
    carryOut()
    expect(picture(a, b)).toEqual(['held', 'active'])
    expect(result.ok && (await result.completed)).toEqual({ ok: false, code: 'media-failed' })
  })

  it('a call that is in another conference leaves that first', async () => {
    const [a, b, c] = [await talking(), await talking(), await talking()]
    await conference(c, b)
    expect(picture(a, b, c)).toEqual(['held', 'active 0', 'active 0'])
    await phone.asked(join(b, a))
    carryOut()
    expect(picture(a, b, c)).toEqual(['active 0', 'active 0', 'held'])
  })
})

describe('a conference', () => {
  it('is held and resumed as a whole, whichever member is asked', async () => {
    const [a, b] = [await talking(), await talking()]
    await conference(a, b)
    await phone.asked(hold(a))
    carryOut()
    expect(picture(a, b)).toEqual(['held 0', 'held 0'])
    await phone.asked(hold(b, false))
    carryOut()
    expect(picture(a, b)).toEqual(['active 0', 'active 0'])
  })

  it('whose hold was asked for each member is held once', async () => {
    const [a, b] = [await talking(), await talking()]
    await conference(a, b)
    expect(await phone.asked(hold(a), hold(b))).toBe('accepted')
    carryOut()
    expect(phone.delegate.heard).toEqual(['setHeld', 'setHeld'])
    expect(picture(a, b)).toEqual(['held 0', 'held 0'])
  })

  it('is out of the way as a whole when another call is answered, and counts as one call', async () => {
    phone = new ProviderPhone({ maximumCallGroups: 2 })
    const [a, b] = [await talking(), await talking()]
    await conference(a, b)
    const c = await talking()
    expect(picture(a, b, c)).toEqual(['held 0', 'held 0', 'active'])
    expect(await phone.provider.reportNewIncomingCall('d', {})).toMatchObject({
      error: { name: 'maximumCallGroupsReached' },
    })
  })

  it('is swapped with a single call as a whole', async () => {
    const [a, b] = [await talking(), await talking()]
    await conference(a, b)
    const c = await talking()
    await phone.asked(hold(c), hold(a, false))
    carryOut()
    expect(picture(a, b, c)).toEqual(['active 0', 'active 0', 'held'])
  })

  it('cannot be held while one of its members does not allow it', async () => {
    const [a, b] = [await talking(), await talking()]
    await conference(a, b)
    phone.provider.reportUpdated(b, { supportsHolding: false })
    expect(await phone.asked(hold(a))).toBe('invalidAction')
    await phone.provider.reportNewIncomingCall('c', {})
    expect(await phone.asked({ kind: 'answer', callId: 'c' })).toBe('invalidAction')
  })

  it('goes on without whoever hangs up, until one is left, who stands alone', async () => {
    const [a, b, c] = [await talking(), await talking(), await talking()]
    await conference(a, b, c)
    phone.provider.reportEnded(a, { cause: 'remote-hung-up', sipStatus: null, reason: null })
    expect(picture(b, c)).toEqual(['active 0', 'active 0'])
    await phone.asked({ kind: 'end', callId: b, cause: null })
    expect(picture(b, c)).toEqual(['ending', 'active'])
  })
})

describe('splitting', () => {
  it('puts the one who left alone with the user: the others are held first', async () => {
    const [a, b, c] = [await talking(), await talking(), await talking()]
    await conference(a, b, c)
    expect(await phone.asked(join(a, null))).toBe('accepted')
    carryOut()
    expect(phone.delegate.heard).toEqual(['setHeld', 'setHeld', 'setGroup'])
    expect(picture(a, b, c)).toEqual(['active', 'held 0', 'held 0'])
  })

  it('a held conference leaves all held', async () => {
    const [a, b] = [await talking(), await talking()]
    await conference(a, b)
    await phone.asked(hold(a))
    carryOut()
    await phone.asked(join(a, null))
    carryOut()
    expect(picture(a, b)).toEqual(['held', 'held'])
  })

  it('and hanging up in one holds nobody', async () => {
    const [a, b, c] = [await talking(), await talking(), await talking()]
    await conference(a, b, c)
    await phone.asked(join(a, null), { kind: 'end', callId: a, cause: null })
    carryOut()
    expect(phone.delegate.heard).toEqual(['setGroup', 'audio off', 'end'])
    expect(picture(b, c)).toEqual(['active 0', 'active 0'])
  })

  it('and holding in one leaves the others with the user', async () => {
    const [a, b, c] = [await talking(), await talking(), await talking()]
    await conference(a, b, c)
    await phone.asked(hold(a), join(a, null))
    carryOut()
    expect(picture(a, b, c)).toEqual(['held', 'active 0', 'active 0'])
  })

  it('is not done when the others cannot be held', async () => {
    const [a, b] = [await talking(), await talking()]
    await conference(a, b)
    await phone.asked(join(a, null))
    phone.delegate.last('setHeld').fail()
    expect(phone.delegate.heard).toEqual(['setHeld'])
    expect(picture(a, b)).toEqual(['active 0', 'active 0'])
    phone.provider.reportUpdated(b, { supportsHolding: false })
    expect(await phone.asked(join(a, null))).toBe('invalidAction')
  })

  it('is refused to a call that does not allow it, or is alone', async () => {
    const [a, b] = [await talking(), await talking()]
    expect(await phone.asked(join(a, null))).toBe('invalidAction')
    await conference(a, b)
    phone.provider.reportUpdated(a, { supportsUngrouping: false })
    expect(await phone.asked(join(a, null))).toBe('invalidAction')
  })

  it('beyond the limit of calls is code 7', async () => {
    phone = new ProviderPhone({ maximumCallGroups: 2 })
    const [a, b] = [await talking(), await talking()]
    await conference(a, b)
    await talking()
    expect(await phone.asked(join(a, null))).toBe('maximumCallGroupsReached')
  })
})

describe('who may be merged', () => {
  it('calls that allow it, once they are connected', async () => {
    const a = await talking()
    const b = await talking(phone.provider, { supportsGrouping: false, supportsUngrouping: false })
    expect(await phone.asked(join(a, b))).toBe('invalidAction')
    await phone.provider.reportNewIncomingCall('c', capable)
    expect(await phone.asked(join('c', a))).toBe('invalidAction')
  })

  it('not two that are together already', async () => {
    const [a, b] = [await talking(), await talking()]
    await conference(a, b)
    expect(await phone.asked(join(a, b))).toBe('invalidAction')
  })

  it('as many as there is room for', async () => {
    phone = new ProviderPhone({ maximumCallGroups: 4, maximumCallsPerCallGroup: 2 })
    const [a, b, c] = [await talking(), await talking(), await talking()]
    await conference(a, b)
    expect(await phone.asked(join(c, a))).toBe('invalidAction')
    expect(await phone.asked(join(a, c))).toBe('accepted')
  })

  it('calls of two providers only when the same mixer carries both', async () => {
    for (const [mine, other, expected] of [
      [null, null, 'invalidAction'],
      ['engine', null, 'invalidAction'],
      ['engine', 'elsewhere', 'invalidAction'],
      ['engine', 'engine', 'accepted'],
    ] as const) {
      phone = new ProviderPhone({ ...roomy, audioMixer: mine })
      const home = phone.add('home', { ...roomy, audioMixer: other })
      const [a, b] = [await talking(), await talking(home)]
      expect(await phone.asked(join(a, b)), `${mine} and ${other}`).toBe(expected)
    }
  })
})

describe('wishes that cross', () => {
  it('a resume that waits behind an end does not take the ear from a call answered meanwhile', async () => {
    const [a, b] = [await talking(), await talking()]
    await phone.provider.reportNewIncomingCall('c', {})
    await phone.asked({ kind: 'end', callId: b, cause: null }, hold(a, false))
    expect(await phone.asked({ kind: 'answer', callId: 'c' })).toBe('accepted')
    let most = 0
    phone.registry.observe((now) => (most = Math.max(most, now.filter(isForeground).length)))
    carryOut()
    expect(picture(a, 'c')).toEqual(['held', 'active'])
    expect(most).toBe(1)
  })

  it('a hold that is under way when another call is answered may fail: then that one is not answered', async () => {
    const a = await talking()
    await phone.provider.reportNewIncomingCall('c', {})
    await phone.asked(hold(a))
    expect(await phone.asked({ kind: 'answer', callId: 'c' })).toBe('accepted')
    phone.delegate.last('setHeld').fail()
    phone.delegate.last('setHeld').fail()
    expect(picture(a, 'c')).toEqual(['active', 'incoming'])
  })

  it('a call that is being answered has the ear already: nobody is resumed in its place', async () => {
    const [a, b] = [await talking(), await talking()]
    await phone.provider.reportNewIncomingCall('c', {})
    await phone.asked({ kind: 'answer', callId: 'c' })
    expect(picture(a, b, 'c')).toEqual(['held', 'active', 'incoming'])
    expect(await phone.asked(hold(a, false))).toBe('invalidAction')
  })

  it('swapped in the wrong order is held first all the same', async () => {
    const [a, b] = [await talking(), await talking()]
    expect(await phone.asked(hold(a, false), hold(b))).toBe('accepted')
    carryOut()
    expect(picture(a, b)).toEqual(['active', 'held'])
    expect(phone.delegate.heard).toEqual(['setHeld', 'setHeld'])
  })
})
