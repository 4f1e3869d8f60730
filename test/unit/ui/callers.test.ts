/* Who is calling, why a call did not ring, and when it is quiet: in words that do not claim more than is known. */
import { describe, expect, it } from 'vitest'
import type { Caller } from '../../../common/contact'
import type { Screening } from '../../../common/directory'
import type { CallView } from '../../../common/phone-state'
import { doubts } from '../../../common/reach'
import { defaultSettings } from '../../../common/settings'
import { announce } from '../../../renderer/ui/announce'
import { ruleAbout, rulesAbout } from '../../../renderer/ui/blocking'
import { isGuess, isVerified, named, sayWhence, warningOf } from '../../../renderer/ui/caller'
import { connectionOf, sayProof } from '../../../renderer/ui/connection'
import { reorder, sayRule, sayScreening, sayStatus, sayUnsearched } from '../../../renderer/ui/directory-words'
import { blocked, kept, sources } from '../../../renderer/ui/gallery/known'
import { account, call, failed, moment, proven, route } from '../../../renderer/ui/gallery/people'
import { sayRoute } from '../../../renderer/ui/protection'
import { explainQuiet, sayQuiet } from '../../../renderer/ui/quiet-words'
import { sayResult } from '../../../renderer/ui/recents'
import { minuteOf, sayTime } from '../../../renderer/ui/weekly'

const nobody: Caller = {
  name: null,
  contactId: null,
  source: null,
  avatar: null,
  ringtone: null,
  vip: false,
  lookalike: false,
  attestation: null,
}
const view = (caller: Partial<Caller> | null, name: string | null): CallView => ({
  ...call({ state: 'incoming' }, { direction: 'incoming', name }),
  caller: caller && { ...nobody, ...caller },
})

describe('who is calling', () => {
  it('is a contact by the contact’s name, whatever the network says', () => {
    const known = view({ name: 'Ada Lovelace', contactId: 'ada', source: 'contact' }, 'A. L.')
    expect(named(known).call.name).toBe('Ada Lovelace')
    expect([sayWhence(known.caller), isGuess(known.caller)]).toEqual(['Contacts', false])
    expect(announce([], [named(known)])).toBe('Incoming call: Ada Lovelace.')
  })

  it('is a guess when a directory says so', () => {
    const guessed = view({ name: 'Ada', source: 'Team list' }, null)
    expect([named(guessed).call.name, sayWhence(guessed.caller), isGuess(guessed.caller)]).toEqual([
      'Ada',
      'Team list',
      true,
    ])
  })

  it('is the number alone when the name they send is made to mislead', () => {
    const spoofed = view({ lookalike: true, attestation: 'A' }, '+49 30 1234567')
    expect(named(spoofed).call.name).toBeNull()
    expect([warningOf(spoofed.caller), isVerified(spoofed.caller)]).toEqual(['lookalike', false])
  })

  it('is what the network says when nobody knows better, or nobody has looked yet', () => {
    expect(named(view(nobody, 'Anna')).call.name).toBe('Anna')
    expect(named(view(null, 'Anna')).call.name).toBe('Anna')
    expect(sayWhence(null)).toBeNull()
  })

  it('is verified only with the network’s full word for it', () => {
    expect(
      (['A', 'B', 'C', 'failed', null] as const).map((attestation) => isVerified({ ...nobody, attestation })),
    ).toEqual([true, false, false, false, false])
    expect(warningOf({ ...nobody, attestation: 'failed' })).toBe('failed')
  })
})

describe('a call that did not ring', () => {
  const because = (over: Partial<Screening>): string =>
    sayScreening({ by: 'directory', list: 'Team', match: 'exact', ruleId: null, ...over })
  it('explains itself', () => {
    expect(because({})).toBe('Blocked by list Team, exact match')
    expect(because({ by: 'own-list', list: null, match: 'prefix' })).toBe('Blocked by your own list, by its beginning')
    expect(because({ by: 'do-not-disturb', list: null, match: null })).toBe('Kept away by do not disturb')
    expect(sayResult(kept)).toBe('Blocked')
  })

  it('can be undone: the rules about its number are found, however it is written', () => {
    expect(rulesAbout('+49 30 555019', blocked).map(({ id }) => id)).toEqual(['one'])
    expect(rulesAbout('', blocked)).toEqual([])
    expect(ruleAbout('+49 30 555019', 'Windows')).toMatchObject({
      match: 'exact',
      value: '+4930555019',
      note: 'Windows',
    })
    expect(ruleAbout('spam@example.com', null)).toMatchObject({ match: 'address', value: 'spam@example.com' })
    expect(ruleAbout('', null)).toBeNull()
  })

  it('is blocked by rules that say what they match', () => {
    expect(blocked.map(sayRule)).toEqual([
      '+49 305 550 19',
      '+49900 …',
      '+49 301 000 00 – +49 301 999 99',
      'spam.example',
    ])
  })
})

describe('a directory', () => {
  it('says how it is', () => {
    expect(sources.map(({ status }) => sayStatus(status, moment))).toEqual([
      expect.stringMatching(/^12,480 names, 310 blocked · read at /),
      'Reading… 41,000 entries so far',
      'Its numbers are not in order. What was read before is still used.',
      'Not read yet',
    ])
  })

  it('says how far it is searched as one types, where that is not all of it', () => {
    const loaded = (identifying: number) =>
      ({ state: 'loaded', at: moment, identifying, blocking: 0, checksum: null }) as const
    expect(sayUnsearched(loaded(100_000))).toBe('')
    expect(sayUnsearched(loaded(100_001))).toContain('the first 100,000 by number are searched')
    expect(sources.map(({ status }) => sayUnsearched(status))).toEqual(['', '', '', ''])
  })

  it('moves to another place among the others', () => {
    expect(reorder(sources, 0, 2)).toEqual(['company', 'spam', 'team', 'crm'])
    expect(reorder(sources, 3, 0)).toEqual(['crm', 'team', 'company', 'spam'])
    expect(reorder(sources, 1, 99)).toEqual(['team', 'spam', 'crm', 'company'])
  })
})

describe('quiet', () => {
  /** A minute of a day, as the user's system writes it. */
  const clock = (minute: number): string =>
    new Date(2025, 4, 14, 0, minute).toLocaleTimeString(undefined, { timeStyle: 'short' })
  const settings = { ...defaultSettings, doNotDisturbSchedule: [{ days: [3], from: 600, to: 660 }] }
  it('says until when, or as whose wish', () => {
    expect(sayQuiet({ on: true, because: 'schedule' }, settings, moment)).toBe(`until ${clock(660)}`)
    expect(sayQuiet({ on: true, because: 'desktop' }, settings, moment)).toBe('as the desktop')
    expect(sayQuiet({ on: true, because: 'switch' }, settings, moment)).toBe('')
    expect(sayQuiet({ on: false, because: null }, settings, moment)).toBe('')
    expect(explainQuiet({ on: true, because: 'desktop' })).toContain('desktop')
  })

  it('ends with the weekly time that is on today, and with the last of several', () => {
    // A Wednesday, a quarter past ten.
    const others = [
      { days: [1, 2, 4, 5], from: 540, to: 1020 },
      { days: [3], from: 600, to: 660 },
      { days: [3], from: 610, to: 720 },
    ]
    const scheduled = { ...settings, doNotDisturbSchedule: others }
    expect(sayQuiet({ on: true, because: 'schedule' }, scheduled, moment)).toBe(`until ${clock(720)}`)
  })

  it('has weekly times in words', () => {
    expect(sayTime({ days: [1, 2, 3, 4, 5], from: 1320, to: 420 })).toBe(`Mon–Fri, ${clock(1320)}–${clock(420)}`)
    expect(sayTime({ days: [0, 6, 3], from: 0, to: 1439 })).toBe(`Wed, Sat, Sun, ${clock(0)}–${clock(1439)}`)
    expect(sayTime({ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 60 })).toBe(`Every day, ${clock(0)}–${clock(60)}`)
    expect([minuteOf('07:30'), minuteOf('24:00'), minuteOf('')]).toEqual([450, null, null])
  })
})

describe('the way an account is connected', () => {
  it('is told as encrypted only when it is', () => {
    const found = { ...account({ server: 'sip:voip.example' }), route }
    expect(sayRoute(found)).toMatchObject({ safe: false, words: 'Not encrypted · UDP to sip.voip.example:5060' })
    expect(sayRoute({ ...found, route: { ...route, transport: 'tls', port: 5061 } })).toMatchObject({ safe: true })
    expect(sayRoute(account())).toMatchObject({ safe: true, words: 'Encrypted · WSS to pbx.example:8089' })
    const why = 'TCP at 192.0.2.7; before it: tls 192.0.2.7:5061: net::ERR_CERT_AUTHORITY_INVALID'
    expect(sayRoute({ ...found, route: { ...route, why } })?.why).toMatch(/:5061: its certificate is not trusted$/)
  })

  it('is proven, with the age of the proof and when it is looked at again', () => {
    const sure = { ...account(), reach: proven(75) }
    expect([connectionOf(sure, false), sayProof(sure, moment)]).toEqual([
      'ready',
      'Checked 1 min 15 s ago, again in 18 s',
    ])
    expect(sayProof(sure, moment + 18_000)).toBe('Checked 1 min 33 s ago')
    expect(sayProof({ ...sure, reach: proven(0, { nextAt: null }) }, moment)).toBe('Checked just now')
    expect(sayProof({ ...sure, reach: proven(0, { provenAt: null }) }, moment)).toBe('Not checked yet')
    expect(sayProof({ ...account({}, failed('unreachable')), reach: proven(75) }, moment)).toBeNull()
  })

  it.each(doubts)('is not ready while there is a doubt, but for do not disturb (%s)', (doubt) => {
    const unsure = { ...account(), reach: proven(75, { doubt }) }
    expect([connectionOf(unsure, false), connectionOf(unsure, true)]).toEqual(['doubtful', 'quiet'])
    expect(sayProof(unsure, moment)).toMatch(/^The .*\. It /)
  })

  it('is not told of an account that is not connected', () => {
    expect(sayRoute({ ...account({}, { state: 'unregistered' }), route })).toBeNull()
    expect(sayRoute(account({ server: 'demo:' }))).toBeNull()
  })
})
