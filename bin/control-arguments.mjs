/*
 * From the words of a command line to one request for the phone, or to what is wrong with them. Pure: nothing is read,
 * connected to or printed here.
 */

/** Each verb with what follows it and what it does. */
export const verbs = {
  status: ['', 'print the phone: accounts, registrations, calls'],
  call: ['TARGET [--account NAME]', 'call a number or a SIP address'],
  answer: ['[CALL]', 'answer the ringing call'],
  decline: ['[CALL]', 'refuse the ringing call'],
  end: ['[CALL]', 'hang up'],
  hold: ['[CALL]', 'put the call on hold'],
  resume: ['[CALL]', 'take it back'],
  mute: ['[CALL]', 'silence the microphone'],
  unmute: ['[CALL]', 'open it again'],
  dtmf: ['DIGITS [CALL]', 'send digits: 0-9 * # A-D, and a comma for a pause'],
  events: ['', 'print one JSON line at each change, until interrupted'],
  show: ['', 'bring the window to the front'],
  quit: ['', 'end calls, unregister, quit'],
}

export const usage = `Usage: patchcord [--user-data-dir=DIR] VERB …

${Object.entries(verbs)
  .map(([verb, [words, meaning]]) => `  ${`${verb} ${words}`.padEnd(30)} ${meaning}`)
  .join('\n')}

CALL is a call's id, or the beginning of one; it may be left out when only one call can be meant.
Prints JSON. The exit code is 0 when it was done, else 1 with {"error":{"code","message"}}.
`

const wrong = (message) => ({ ok: false, message })

/** Whether this is a command for a running phone and not the start of one: its first word is a verb. */
export function isControlCommand(argv) {
  const words = splitSwitches(argv, true)
  return words.rest.length > 0 && Object.hasOwn(verbs, words.rest[0])
}

/**
 * `argv`: the words after the program's name. `lenient`: switches before the verb that are not ours belong to the
 * browser engine and are skipped, as the packaged application needs it.
 */
export function parseArguments(argv, { lenient = false } = {}) {
  const { rest, userData, help, problem } = splitSwitches(argv, lenient)
  if (help) return { ok: true, userData: null, request: null }
  if (problem) return wrong(problem)
  const [verb, ...words] = rest
  if (verb === undefined) return wrong('no verb given')
  if (!Object.hasOwn(verbs, verb)) return wrong(`unknown verb: ${verb}`)
  const request = requestOf(verb, words)
  return request.ok ? { ok: true, userData, request: request.request } : request
}

/** What stands before the verb, and everything from the verb on. */
function splitSwitches(argv, lenient) {
  let userData = null
  let index = 0
  for (; index < argv.length; index++) {
    const word = argv[index]
    if (!word.startsWith('-')) break
    if (word === '--help' || word === '-h') return { rest: [], userData, help: true, problem: null }
    const value = valueOf('--user-data-dir', argv, index)
    if (value) {
      if (!value.text) return { rest: [], userData, help: false, problem: '--user-data-dir needs a folder' }
      userData = value.text
      index += value.used - 1
    } else if (!lenient) {
      return { rest: [], userData, help: false, problem: `unknown option: ${word}` }
    }
  }
  return { rest: argv.slice(index), userData, help: false, problem: null }
}

function requestOf(verb, words) {
  const plain = []
  let account = null
  let literal = false
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    const value = literal || verb !== 'call' ? null : valueOf('--account', words, index)
    if (value) {
      if (!value.text) return wrong('--account needs a name')
      account = value.text
      index += value.used - 1
    } else if (!literal && word === '--') literal = true
    else if (!literal && word.startsWith('--')) return wrong(`unknown option: ${word}`)
    else plain.push(word)
  }
  const [first, second] = plain
  const atMost = (count) => plain.length <= count
  switch (verb) {
    case 'call':
      if (!first) return wrong('call needs a number or a SIP address')
      if (!atMost(1)) return wrong('call takes one number; put it in quotes when it has spaces')
      return { ok: true, request: account === null ? { verb, target: first } : { verb, target: first, account } }
    case 'dtmf':
      if (!first) return wrong('dtmf needs digits')
      if (!atMost(2)) return wrong('dtmf takes digits and one call')
      return {
        ok: true,
        request: second === undefined ? { verb, digits: first } : { verb, digits: first, call: second },
      }
    case 'status':
    case 'events':
    case 'show':
    case 'quit':
      return atMost(0) ? { ok: true, request: { verb } } : wrong(`${verb} takes nothing after it`)
    default:
      if (!atMost(1)) return wrong(`${verb} takes one call`)
      return { ok: true, request: first === undefined ? { verb } : { verb, call: first } }
  }
}

/** `--name=VALUE` or `--name VALUE` at `index`; null when another word stands there. */
function valueOf(name, words, index) {
  const word = words[index]
  if (word.startsWith(`${name}=`)) return { text: word.slice(name.length + 1), used: 1 }
  return word === name ? { text: words[index + 1] ?? '', used: 2 } : null
}
