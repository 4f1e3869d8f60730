/*
 * Calls in the situations sip.js handles badly: alone, and behind the guarding transport with the pieces beside it.
 */
import { Inviter, SessionState, UserAgent, type Invitation, type Session } from 'sip.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../../common/clock'
import { tameAckTimeout } from '../../../renderer/engine/sip/ack-timeout'
import type { DialogName } from '../../../renderer/engine/sip/guard/guarding-transport'
import type { InDialogRequest } from '../../../renderer/engine/sip/guard/in-dialog-request'
import { ReinviteQueue } from '../../../renderer/engine/sip/reinvite-queue'
import { FakeMedia } from '../support/fake-media'
import { fresh, SDP, type RequestParts } from '../support/scripted-peer'
import { bareAlice, ourAlice, settle, type Alice, type OursOptions } from '../support/user-agents'

let uncaught: unknown[] = []
const onUncaught = (error: unknown) => uncaught.push(error)

beforeEach(() => {
  vi.useFakeTimers()
  uncaught = []
  process.on('uncaughtException', onUncaught)
  process.on('unhandledRejection', onUncaught)
})
afterEach(() => {
  process.off('uncaughtException', onUncaught)
  process.off('unhandledRejection', onUncaught)
  FakeMedia.gate = () => Promise.resolve()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

type Make = (options?: OursOptions) => Promise<Alice>
const bare: Make = (options) => bareAlice(options?.userAgent)
const ours: Make = (options) => ourAlice(options)

/** Bob calls, Alice answers. `again` says something more in the same dialog. */
const answeredCall = async (
  make: Make,
  options: OursOptions = {},
  atInvite: (invitation: Invitation) => void = () => {},
) => {
  const alice = await make(options)
  let invitation: Invitation | null = null
  alice.userAgent.delegate = {
    ...alice.userAgent.delegate,
    onInvite: (incoming) => {
      invitation = incoming
      atInvite(incoming)
      void incoming.accept().catch(() => {})
    },
  }
  const callId = fresh('call-')
  alice.peer.request({ callId, sequence: 10 })
  await settle()
  const answer = alice.peer.responses('INVITE').find((said) => said.status === 200)
  const to = answer?.header('to') ?? '<sip:alice@example.com>'
  const uri = /<([^>]*)>/.exec(answer?.header('contact') ?? '')?.[1] ?? 'sip:alice@example.com'
  const again = async (parts: RequestParts) => {
    alice.peer.request({ callId, to, uri, body: null, ...parts })
    await settle()
  }
  if (answer) await again({ method: 'ACK', sequence: 10 })
  return { alice, invitation: invitation as unknown as Invitation, callId, again, to }
}

/** Alice calls, Bob answers. */
const placedCall = async (make: Make, options: OursOptions = {}) => {
  const alice = await make(options)
  alice.peer.on('INVITE', (request) => alice.peer.reply(request, 200, [], SDP))
  alice.peer.on('BYE', (request) => alice.peer.reply(request, 200))
  const target = UserAgent.makeURI('sip:bob@example.com')!
  const inviter = new Inviter(alice.userAgent, target)
  await inviter.invite()
  await settle()
  return { alice, inviter }
}

describe('R4: a BYE comes while our answer is being applied', () => {
  const early = async (make: Make, options: OursOptions = {}) => {
    const alice = await make(options)
    let release: () => void = () => {}
    // The far end's answer takes a moment to apply: SRTP keys, candidates.
    alice.peer.on('INVITE', (request) => {
      FakeMedia.gate = () => new Promise((resolve) => (release = resolve))
      alice.peer.reply(request, 200, [], SDP)
    })
    const inviter = new Inviter(alice.userAgent, UserAgent.makeURI('sip:bob@example.com')!)
    await inviter.invite()
    await settle()
    const invite = alice.peer.requests('INVITE')[0]!
    alice.peer.request({
      method: 'BYE',
      callId: invite.header('call-id'),
      from: `<sip:bob@example.com>;tag=peertag`,
      to: invite.header('from'),
      uri: 'sip:alice@alicehost.invalid',
      sequence: 1,
    })
    await settle(1_000)
    return { alice, inviter, release: () => release() }
  }

  it('bare sip.js never answers it', async () => {
    const { alice, inviter, release } = await early(bare)
    release()
    await settle(5_000)
    expect(alice.peer.responses('BYE')).toHaveLength(0)
    expect(inviter.state).toBe(SessionState.Established)
  })

  it('ours answers 200 and tells that the call is over', async () => {
    const over: DialogName[] = []
    const { alice } = await early(ours, { events: { onUnansweredBye: (dialog) => over.push(dialog) } })
    expect(alice.peer.responses('BYE').map((said) => said.status)).toEqual([200])
    expect(over).toHaveLength(1)
    expect(over[0]?.callId).toBe(alice.peer.requests('INVITE')[0]?.header('call-id'))
    expect(over[0]?.remoteTag).toBe('peertag')
  })
})

describe('D13: the application throws when a BYE comes', () => {
  const throwing = (invitation: Invitation) => {
    invitation.delegate = {
      onBye: () => {
        throw new Error('application fault')
      },
    }
  }

  it('bare sip.js never answers it', async () => {
    const { alice, again } = await answeredCall(bare, {}, throwing)
    await again({ method: 'BYE', sequence: 11 })
    await settle(5_000)
    expect(alice.peer.responses('BYE')).toHaveLength(0)
    expect(uncaught).toHaveLength(1)
  })

  it('ours answers 200, throws nothing and tells', async () => {
    const over = vi.fn()
    const { alice, again } = await answeredCall(ours, { events: { onUnansweredBye: over } }, throwing)
    await again({ method: 'BYE', sequence: 11 })
    await settle(5_000)
    expect(alice.peer.responses('BYE').map((said) => said.status)).toEqual([200])
    expect(over).toHaveBeenCalledOnce()
    expect(uncaught).toEqual([])
  })

  it('a BYE that is answered in time is answered once', async () => {
    const over = vi.fn()
    const { alice, again } = await answeredCall(ours, { events: { onUnansweredBye: over } })
    await again({ method: 'BYE', sequence: 11 })
    await settle(5_000)
    expect(alice.peer.responses('BYE').map((said) => said.status)).toEqual([200])
    expect(over).not.toHaveBeenCalled()
  })
})

describe('R5 and D20: both sides hold at the same moment', () => {
  it('bare sip.js tries once', async () => {
    const { alice, inviter } = await placedCall(bare)
    alice.peer.on('INVITE', (request) => alice.peer.reply(request, 491))
    await inviter.invite()
    await settle(10_000)
    expect(alice.peer.requests('INVITE')).toHaveLength(2)
  })

  it('ours tries again after 2.1 to 4 s, because the Call-ID is ours', async () => {
    const { alice, inviter } = await placedCall(ours)
    const queue = new ReinviteQueue({ session: inviter, clock: systemClock, ownsCallId: true, random: () => 0 })
    alice.peer.on('INVITE', (request) => alice.peer.reply(request, 491))
    const outcome = queue.run(() => ({}))
    await settle(2_050)
    expect(alice.peer.requests('INVITE')).toHaveLength(2)
    alice.peer.on('INVITE', (request) => alice.peer.reply(request, 200, [], SDP))
    await settle(100)
    expect(alice.peer.transcript).toMatch(/INVITE 491 ACK INVITE 200 ACK$/)
    await expect(outcome).resolves.toEqual({ ok: true })
  })

  it('ours sends one re-INVITE at a time', async () => {
    const { alice, inviter } = await placedCall(ours)
    const queue = new ReinviteQueue({ session: inviter, clock: systemClock, ownsCallId: true })
    const answers: (() => void)[] = []
    alice.peer.on('INVITE', (request) => answers.push(() => alice.peer.reply(request, 200, [], SDP)))
    const both = [queue.run(() => ({})), queue.run(() => ({}))]
    await settle(100)
    expect(answers).toHaveLength(1)
    answers[0]?.()
    await settle(100)
    expect(answers).toHaveLength(2)
    answers[1]?.()
    await settle(100)
    await expect(Promise.all(both)).resolves.toEqual([{ ok: true }, { ok: true }])
  })

  it('ours stops when the call ends', async () => {
    const { alice, inviter } = await placedCall(ours)
    const queue = new ReinviteQueue({ session: inviter, clock: systemClock, ownsCallId: false })
    alice.peer.on('INVITE', (request) => alice.peer.reply(request, 491))
    const outcome = queue.run(() => ({}))
    await settle()
    await inviter.bye()
    await settle(10_000)
    await expect(outcome).resolves.toEqual({ ok: false, sipStatus: null })
    expect(alice.peer.requests('INVITE')).toHaveLength(2)
  })

  it('ours answers a glare the other side sees: 491 to a re-INVITE during our own', async () => {
    const { alice, invitation, again } = await answeredCall(ours)
    const queue = new ReinviteQueue({ session: invitation, clock: systemClock, ownsCallId: false, random: () => 0.5 })
    alice.peer.on('INVITE', () => {})
    void queue.run(() => ({}))
    await settle()
    await again({ method: 'INVITE', sequence: 11, body: SDP })
    expect(alice.peer.responses('INVITE').at(-1)?.status).toBe(491)
  })
})

describe('R6: UPDATE in a call', () => {
  const update: RequestParts = {
    method: 'UPDATE',
    sequence: 11,
    extra: ['P-Asserted-Identity: "Carol" <sip:carol@example.com>', 'Session-Expires: 1800;refresher=uac'],
  }

  it('bare sip.js answers 405', async () => {
    const { alice, again } = await answeredCall(bare)
    await again(update)
    expect(alice.peer.responses('UPDATE').map((said) => said.status)).toEqual([405])
  })

  it('ours answers 200, keeps the session timer and tells who it is now', async () => {
    const onUpdate = vi.fn((_update: InDialogRequest) => false)
    const { alice, again, callId } = await answeredCall(ours, { events: { onUpdate } })
    await again(update)
    const [answer] = alice.peer.responses('UPDATE')
    expect(answer?.status).toBe(200)
    expect(answer?.header('session-expires')).toBe('1800;refresher=uac')
    expect(answer?.header('contact')).toMatch(/^<sip:/)
    const [heard] = onUpdate.mock.calls[0] ?? []
    expect(heard?.dialog).toMatchObject({ callId, remoteTag: 'bobtag' })
    expect(heard?.header('p-asserted-identity')).toBe('"Carol" <sip:carol@example.com>')
    await again({ method: 'BYE', sequence: 12 })
    expect(alice.peer.responses('BYE').map((said) => said.status)).toEqual([200])
  })

  it('ours answers 481 to one for a dialog that is not ours', async () => {
    const { alice } = await answeredCall(ours)
    alice.peer.request({ ...update, to: '<sip:alice@example.com>;tag=foreign', body: null })
    await settle()
    expect(alice.peer.responses('UPDATE').map((said) => said.status)).toEqual([481])
  })
})

describe('D24: a MESSAGE of a kind that nobody here reads', () => {
  const message: RequestParts = {
    method: 'MESSAGE',
    body: 'Hello',
    replace: { 'Content-Type': 'text/html' },
  }

  it('bare sip.js answers 200', async () => {
    const alice = await bareAlice()
    alice.peer.request(message)
    await settle()
    expect(alice.peer.responses('MESSAGE').map((said) => said.status)).toEqual([200])
  })

  it('ours answers 415 and says what it takes', async () => {
    const alice = await ourAlice()
    alice.peer.request(message)
    await settle()
    const [answer] = alice.peer.responses('MESSAGE')
    expect([answer?.status, answer?.header('accept')]).toEqual([415, 'text/plain'])
  })
})

// What we do with one is in engine/referral.test.ts.
describe('D1: REFER from the other side of a call', () => {
  const refer: RequestParts = {
    method: 'REFER',
    sequence: 11,
    extra: ['Refer-To: <sip:900@premium.example>', 'Referred-By: <sip:bob@example.com>'],
  }

  it('bare sip.js dials the number', async () => {
    const { alice, again } = await answeredCall(bare)
    await again(refer)
    await settle(1_000)
    expect(alice.peer.responses('REFER').map((said) => said.status)).toEqual([202])
    expect(alice.peer.requests('INVITE').map((said) => said.message.start)).toEqual([
      'INVITE sip:900@premium.example SIP/2.0',
    ])
  })
})

describe('D14: many callers at once', () => {
  const flood = async (make: Make, options: OursOptions, oneCaller: boolean) => {
    const alice = await make(options)
    const invitations: Invitation[] = []
    alice.userAgent.delegate = { ...alice.userAgent.delegate, onInvite: (incoming) => invitations.push(incoming) }
    for (let i = 0; i < 300; i++) {
      const caller = oneCaller ? 'bob' : `caller${i}`
      alice.peer.request({ from: `<sip:${caller}@example.com>;tag=t${i}` })
    }
    await settle(100)
    return { alice, invitations }
  }

  it('bare sip.js rings for every one, before the application was asked', async () => {
    const { alice, invitations } = await flood(bare, { userAgent: { sendInitialProvisionalResponse: true } }, false)
    expect(invitations).toHaveLength(300)
    expect(alice.peer.responses('INVITE').filter((said) => said.status === 180)).toHaveLength(300)
  })

  it('ours lets 16 in, rings for none by itself and answers 486 to the rest', async () => {
    const { alice, invitations } = await flood(ours, {}, false)
    expect(invitations).toHaveLength(16)
    expect(alice.peer.responses('INVITE').filter((said) => said.status === 180)).toHaveLength(0)
    expect(alice.peer.responses('INVITE').filter((said) => said.status === 486)).toHaveLength(284)
  })

  it('ours lets one caller try 24 times in ten seconds', async () => {
    const { alice, invitations } = await flood(ours, {}, true)
    expect(invitations).toHaveLength(16)
    for (const invitation of invitations) await invitation.reject()
    const again = async (count: number) => {
      for (let i = 0; i < count; i++)
        alice.peer.request({ from: `<sip:bob@example.com>;tag=again-${invitations.length}-${i}` })
      await settle()
    }
    await again(12)
    expect(invitations).toHaveLength(24)
    for (const invitation of invitations.slice(16)) await invitation.reject()
    await settle(10_000)
    await again(1)
    expect(invitations).toHaveLength(25)
  })
})

describe('D21: an answer of which no dialog can be made', () => {
  const dial = async (make: Make, lines: (to: string) => string[]) => {
    const alice = await make()
    alice.peer.on('INVITE', (request) => {
      const copied = request.message.headers.filter(({ name }) => ['via', 'from', 'call-id', 'cseq'].includes(name))
      const head = copied.map(({ label, value }) => `${label}: ${value}`)
      alice.peer.send(`SIP/2.0 100 Trying\r\n${head.join('\r\n')}\r\nTo: ${request.header('to')}\r\n\r\n`)
      alice.peer.send(
        ['SIP/2.0 200 OK', ...head, ...lines(request.header('to')), 'Content-Type: application/sdp', '', SDP].join(
          '\r\n',
        ),
      )
    })
    const inviter = new Inviter(alice.userAgent, UserAgent.makeURI('sip:bob@example.com')!)
    await inviter.invite()
    await settle(60_000)
    return { alice, inviter }
  }
  const withoutContact = (to: string) => [`To: ${to};tag=peertag`]
  const withoutTag = (to: string) => [`To: ${to}`, 'Contact: <sip:bob@pbx.example.com>']

  for (const [name, lines] of Object.entries({ 'without Contact': withoutContact, 'without To tag': withoutTag })) {
    it(`bare sip.js hangs for ever (200 ${name})`, async () => {
      const { inviter } = await dial(bare, lines)
      expect(inviter.state).toBe(SessionState.Establishing)
    })
  }

  it('ours makes a call of the one without Contact', async () => {
    const { alice, inviter } = await dial(ours, withoutContact)
    expect(inviter.state).toBe(SessionState.Established)
    expect(alice.peer.transcript).toBe('INVITE 100 200 ACK')
  })

  it('ours ends the one without To tag at once', async () => {
    const { inviter } = await dial(ours, withoutTag)
    expect(inviter.state).toBe(SessionState.Terminated)
  })
})

describe('the ACK to our 200 never comes', () => {
  const unacknowledged = async (tame: boolean, hangUp: boolean) => {
    const alice = await ourAlice()
    let invitation: Invitation | null = null
    alice.userAgent.delegate = {
      onInvite: (incoming) => {
        invitation = incoming
        if (tame) tameAckTimeout(incoming)
        void incoming.accept()
      },
    }
    const callId = fresh('call-')
    alice.peer.request({ callId, sequence: 1 })
    await settle()
    const to = alice.peer.responses('INVITE').at(-1)?.header('to') ?? ''
    if (hangUp) alice.peer.request({ method: 'BYE', callId, to, sequence: 2, body: null })
    await settle(40_000)
    return { alice, invitation: invitation as unknown as Invitation }
  }

  it('bare sip.js throws out of a timer when the caller had hung up', async () => {
    await expect(unacknowledged(false, true)).rejects.toThrow(/Terminated to Terminated/)
  })

  it('ours does not', async () => {
    const { alice } = await unacknowledged(true, true)
    expect(alice.peer.responses('BYE').map((said) => said.status)).toEqual([200])
    expect(uncaught).toEqual([])
  })

  it('ours still hangs up on a caller who is silent', async () => {
    const { alice, invitation } = await unacknowledged(true, false)
    expect(alice.peer.requests('BYE')).toHaveLength(1)
    expect(invitation.state).toBe(SessionState.Terminated)
  })
})

describe('a connection lost in a call', () => {
  it('the call goes on over the next connection', async () => {
    const { alice, invitation, again } = await answeredCall(ours)
    alice.peer.server.current?.end()
    await settle(100)
    expect((invitation as Session).state).toBe(SessionState.Established)
    await alice.userAgent.reconnect()
    await settle()
    await again({ method: 'INVITE', sequence: 11, body: SDP })
    await again({ method: 'ACK', sequence: 11 })
    await again({ method: 'BYE', sequence: 12 })
    expect(alice.peer.transcript).toBe('INVITE 100 200 ACK INVITE 200 ACK BYE 200')
    expect((invitation as Session).state).toBe(SessionState.Terminated)
  })

  it('we can hang up over the next connection', async () => {
    const { alice, inviter } = await placedCall(ours)
    alice.peer.server.current?.end()
    await settle(100)
    await alice.userAgent.reconnect()
    await inviter.bye()
    await settle()
    expect(alice.peer.transcript).toBe('INVITE 200 ACK BYE 200')
  })
})
