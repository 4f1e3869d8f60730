/*
 * What may be typed after `patchcord`.
 */
import { expect, test } from 'vitest'
import { isControlCommand, parseArguments, usage, verbs } from '../../../bin/control-arguments.mjs'

const words = (line: string): string[] => (line === '' ? [] : line.split(' '))

test.each([
  ['status', { verb: 'status' }],
  ['call 600', { verb: 'call', target: '600' }],
  ['call sip:bob@example.com --account Work', { verb: 'call', target: 'sip:bob@example.com', account: 'Work' }],
  ['call --account=Work *97', { verb: 'call', target: '*97', account: 'Work' }],
  ['pickup', { verb: 'pickup' }],
  ['pickup 101 --account Work --wait', { verb: 'pickup', extension: '101', account: 'Work', wait: true }],
  ['call -- --odd', { verb: 'call', target: '--odd' }],
  ['test', { verb: 'test' }],
  ['test Work', { verb: 'test', account: 'Work' }],
  ['answer', { verb: 'answer' }],
  ['decline 0a1b', { verb: 'decline', call: '0a1b' }],
  ['end', { verb: 'end' }],
  ['hold', { verb: 'hold' }],
  ['resume x', { verb: 'resume', call: 'x' }],
  ['mute', { verb: 'mute' }],
  ['unmute', { verb: 'unmute' }],
  ['dtmf 12#', { verb: 'dtmf', digits: '12#' }],
  ['dtmf 12# x', { verb: 'dtmf', digits: '12#', call: 'x' }],
  ['hold-and-answer', { verb: 'hold-and-answer' }],
  ['end-and-answer 0a1b --wait', { verb: 'end-and-answer', call: '0a1b', wait: true }],
  ['swap', { verb: 'swap' }],
  ['swap --wait', { verb: 'swap', wait: true }],
  ['merge', { verb: 'merge' }],
  ['merge a b c', { verb: 'merge', calls: ['a', 'b', 'c'] }],
  ['split a', { verb: 'split', call: 'a' }],
  ['end-conference', { verb: 'end-conference' }],
  ['transfer 600', { verb: 'transfer', target: '600' }],
  ['transfer a 600 --wait', { verb: 'transfer', call: 'a', target: '600', wait: true }],
  ['transfer a --to b', { verb: 'transfer', call: 'a', to: 'b' }],
  ['transfer --to=b', { verb: 'transfer', to: 'b' }],
  ['deflect 600', { verb: 'deflect', target: '600' }],
  ['deflect a 600', { verb: 'deflect', call: 'a', target: '600' }],
  ['consult a 600', { verb: 'consult', call: 'a', target: '600' }],
  ['voicemail', { verb: 'voicemail' }],
  ['park a', { verb: 'park', call: 'a' }],
  ['accept-transfer', { verb: 'accept-transfer' }],
  ['refuse-transfer a', { verb: 'refuse-transfer', call: 'a' }],
  ['continue', { verb: 'continue' }],
  ['forget-digits', { verb: 'forget-digits' }],
  ['dnd', { verb: 'dnd' }],
  ['dnd on', { verb: 'dnd', on: true }],
  ['dnd off', { verb: 'dnd', on: false }],
  ['dnd 30m', { verb: 'dnd', on: true, minutes: 30 }],
  ['dnd 2h', { verb: 'dnd', on: true, minutes: 120 }],
  ['call 600,,12;34 --wait', { verb: 'call', target: '600,,12;34', wait: true }],
  ['events', { verb: 'events' }],
  ['show', { verb: 'show' }],
  ['quit', { verb: 'quit' }],
])('%s', (line, request) => {
  expect(parseArguments(words(line))).toEqual({ ok: true, userData: null, request })
})

test('a profile is named before the verb, either way', () => {
  expect(parseArguments(['--user-data-dir=/a b', 'status'])).toMatchObject({ userData: '/a b' })
  expect(parseArguments(['--user-data-dir', '/a', 'status'])).toMatchObject({ userData: '/a' })
})

test.each([
  ['', 'no verb given'],
  ['dance', 'unknown verb: dance'],
  ['constructor', 'unknown verb: constructor'],
  ['--user-data-dir= status', '--user-data-dir needs a folder'],
  ['--usr-data-dir=/x status', 'unknown option: --usr-data-dir=/x'],
  ['call', 'call needs a number or a SIP address'],
  ['call 030 1234', 'call takes one number; put it in quotes when it has spaces'],
  ['call 600 --account', '--account needs a name'],
  ['call 600 --loud', 'unknown option: --loud'],
  ['dtmf', 'dtmf needs digits'],
  ['dtmf 1 2 3', 'dtmf takes digits and one call'],
  ['answer a b', 'answer takes one call'],
  ['merge a', 'merge takes two calls or more'],
  ['swap a', 'swap takes nothing after it'],
  ['pickup 1 2', 'pickup takes one number; put it in quotes when it has spaces'],
  ['transfer', 'transfer needs a number or a SIP address'],
  ['transfer a --to', '--to needs a call'],
  ['transfer a b --to c', 'transfer takes one call'],
  ['transfer a 030 1234', 'transfer takes one call and one number; put it in quotes when it has spaces'],
  ['deflect', 'deflect needs a number or a SIP address'],
  ['hold --to b', 'unknown option: --to'],
  ['dnd maybe', 'dnd takes on, off or a while like 30m or 2h'],
  ['dnd 0m', 'dnd takes on, off or a while like 30m or 2h'],
  ['dnd 169h', 'dnd takes on, off or a while like 30m or 2h'],
  ['dnd on 30m', 'dnd takes on, off or a while like 30m or 2h'],
  ['status now', 'status takes nothing after it'],
  ['answer --account=x', 'unknown option: --account=x'],
])('"%s" is refused: %s', (line, message) => {
  expect(parseArguments(words(line))).toEqual({ ok: false, message })
})

test('the packaged application skips the browser engine’s switches', () => {
  const argv = ['--no-sandbox', '--user-data-dir=/p', '--enable-logging', 'call', '600']
  expect(isControlCommand(argv)).toBe(true)
  expect(parseArguments(argv, { lenient: true })).toMatchObject({ userData: '/p', request: { target: '600' } })
})

test.each([[''], ['--hidden'], ['sip:bob@example.com'], ['--provision=x.json'], ['/path/to/app']])(
  '"%s" starts the phone and is no command',
  (line) => {
    expect(isControlCommand(words(line))).toBe(false)
  },
)

test('help is asked for, not refused, and names every verb', () => {
  expect(parseArguments(['--help'])).toEqual({ ok: true, userData: null, request: null })
  for (const verb of Object.keys(verbs)) expect(usage).toMatch(new RegExp(`^  ${verb} `, 'm'))
})
