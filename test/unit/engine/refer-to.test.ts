/* Whom strangers name in a REFER, which dialog a Replaces means, and what a NOTIFY says: read strictly, whatever comes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readReferTo } from '../../../renderer/engine/sip/refer-to'
import { namesDialog, parseReplaces, replacesOf, writeReplaces } from '../../../renderer/engine/sip/replaces'
import { isFragmentType, readFragment, writeFragment } from '../../../renderer/engine/sip/sipfrag'

const context = { ownHost: 'pbx.example', secure: true }
const read = (header: string, referredBy?: string): string => {
  const verdict = readReferTo(header, referredBy, context)
  if (!verdict.ok) return String(verdict.status)
  const { target, handle, replaces, by } = verdict
  return [target, handle.value, replaces ?? '-', by?.value ?? '-'].join(' ')
}

describe('a Refer-To', () => {
  it.each([
    ['<sip:carol@pbx.example>', 'sip:carol@pbx.example carol - -'],
    ['sip:601@127.0.0.1', 'sip:601@127.0.0.1 601 - -'],
    ['"Carol \\"C\\" <x>" <sip:carol@other.example>', 'sip:carol@other.example carol@other.example - -'],
    ['<sips:carol@pbx.example>', 'sips:carol@pbx.example carol - -'],
    ['<sip:10.0.0.9:5066;transport=ws>', 'sip:10.0.0.9:5066;transport=ws 10.0.0.9 - -'],
    ['<sip:c@pbx.example;gr=abc;ob>', 'sip:c@pbx.example;gr=abc;ob c - -'],
    ['<sip:c@pbx.example;MADDR=6.6.6.6>', 'sip:c@pbx.example c - -'],
    ['<sip:c;maddr=x@pbx.example>', 'sip:c%3Bmaddr%3Dx@pbx.example c;maddr=x - -'],
    ['<sip:c@pbx.example?Replaces=1%402%3Bfrom-tag%3Df%3Bto-tag%3Dt>', 'sip:c@pbx.example c 1@2;to-tag=t;from-tag=f -'],
    ['<sip:c@pbx.example?Require=replaces&User-to-User=00>', 'sip:c@pbx.example c - -'],
    ['<sip:c@pbx.example?%52oute=x>', '603'],
    ['<sip:c@pbx.example?Contact=x>', '603'],
    ['<sip:c@pbx.example;method=MESSAGE>', '603'],
    ['<ftp://c@pbx.example>', '416'],
    ['<>', '400'],
    ['<sip:>', '400'],
    ['', '400'],
    ['<sip:a b@c>', '400'],
    ['<sip:c@pbx.example?Replaces=%zz>', '400'],
  ])('%s is %s', (header, meaning) => {
    expect(read(header)).toBe(meaning)
  })

  it.each([
    ['"Carol \\"C\\"" <sip:a1b2@10.0.0.9;transport=ws?Replaces=1%3Bfrom-tag%3Df%3Bto-tag%3Dt>', 'Carol "C"'],
    ['Carol  Roth <sip:300@pbx.example>', 'Carol Roth'],
    ['"\u202e" <sip:300@pbx.example>', null],
    ['"300" <sip:300@pbx.example>', null],
    ['<sip:300@pbx.example>', null],
    ['sip:300@pbx.example', null],
  ])('%s calls them %s', (header, name) => {
    expect(readReferTo(header, undefined, context)).toMatchObject({ ok: true, name })
  })

  it.each([
    ['"Bob" <sip:bob@pbx.example>;cid="1@2"', 'bob'],
    ['sip:bob@other.example', 'bob@other.example'],
    ['<sip:bob@pbx.example?Route=x>', '-'],
    ['<tel:123>', '-'],
    ['nobody', '-'],
  ])('referred by %s names %s', (referredBy, name) => {
    expect(read('<sip:c@pbx.example>', referredBy).split(' ').at(-1)).toBe(name)
  })

  it('never throws, and lets nothing through that could end a line or carry headers', () => {
    const part = fc.oneof(
      fc.constantFrom('sip:', 'sips:', 'tel:', '<', '>', '?', '&', '=', ';', '@', '%', '"', '\\', ',', ':', '[', ']'),
      fc.constantFrom('Replaces=', 'to-tag', '%3B', '%0d%0a', 'method=BYE', 'maddr=', 'carol', 'pbx.example', '\r\n'),
      fc.string({ maxLength: 8 }),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 24 }), fc.array(part, { maxLength: 8 }), (header, by) => {
        const verdict = readReferTo(header.join(''), by.join(''), context)
        if (!verdict.ok) return verdict.status >= 400 && verdict.status < 700
        const lines = [verdict.target, verdict.replaces ?? '', verdict.referredBy ?? '', verdict.uri.toString()]
        return lines.every((line) => !/[\r\n\0]/.test(line)) && !verdict.target.includes('?')
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('a Replaces', () => {
  const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,40}$/)
  const dialog = fc.record({
    callId: fc.stringMatching(/^[A-Za-z0-9.-]{1,40}@[a-z.]{1,20}$/),
    localTag: token,
    remoteTag: token,
  })

  it('that we write names the dialog at its other end, and no other', () => {
    fc.assert(
      fc.property(dialog, dialog, (ours, other) => {
        const replaces = parseReplaces(replacesOf(ours))
        const theirs = { callId: ours.callId, localTag: ours.remoteTag, remoteTag: ours.localTag }
        fc.pre(ours.localTag !== ours.remoteTag && ours.callId !== other.callId)
        return (
          replaces !== null &&
          namesDialog(replaces, theirs) &&
          !namesDialog(replaces, ours) &&
          !namesDialog(replaces, other)
        )
      }),
    )
  })

  it('keeps its flag, whatever the order and the case', () => {
    const replaces = parseReplaces('a@b ; From-Tag = f ;early-only; TO-TAG=t; x=y')
    expect(replaces).toEqual({ callId: 'a@b', toTag: 't', fromTag: 'f', earlyOnly: true })
    expect(writeReplaces(replaces ?? { callId: '', toTag: '', fromTag: '', earlyOnly: false })).toBe(
      'a@b;to-tag=t;from-tag=f;early-only',
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 2_000 }), (value) => parseReplaces(value) !== undefined))
  })
})

describe('news of a transfer', () => {
  it('is the status line and nothing else', () => {
    expect(readFragment('SIP/2.0 180 Ringing\r\nX: y\r\n')).toEqual({ status: 180, reason: 'Ringing' })
    expect(readFragment('SIP/2.0 200')).toEqual({ status: 200, reason: '' })
    expect(readFragment(writeFragment(486, 'Busy\r\nX: y'))).toEqual({ status: 486, reason: 'Busy X: y' })
    expect(readFragment(` SIP/2.0 200 OK`)).toBeNull()
    expect(readFragment(`SIP/2.0 200 ${'x'.repeat(300)}`)).toBeNull()
    expect(isFragmentType('message/sipfrag;version=2.0')).toBe(true)
    expect(isFragmentType('message/sipfrag2')).toBe(false)
  })
})
