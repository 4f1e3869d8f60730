/* Which INVITEs ask that the phone answer by itself, as intercoms and servers write it. */
import { expect, it } from 'vitest'
import { answerAfter, insistsOnAnswer } from '../../../renderer/engine/sip/answer-after'

const wish = (headers: Record<string, string | readonly string[]>) =>
  answerAfter({ getHeaders: (name) => [headers[name] ?? []].flat() })

it.each([
  // Snom, Yealink, Asterisk's cookbook
  ['<http://www.notused.com>;info=alert-autoanswer;delay=0', 0],
  ['<http://127.0.0.1>;info=alert-autoanswer;delay=5', 5],
  ['info=alert-autoanswer', 0],
  ['\\;info=alert-autoanswer', 0],
  ['<sip:pbx.example>;answer-after=0', 0],
  ['<http://example.com>;info="alert-autoanswer"', 0],
  // Polycom
  ['Auto Answer', 0],
  ['Ring Answer', 2],
  ['ring-answer', 2],
  ['info=RingAnswer;delay=4', 4],
  ['<http://x>;info=ring-answer', 2],
  // Door stations
  ['Intercom', 0],
  ['<http://x>;info=intercom', 0],
  ['<sip:x>;intercom=true', 0],
  ['<sip:x>;auto-answer=1', 0],
  // Somebody who wants to wait for a week
  ['<sip:x>;answer-after=604800', 60],
  // What is no wish
  ['<http://example.com/auto-answer.wav>', null],
  ['<http://example.com/;answer-after=0>', null],
  ['<urn:alert:source:internal>', null],
  ['Bellcore-dr2', null],
  ['<sip:x>;answer-after=soon', null],
  ['<sip:x>;answer-after=-1', null],
  ['<sip:x>;info=alert-external', null],
  ['<sip:x>;intercom=false', null],
  ['', null],
  ['<'.repeat(2_000), null],
])('Alert-Info: %s → %s', (header, expected) => expect(wish({ 'alert-info': header })).toBe(expected))

it.each([
  ['<sip:pbx.example>;answer-after=0', 0],
  ['<uri>;answer-after=10', 10],
  ['answer-after=0', 0],
  ['<https://example.com/card>;purpose=card, <sip:x>;answer-after=3', 3],
  ['<https://example.com/photo.png>;purpose=icon', null],
])('Call-Info: %s → %s', (header, expected) => expect(wish({ 'call-info': header })).toBe(expected))

it.each([
  [{ 'answer-mode': 'Auto' }, 0],
  [{ 'answer-mode': 'auto;require' }, 0],
  [{ 'priv-answer-mode': 'Auto' }, 0],
  [{ 'answer-mode': 'Manual' }, null],
  [{ 'answer-mode': 'Manual', 'alert-info': 'Auto Answer' }, null],
  [{ 'priv-answer-mode': 'Auto', 'answer-mode': 'Manual' }, 0],
  [{ 'answer-mode': 'Auto', 'call-info': '<sip:x>;answer-after=5' }, 5],
  [{ 'answer-mode': 'Automatically' }, null],
])('%j → %s', (headers, expected) => expect(wish(headers)).toBe(expected))

it('the soonest of several wishes counts', () => {
  expect(wish({ 'alert-info': ['Ring Answer', '<sip:x>;answer-after=1'] })).toBe(1)
})

it.each([
  [{ 'answer-mode': 'Auto;require' }, true],
  [{ 'answer-mode': 'auto ; Require ;x=y' }, true],
  [{ 'priv-answer-mode': 'Auto;require', 'answer-mode': 'Manual' }, true],
  [{ 'priv-answer-mode': 'Auto', 'answer-mode': 'Auto;require' }, false],
  [{ 'answer-mode': 'Auto' }, false],
  [{ 'answer-mode': 'Manual;require' }, false],
  [{ 'answer-mode': 'Auto;required' }, false],
  [{ 'alert-info': 'Auto Answer' }, false],
])('%j insists: %s', (headers: Record<string, string>, expected) =>
  expect(insistsOnAnswer({ getHeaders: (name) => [headers[name] ?? []].flat() })).toBe(expected),
)
