/* Who calls, as the phone knows it before it rings, and what becomes of those the user does not want to hear. */
import { beforeEach, describe, expect, it } from 'vitest'
import { usualNumbers, type Account } from '../../../common/account'
import { isMissed, type CallId } from '../../../common/call'
import type { IncomingOffer, Verdict } from '../../../common/contract/engine'
import type { BlockRuleDraft } from '../../../common/directory'
import type { Handle } from '../../../common/handle'
import type { HistoryEntry } from '../../../common/phone-state'
import { CallObserver } from '../../../main/callkit/observer'
import type { DirectoryWord, KnownContact } from '../../../main/phone/caller-sources'
import { missedEntry } from '../../fakes/phone-state'
import { settle } from '../../fakes/manual-clock'
import { account, CallPhone } from '../../support/call-phone'

const berlin: Account = {
  ...account('work', '100'),
  numbers: { ...usualNumbers, country: 'DE', areaCode: '30', extensionLength: 3 },
}
const ada: KnownContact = { id: 'ada', name: 'Ada', avatar: null, ringtone: 'chime', vip: false, favourite: false }
const said = (word: Partial<DirectoryWord>): DirectoryWord => ({ name: null, source: null, blockedBy: null, ...word })

let phone: CallPhone
beforeEach(() => void (phone = new CallPhone([berlin])))

/** An INVITE from this handle; gives the verdict, as soon as there is one. */
const invite = async (value: string, more: Partial<IncomingOffer> = {}) => {
  const handle: Handle = { type: /^\+?\d+$/.test(value) ? 'phoneNumber' : 'generic', value }
  const offer: IncomingOffer = { callId: crypto.randomUUID(), accountId: 'work', handle, name: null, ...more }
  const verdict: { now: Verdict | null } = { now: null }
  phone.sip.engineAsked(offer, (given) => (verdict.now = given))
  await settle()
  return { callId: offer.callId, verdict }
}
const verdictFor = async (value: string, more?: Partial<IncomingOffer>): Promise<string> => {
  const { now } = (await invite(value, more)).verdict
  return now === null ? 'none' : now.type === 'reject' ? `${now.status}` : now.type
}
const callerOf = (callId: CallId) => phone.policy.callers.callerOf(callId)
const block = (match: BlockRuleDraft['match'], value = '') =>
  phone.policy.blockList.add({ match, value, note: null, schedule: null })
const outgoing = (value: string, secondsAgo: number): HistoryEntry =>
  missedEntry({
    id: crypto.randomUUID(),
    direction: 'outgoing',
    handle: { type: 'phoneNumber', value },
    startedAt: phone.clock.date() - secondsAgo * 1_000,
  })

describe('who calls', () => {
  it('is known before the 180, by one number however it comes', async () => {
    phone.sources.contact = (key) => (key === '+49301234567' ? ada : null)
    for (const value of ['+49301234567', '0301234567', '0049301234567', '301234567', '+49301234567@carrier.example']) {
      const { callId, verdict } = await invite(value)
      expect(callerOf(callId), value).toMatchObject({
        name: 'Ada',
        contactId: 'ada',
        source: 'contact',
        ringtone: 'chime',
      })
      expect(verdict.now?.type).toBe('alert')
      expect(phone.call(callId).handle).toEqual({ type: 'phoneNumber', value: '+49301234567' })
      await phone.remoteEnds(callId, 'remote-cancelled')
    }
  })

  it('contact beats directory label, and a directory is named with its label', async () => {
    phone.sources.directory = () => said({ name: 'Countess', source: 'Team' })
    expect(callerOf((await invite('+49301234567')).callId)).toMatchObject({
      name: 'Countess',
      source: 'Team',
      contactId: null,
    })
    phone.sources.contact = () => ada
    expect(callerOf((await invite('+4930901820')).callId)).toMatchObject({ name: 'Ada', source: 'contact' })
  })

  it('is told to the history, whether it rang or not', async () => {
    phone.sources.directory = () => said({ name: 'Robot', source: 'Team', blockedBy: 'Spam' })
    const { callId } = await invite('+4930901820')
    expect(phone.known.get(callId)).toEqual({
      label: 'Robot',
      screening: { by: 'directory', list: 'Spam', match: 'exact', ruleId: null },
    })
  })

  it('an extension and an address are found among contacts, and no directory is asked about them', async () => {
    const asked: string[] = []
    phone.sources.directory = (e164) => (asked.push(e164), said({}))
    phone.sources.contact = (key) => (['204', 'eve@other.example'].includes(key) ? ada : null)
    expect(callerOf((await invite('204')).callId)?.name).toBe('Ada')
    expect(callerOf((await invite('eve@Other.Example')).callId)?.name).toBe('Ada')
    expect(asked).toEqual([])
  })

  it('whose name pretends to be another number is found out; attestation is passed on', async () => {
    const { callId } = await invite('+49301234567', { name: 'Bank +49 30 901820', attestation: 'C' })
    expect(callerOf(callId)).toMatchObject({ name: null, lookalike: true, attestation: 'C' })
    await phone.remoteEnds(callId)
    expect(callerOf((await invite('+49301234567', { name: 'Bank' })).callId)).toMatchObject({
      lookalike: false,
      attestation: null,
    })
  })

  it('somebody we call is known too, and a far end that turns out to be somebody else', async () => {
    phone.sources.contact = (key) => (key === '+49301234567' ? ada : null)
    phone.sources.directory = () => said({ name: 'Countess', source: 'Team' })
    const callId = await phone.dialled('030 123 45 67')
    expect(callerOf(callId)?.name).toBe('Ada')
    await phone.remoteAnswers(callId)
    phone.sip.engineReported({ type: 'updated', callId, handle: { type: 'phoneNumber', value: '030901820' } })
    expect(phone.call(callId).handle.value).toBe('+4930901820')
    expect(callerOf(callId)).toMatchObject({ name: 'Countess', contactId: null })
  })

  it('somebody who becomes a contact during the call is one at once, and one who no longer is, is not', async () => {
    const callId = await phone.dialled('030 123 45 67')
    expect(callerOf(callId)?.name).toBeNull()
    phone.sources.contact = () => ada
    phone.policy.callers.refresh(phone.registry.calls)
    expect(callerOf(callId)).toMatchObject({ name: 'Ada', contactId: 'ada' })
    phone.sources.contact = () => null
    phone.policy.callers.refresh(phone.registry.calls)
    expect(callerOf(callId)).toMatchObject({ name: null, contactId: null })
  })

  it('whom nobody knows is looked up while it rings, and nobody is asked about a private call', async () => {
    const asked: string[] = []
    let answer: (found: { name: string; source: string } | null) => void = () => {}
    phone.sources.lookUp = (e164) => (asked.push(e164), new Promise((resolve) => (answer = resolve)))
    const { callId, verdict } = await invite('+49301234567')
    expect([verdict.now?.type, callerOf(callId)?.name]).toEqual(['alert', null])
    answer({ name: 'CRM says Ada', source: 'CRM' })
    await settle()
    expect(callerOf(callId)).toMatchObject({ name: 'CRM says Ada', source: 'CRM' })
    await phone.remoteEnds(callId)
    await phone.verbs.call('030901820', null, 'window', true)
    expect(asked).toEqual(['+49301234567'])
  })
})

describe('ringing is never delayed', () => {
  it('by directories that answer at once', async () => {
    phone.sources.directory = () => said({})
    const offer = {
      callId: crypto.randomUUID(),
      accountId: 'work',
      handle: { type: 'phoneNumber', value: '+49301234567' },
      name: null,
    } as const
    const told: string[] = []
    phone.sip.engineAsked(offer, ({ type }) => told.push(type))
    expect(told).toEqual(['alert'])
  })

  it('by more than 50 ms by one that does not, and nobody is turned away for it', async () => {
    phone.settings.blockUnknown = true
    phone.sources.directory = () => new Promise(() => {})
    const { callId, verdict } = await invite('+49301234567')
    await phone.clock.advanceAsync(49)
    expect([verdict.now, phone.states]).toEqual([null, []])
    await phone.clock.advanceAsync(1)
    expect([verdict.now, phone.states]).toEqual([{ type: 'alert' }, ['incoming']])
    expect(callerOf(callId)?.name).toBeNull()
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk')
      },
    ],
    ['fails', () => Promise.reject(new Error('disk'))],
  ])('by a directory that %s', async (_, directory) => {
    phone.sources.directory = directory
    phone.sources.contact = () => {
      throw new Error('disk')
    }
    expect(await verdictFor('+49301234567')).toBe('alert')
    const errors = phone.logged.filter((line) => line.startsWith('ERROR'))
    expect(errors).toEqual(['ERROR directories: disk', 'ERROR contacts: disk'])
  })

  it('a caller who gives up while a directory thinks has called all the same', async () => {
    phone.sources.directory = () => new Promise(() => {})
    const { callId } = await invite('+49301234567')
    phone.sip.engineReported({ type: 'ended', callId, cause: 'remote-cancelled', sipStatus: 487, reason: null })
    await phone.clock.advanceAsync(50)
    expect(phone.states).toEqual(['ended (remote-cancelled)'])
    expect(phone.history.map(isMissed)).toEqual([true])
  })

  it('what an engine asked that died meanwhile is no call', async () => {
    phone.sources.directory = () => new Promise(() => {})
    const { verdict } = await invite('+49301234567')
    phone.sip.engineLost()
    await phone.clock.advanceAsync(50)
    expect([verdict.now, phone.states, phone.history]).toEqual([null, [], []])
  })
})

describe('whom the user does not want to hear', () => {
  it.each([
    ['603', '603'],
    ['607', '607'],
    ['480', '480'],
    ['silence', 'ignore'],
  ] as const)(
    'is answered %s, never seen by an observer, and in the history as declined',
    async (blockedAnswer, expected) => {
      phone.settings.blockedAnswer = blockedAnswer
      const seen: string[] = []
      new CallObserver(phone.registry, ({ id }) => seen.push(id))
      block('exact', '030 1234567')
      expect(await verdictFor('+49301234567')).toBe(expected)
      expect([seen, phone.states]).toEqual([[], []])
      expect(
        phone.history.map((call) => call.state === 'ended' && [call.cause, call.sipStatus, isMissed(call)]),
      ).toEqual([['declined', expected === 'ignore' ? null : Number(expected), false]])
      expect(phone.logged.join('\n')).toMatch(/blocked by own-list, exact match/)
      expect(phone.logged.join('\n')).not.toContain('1234567')
    },
  )

  it('cannot make the phone keep any number of calls for it', async () => {
    phone.settings.blockedAnswer = 'silence'
    block('exact', '+49301234567')
    const verdicts: string[] = []
    for (let count = 0; count < 17; count++) verdicts.push(await verdictFor('+49301234567'))
    expect(verdicts.filter((one) => one === 'ignore')).toHaveLength(16)
    expect(verdicts.at(-1)).toBe('480')
    await phone.clock.advanceAsync(60_000)
    expect(await verdictFor('+49301234567')).toBe('ignore')
  })

  it('that one directory blocks and another names is blocked, and its label is kept', async () => {
    phone.sources.directory = () => said({ name: 'Robot', source: 'Team', blockedBy: 'Spam' })
    const { callId, verdict } = await invite('+4930901820')
    expect(verdict.now).toMatchObject({ type: 'reject', status: 603 })
    expect(phone.known.get(callId)).toMatchObject({ label: 'Robot', screening: { by: 'directory', list: 'Spam' } })
  })

  it('rings anyway when the user says so of this one, though a directory or a rule for many blocks it', async () => {
    phone.sources.directory = () => said({ blockedBy: 'Spam' })
    block('prefix', '+4930')
    expect(await verdictFor('+49301234567')).toBe('603')
    const rule = { match: 'exact', value: '030 1234567', note: null, schedule: null, rings: true } as const
    const added = phone.policy.blockList.add(rule)
    expect(await verdictFor('+49301234567')).toBe('alert')
    // The word about one number is one: whoever blocks it again has it blocked.
    block('exact', '+49301234567')
    expect(phone.policy.blockList.list.filter(({ match }) => match === 'exact')).toHaveLength(1)
    expect(added.ok && (await verdictFor('+49301234567'))).toBe('603')
  })

  it('may be called all the same: blocking is of those who call', async () => {
    block('exact', '+49301234567')
    phone.sources.directory = () => said({ blockedBy: 'Spam' })
    await phone.dialled('030 1234567')
    expect(phone.states).toEqual(['dialing'])
  })

  it('contact beats directory block; user block beats all but emergency call-back', async () => {
    phone.sources.directory = () => said({ blockedBy: 'Team' })
    expect(await verdictFor('+49301234567')).toBe('603')
    phone.sources.contact = () => ada
    expect(await verdictFor('+49301234567')).toBe('alert')
    const rule = block('exact', '+49301234567')
    expect(await verdictFor('+49301234567')).toBe('603')
    await phone.dialled('112')
    expect(await verdictFor('+49301234567')).toBe('486')
    expect(phone.history.at(-1)).toMatchObject({ sipStatus: 486 })
    if (rule.ok) phone.policy.blockList.remove(rule.value.id)
  })

  it('is welcome when the user called them lately, and undone is undone', async () => {
    phone.sources.directory = () => said({ blockedBy: 'Team' })
    phone.entries = [outgoing('+49301234567', 29 * 24 * 3_600)]
    expect(await verdictFor('0301234567')).toBe('alert')
    phone.entries = [outgoing('+49301234567', 31 * 24 * 3_600)]
    expect(await verdictFor('0301234567')).toBe('603')
    phone.sources.directory = () => said({})
    const rule = block('prefix', '030')
    expect(await verdictFor('+49309')).toBe('603')
    if (rule.ok) phone.policy.blockList.remove(rule.value.id)
    expect(await verdictFor('+4930901820')).toBe('alert')
  })

  it('anonymous callers and those nobody knows are blocked on wish; colleagues are known', async () => {
    phone.settings.blockAnonymous = true
    expect(await verdictFor('')).toBe('603')
    expect(await verdictFor('+49301234567')).toBe('alert')
    phone.settings.blockUnknown = true
    expect(await verdictFor('+49301234567')).toBe('603')
    phone.sources.directory = () => said({ name: 'Countess', source: 'Team' })
    phone.settings.callWaiting = 'alert'
    expect(await verdictFor('+49301234567')).toBe('alert')
    await phone.remoteEnds(phone.registry.calls[0]?.id ?? '')
    expect(await verdictFor('204')).toBe('alert')
  })
})

describe('after an emergency call', () => {
  it.each(['112', '110', '0112'])('to %s anybody may call back, for half an hour', async (number) => {
    phone = new CallPhone([{ ...berlin, numbers: { ...berlin.numbers, outsidePrefix: '0' } }])
    phone.settings.blockUnknown = true
    phone.settings.doNotDisturb = true
    const callId = await phone.dialled(number)
    await phone.remoteEnds(callId)
    expect(await verdictFor('+4930901820')).toBe('alert')
    await phone.remoteEnds(phone.registry.live()[0]?.id ?? '')
    await phone.clock.advanceAsync(30 * 60_000)
    expect(await verdictFor('+4930901820')).toBe('603')
  })

  it('a restart in between changes nothing, and a call to anybody else opens no door', async () => {
    block('exact', '+4930901820')
    await phone.remoteEnds(await phone.dialled('1120'))
    expect(await verdictFor('+4930901820')).toBe('603')
    phone.entries = [outgoing('112', 60)]
    expect(await verdictFor('+4930901820')).toBe('alert')
    // One from before the clock was set back by days, and one since.
    await phone.remoteEnds(phone.registry.live()[0]?.id ?? '')
    phone.entries = [outgoing('112', 60), outgoing('112', -260_000)]
    expect(await verdictFor('+4930901820')).toBe('alert')
  })
})

describe('do not disturb', () => {
  beforeEach(() => void (phone.settings.doNotDisturb = true))

  it('refuses with 480 and says so in the history; the caller is among the missed', async () => {
    const { callId, verdict } = await invite('+49301234567')
    expect(verdict.now).toEqual({ type: 'reject', status: 480 })
    expect(phone.known.get(callId)?.screening).toEqual({ by: 'do-not-disturb', list: null, match: null, ruleId: null })
    expect(phone.history.map(isMissed)).toEqual([true])
  })

  it('that the desktop has switched on says that it did', async () => {
    phone.settings.doNotDisturb = false
    phone.desktopIsQuiet = true
    const { callId } = await invite('+49301234567')
    expect(phone.known.get(callId)?.screening?.by).toBe('focus')
    phone.settings.followDesktopFocus = false
    expect(await verdictFor('+49301234567')).toBe('alert')
  })

  it('lets the second call of one caller within three minutes through on wish, and no anonymous one', async () => {
    phone.settings.doNotDisturbLets = { vip: false, favourites: false, repeated: true }
    expect(await verdictFor('0301234567')).toBe('480')
    await phone.clock.advanceAsync(170_000)
    expect(await verdictFor('+4930901820')).toBe('480')
    expect(await verdictFor('+49301234567')).toBe('alert')
    expect([await verdictFor(''), await verdictFor('')]).toEqual(['480', '480'])
    await phone.clock.advanceAsync(181_000)
    expect(await verdictFor('+4930901820')).toBe('480')
  })

  it('lets contacts marked for it and favourites through', async () => {
    phone.sources.contact = (key) => ({ ...ada, vip: key === '204', favourite: key === '205' })
    phone.settings.doNotDisturbLets = { vip: true, favourites: true, repeated: false }
    expect([await verdictFor('204'), await verdictFor('206')]).toEqual(['alert', '480'])
    await phone.remoteEnds(phone.registry.live()[0]?.id ?? '')
    expect(await verdictFor('205')).toBe('alert')
  })

  it('on wish lets it ring without a sound, and only for those it is for', async () => {
    phone.settings.doNotDisturbAnswer = 'silent'
    const { callId, verdict } = await invite('+49301234567')
    expect([verdict.now?.type, phone.policy.callers.isSilent(callId)]).toEqual(['alert', true])
    phone.settings.doNotDisturbAccounts = ['home']
    expect(phone.policy.callers.isSilent((await invite('+4930901820')).callId)).toBe(false)
  })

  it('comes after the block list: who is blocked hears that', async () => {
    block('exact', '+49301234567')
    expect(await verdictFor('+49301234567')).toBe('603')
  })
})
