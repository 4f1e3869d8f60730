/*
 * Being asked to call somebody (REFER): nothing is dialled that the user did not agree to, and whoever asked is told how it goes.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Result } from '../../../common/errors'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'
import { fragmentOf, readNews } from '../support/referral-talk'
import type { Said } from '../support/scripted-peer'

let bench: EngineBench
beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
  bench.peer.on('NOTIFY', (request) => bench.peer.reply(request, 200))
})
afterEach(() => vi.useRealTimers())

type Dialog = Awaited<ReturnType<EngineBench['answered']>>

const refer = async (dialog: Dialog, referTo: string | null, extra: string[] = [], sequence = 2): Promise<void> => {
  const lines = [...(referTo === null ? [] : [`Refer-To: ${referTo}`]), ...extra]
  bench.inDialog(dialog, { method: 'REFER', sequence, extra: lines })
  await bench.settle()
}
const answers = (): number[] => bench.peer.responses('REFER').map(({ status }) => status)
const told = (): string[] => bench.peer.requests('NOTIFY').map(readNews)
const referrals = () => bench.reported('referred').map(({ referral }) => referral)
const causeOf = (callId: string): string | undefined =>
  bench.reported('ended').find((report) => report.callId === callId)?.cause

/** Bob talks to us and asks for Carol. */
async function asked(referTo = '<sip:carol@example.com>', extra: string[] = []): Promise<Dialog> {
  const dialog = await bench.answered()
  bench.peer.words.length = 0
  await refer(dialog, referTo, extra)
  return dialog
}

/** The user agrees. */
async function agree(
  dialog: Dialog,
  target = 'sip:carol@example.com',
): Promise<{ callId: string; invite: Said; reply: Result }> {
  return bench.dial(target, dialog.callId)
}

describe('a referral', () => {
  it('is accepted, told to main, and dials nothing by itself', async () => {
    const dialog = await asked('"Carol" <sip:carol@example.com>', ['Referred-By: "Bob" <sip:bob@example.com>'])
    expect(bench.peer.transcript).toBe('REFER 202 NOTIFY 200')
    expect(told()).toEqual(['active: SIP/2.0 100 Trying'])
    expect(bench.peer.requests('NOTIFY')[0]?.header('event')).toBe('refer')
    expect(bench.peer.requests('NOTIFY')[0]?.header('content-type')).toBe('message/sipfrag;version=2.0')
    expect(bench.reported('referred')).toEqual([
      {
        type: 'referred',
        callId: dialog.callId,
        referral: {
          target: 'sip:carol@example.com',
          handle: { type: 'generic', value: 'carol' },
          name: 'Carol',
          by: { type: 'generic', value: 'bob' },
        },
      },
    ])
    await bench.settle(60_000)
    expect(bench.peer.requests('INVITE')).toEqual([])
  })

  it('the user refuses is declined, and the call goes on', async () => {
    const dialog = await asked()
    expect(await bench.ask({ type: 'refuseReferral', callId: dialog.callId })).toMatchObject({ ok: true })
    expect(told()).toEqual(['active: SIP/2.0 100 Trying', 'terminated: SIP/2.0 603 Declined'])
    expect(referrals().at(-1)).toBeNull()
    expect(bench.ended).toBeUndefined()
    const again = await bench.ask({ type: 'refuseReferral', callId: dialog.callId })
    expect(again).toMatchObject({ ok: false, code: 'invalid-action' })
  })

  it('the user follows is told of each step, and ends our call with whoever asked', async () => {
    const dialog = await asked('<sip:carol@example.com>', ['Referred-By: <sip:bob@example.com>;cid="x@y"'])
    const { invite, callId } = await agree(dialog)
    expect(invite.message.start).toBe('INVITE sip:carol@example.com SIP/2.0')
    expect(invite.header('referred-by')).toBe('<sip:bob@example.com>')
    expect(invite.header('replaces')).toBe('')
    expect(referrals().at(-1)).toBeNull()
    bench.peer.reply(invite, 100)
    bench.peer.reply(invite, 180)
    bench.peer.reply(invite, 180)
    await bench.settle()
    bench.peer.reply(invite, 200, [], makeSdp())
    await bench.settle()
    expect(told()).toEqual(['active: SIP/2.0 100 Trying', 'active: SIP/2.0 180 Ringing', 'terminated: SIP/2.0 200 OK'])
    expect(bench.reported('connected').map((report) => report.callId)).toContain(callId)
    bench.inDialog(dialog, { method: 'BYE', sequence: 3 })
    await bench.settle()
    expect(causeOf(dialog.callId)).toBe('remote-transferred')
    expect(causeOf(callId)).toBeUndefined()
  })

  it('whose asker stays on the line is left by us after three seconds', async () => {
    const dialog = await asked()
    const { invite } = await agree(dialog)
    bench.peer.reply(invite, 200, [], makeSdp())
    await bench.settle(2_900)
    expect(bench.peer.requests('BYE')).toEqual([])
    await bench.settle(200)
    expect(bench.peer.requests('BYE')[0]?.header('call-id')).toBe(dialog.sipCallId)
    expect(causeOf(dialog.callId)).toBe('remote-transferred')
  })

  it.each([486, 404, 603, 302])('that ends in %i is told so, and the call goes on', async (status) => {
    const dialog = await asked()
    const { invite, callId } = await agree(dialog)
    bench.peer.reply(invite, status)
    await bench.settle(10_000)
    expect(told().at(-1)).toBe(`terminated: SIP/2.0 ${status} Said`)
    expect(causeOf(callId)).toBeDefined()
    expect(causeOf(dialog.callId)).toBeUndefined()
  })

  it('that the user gives up while it rings is told as terminated', async () => {
    const dialog = await asked()
    const { invite, callId } = await agree(dialog)
    bench.peer.reply(invite, 180)
    await bench.settle()
    await bench.ask({ type: 'end', callId })
    expect(told().at(-1)).toBe('terminated: SIP/2.0 487 Request Terminated')
  })

  it('that cannot be dialled is told as terminated', async () => {
    const dialog = await asked()
    bench.media.microphoneFault = 'microphone-busy'
    const command = { type: 'dial', callId: crypto.randomUUID(), accountId: 'work' } as const
    await bench.ask({ ...command, target: 'sip:carol@example.com', referral: dialog.callId })
    expect(told().at(-1)).toBe('terminated: SIP/2.0 487 Request Terminated')
    expect(bench.peer.requests('INVITE')).toEqual([])
  })

  it('to a dialog of somebody else carries Replaces', async () => {
    const dialog = await asked('<sip:carol@10.0.0.9:5060;transport=ws?Replaces=abc%40x%3Bto-tag%3D1%3Bfrom-tag%3D2>')
    expect(referrals()).toMatchObject([{ target: 'sip:carol@10.0.0.9:5060;transport=ws' }])
    const { invite } = await agree(dialog, 'sip:carol@10.0.0.9:5060;transport=ws')
    expect(invite.header('replaces')).toBe('abc@x;to-tag=1;from-tag=2')
    expect(invite.header('require')).toBe('replaces')
  })

  it('that nobody decides on is given back after three minutes', async () => {
    const dialog = await asked()
    await bench.settle(180_000)
    expect(told().at(-1)).toBe('terminated: SIP/2.0 408 Request Timeout')
    expect(referrals().at(-1)).toBeNull()
    const command = { type: 'dial', callId: crypto.randomUUID(), accountId: 'work' } as const
    const reply = await bench.ask({ ...command, target: 'sip:carol@example.com', referral: dialog.callId })
    expect(reply).toMatchObject({ ok: false, code: 'unknown-call' })
    expect(bench.peer.requests('INVITE')).toEqual([])
  })

  it('is one at a time; the next one names its NOTIFYs', async () => {
    const dialog = await asked()
    await refer(dialog, '<sip:dave@example.com>', [], 3)
    expect(answers()).toEqual([202, 491])
    await bench.ask({ type: 'refuseReferral', callId: dialog.callId })
    await refer(dialog, '<sip:dave@example.com>', [], 4)
    expect(answers()).toEqual([202, 491, 202])
    expect(bench.peer.requests('NOTIFY').at(-1)?.header('event')).toBe('refer;id=4')
  })

  it('of whose course nothing is to be told is carried out in silence', async () => {
    const dialog = await asked('<sip:carol@example.com>', ['Refer-Sub: false'])
    expect(bench.peer.responses('REFER')[0]?.header('refer-sub')).toBe('false')
    const { invite } = await agree(dialog)
    bench.peer.reply(invite, 200, [], makeSdp())
    await bench.settle(3_000)
    expect(bench.peer.requests('NOTIFY')).toEqual([])
    expect(causeOf(dialog.callId)).toBe('remote-transferred')
  })

  it('whose asker hangs up is forgotten with the call', async () => {
    const dialog = await asked()
    bench.inDialog(dialog, { method: 'BYE', sequence: 3 })
    await bench.settle()
    expect(causeOf(dialog.callId)).toBe('remote-hung-up')
    expect(await bench.ask({ type: 'refuseReferral', callId: dialog.callId })).toMatchObject({ code: 'unknown-call' })
  })

  it('to a telephone number is called at our own server', async () => {
    const dialog = await asked('<tel:+49-30-1234;phone-context=x>')
    expect(referrals()).toMatchObject([
      { target: 'sip:+49301234@example.com;user=phone', handle: { type: 'phoneNumber', value: '+49301234' } },
    ])
    const { invite } = await agree(dialog, 'sip:+49301234@example.com;user=phone')
    expect(invite.message.start).toBe('INVITE sip:+49301234@example.com;user=phone SIP/2.0')
  })

  it('to a host that is no host name by the book keeps it', async () => {
    const dialog = await asked('<sip:300@my_pbx>')
    expect(referrals()).toMatchObject([{ target: 'sip:300@my_pbx' }])
    const { invite } = await agree(dialog, 'sip:300@my_pbx')
    expect(invite.message.start).toBe('INVITE sip:300@my_pbx SIP/2.0')
  })

  it('in a call without sound yet is told when the call is one', async () => {
    bench.media.connects = false
    const { callId, parts } = await bench.ring()
    void bench.request({ type: 'answer', callId })
    await bench.settle()
    const dialog = {
      callId,
      sipCallId: parts.callId,
      toTag: bench.toTag('INVITE'),
      reply: { ok: true, value: undefined } as const,
    }
    bench.inDialog(dialog, { method: 'ACK' })
    await refer(dialog, '<sip:carol@example.com>')
    expect(answers()).toEqual([202])
    expect(referrals()).toEqual([])
    bench.media.last.connect()
    await bench.settle()
    expect(referrals()).toMatchObject([{ target: 'sip:carol@example.com' }])
  })
})

describe('a hostile referral', () => {
  it.each([
    ['no Refer-To', null, 400],
    ['http', '<http://evil.example>', 400],
    ['mailto', '<mailto:a@b>', 400],
    ['another method', '<sip:carol@example.com;method=BYE>', 603],
    ['a Route', '<sip:carol@example.com?Route=%3Csip%3Aevil.example%3E>', 603],
    ['a body', '<sip:carol@example.com?body=x>', 603],
    ['a false From', '<sip:carol@example.com?from=sip%3Achef%40example.com>', 603],
    ['a line break', '<sip:carol@example.com?Subject=a%0D%0AX-Evil%3A%20b>', 400],
    ['an unreadable Replaces', '<sip:carol@example.com?Replaces=nonsense>', 400],
    [
      'two Replaces',
      '<sip:c@d.example?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Replaces=b%3Bto-tag%3D1%3Bfrom-tag%3D2>',
      400,
    ],
    ['a Replaces with a line break', '<sip:c@d.example?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2%0D%0AX%3Ay>', 400],
    ['a Replaces that does not decode', '<sip:c@d.example?Replaces=%ff%zz>', 400],
    ['sips over an open line', '<sips:carol@example.com>', 416],
    ['a required extension', '<sip:carol@example.com?Require=evil>', 603],
    ['a long address', `<sip:${'x'.repeat(2_000)}@example.com>`, 400],
  ])('with %s is refused, and main never hears of it', async (_name, referTo, status) => {
    const dialog = await bench.answered()
    await refer(dialog, referTo)
    expect(answers()).toEqual([status])
    expect(referrals()).toEqual([])
    expect(bench.peer.requests('NOTIFY')).toEqual([])
    expect(bench.peer.requests('INVITE')).toEqual([])
  })

  it('that comes again and again is put to the user three times', async () => {
    const dialog = await bench.answered()
    for (let sequence = 2; sequence < 8; sequence++) {
      await refer(dialog, '<sip:900@premium.example>', [], sequence)
      await bench.ask({ type: 'refuseReferral', callId: dialog.callId })
    }
    expect(answers()).toEqual([202, 202, 202, 603, 603, 603])
    expect(referrals().filter((referral) => referral !== null)).toHaveLength(3)
  })

  it('loses parameters that would choose another way', async () => {
    await asked('<sip:carol@example.com;maddr=10.6.6.6;ttl=1;lr;method=INVITE;user=phone>')
    expect(referrals()).toMatchObject([{ target: 'sip:carol@example.com;user=phone' }])
  })

  it('cannot be answered by main with an address of its own and carry the Replaces of another', async () => {
    const dialog = await asked('<sip:carol@example.com?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2>')
    const { invite } = await agree(dialog, 'sip:dave@example.com')
    expect(invite.message.start).toBe('INVITE sip:dave@example.com SIP/2.0')
    expect(invite.header('replaces')).toBe('')
  })

  it('outside a call is refused', async () => {
    bench.peer.request({ method: 'REFER', extra: ['Refer-To: <sip:900@premium.example>'] })
    await bench.settle()
    expect(answers()).toEqual([405])
    expect(bench.peer.requests('INVITE')).toEqual([])
  })

  it('from whom we are handing on ourselves has to wait', async () => {
    const talk = await bench.talk()
    bench.peer.on('REFER', (request) => bench.peer.reply(request, 202))
    void bench.request({ type: 'transfer', callId: talk.callId, target: 'sip:carol@example.com' })
    await bench.settle()
    bench.inOutgoingDialog(talk.invite, { method: 'REFER', sequence: 2, extra: ['Refer-To: <sip:dave@example.com>'] })
    await bench.settle()
    expect(answers()).toEqual([491])
  })

  it('that refuses its NOTIFYs stops nothing', async () => {
    bench.peer.on('NOTIFY', (request) => bench.peer.reply(request, 481))
    const dialog = await asked()
    const { invite } = await agree(dialog)
    bench.peer.reply(invite, 200, [], makeSdp())
    await bench.settle(3_100)
    expect(causeOf(dialog.callId)).toBe('remote-transferred')
    expect(bench.peer.requests('NOTIFY').map(fragmentOf)).toContain('SIP/2.0 200 OK')
  })

  it('says no more of us than its status line', async () => {
    const dialog = await asked()
    const { invite } = await agree(dialog)
    bench.peer.reply(invite, 486)
    await bench.settle()
    const body = bench.peer.requests('NOTIFY').at(-1)?.message.body
    expect(body).toBe('SIP/2.0 486 Said\r\n')
  })
})
