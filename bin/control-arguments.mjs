/*
 * From the words of a command line to one request for the phone, or to what is wrong with them. Pure: nothing is read,
 * connected to or printed here.
 */

/** Each verb with what follows it and what it does. */
export const verbs = {
  status: ['', 'print the phone: accounts, registrations, calls'],
  call: ['TARGET [--account NAME]', 'call a number or a SIP address; digits after , or ; follow it'],
  pickup: ['[NUMBER] [--account NAME]', "take a call that rings at a colleague's phone, or in the group"],
  answer: ['[CALL]', 'answer the ringing call'],
  'hold-and-answer': ['[CALL]', 'answer it and hold the active one'],
  'end-and-answer': ['[CALL]', 'answer it and hang up on the active one'],
  decline: ['[CALL]', 'refuse the ringing call'],
  voicemail: ['[CALL]', 'send the ringing call to the voicemail'],
  deflect: ['[CALL] TARGET', 'send the ringing call to another number'],
  end: ['[CALL]', 'hang up'],
  hold: ['[CALL]', 'put the call on hold, or its conference'],
  resume: ['[CALL]', 'take it back'],
  swap: ['', 'hold the active call and take back the held one'],
  mute: ['[CALL]', 'silence the microphone'],
  unmute: ['[CALL]', 'open it again'],
  dtmf: ['DIGITS [CALL]', 'send digits: 0-9 * # A-D, and a comma for a pause'],
  continue: ['[CALL]', 'send the digits that wait after a ;'],
  'forget-digits': ['[CALL]', 'do not send them'],
  merge: ['[CALL CALL…]', 'make a conference of these calls, or of all'],
  split: ['[CALL]', 'take a call out of its conference'],
  'end-conference': ['[CALL]', 'hang up on everybody in the conference'],
  transfer: ['[CALL] TARGET|--to CALL', 'hand the call to a number, or to another call'],
  consult: ['[CALL] TARGET', 'call somebody to ask first; transfer CALL --to CALL hands it over'],
  park: ['[CALL]', 'hand the call to the parking place'],
  'accept-transfer': ['[CALL]', 'call whom the far end names'],
  'refuse-transfer': ['[CALL]', 'do not'],
  dnd: ['[on|off|30m|2h]', 'do not disturb; without a word, whether it is quiet now, and why'],
  test: ['[ACCOUNT]', 'test an account, from its server’s name to a loop of sound'],
  events: ['', 'print one JSON line at each change, until interrupted'],
  show: ['', 'bring the window to the front'],
  quit: ['', 'end calls, unregister, quit'],
}

export const usage = `Usage: patchcord [--user-data-dir=DIR] VERB …

${Object.entries(verbs)
  .map(([verb, [words, meaning]]) => `  ${`${verb} ${words}`.padEnd(32)} ${meaning}`)
  .join('\n')}

With --wait a verb answers when it was done, or says why it was not, instead of when it was accepted.
CALL is a call's id, or the beginning of one; it may be left out when only one call can be meant.
Prints JSON. The exit code is 0 when it was done, else 1 with {"error":{"code","message"}}.
`

/** A week, minutes. */
const longestRest = 10_080

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

/** What stands after the verb: options with what they say, and the other words. */
function sortWords(verb, words) {
  const named = verb === 'call' || verb === 'pickup' ? ['account'] : verb === 'transfer' ? ['to'] : []
  const options = {}
  const plain = []
  let literal = false
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    const name = literal ? undefined : named.find((one) => valueOf(`--${one}`, words, index))
    if (name !== undefined) {
      const { text, used } = valueOf(`--${name}`, words, index)
      if (!text) return { problem: name === 'account' ? '--account needs a name' : '--to needs a call' }
      options[name] = text
      index += used - 1
    } else if (!literal && word === '--wait') options.wait = true
    else if (!literal && word === '--') literal = true
    else if (!literal && word.startsWith('--')) return { problem: `unknown option: ${word}` }
    else plain.push(word)
  }
  return { options, plain }
}

function requestOf(verb, words) {
  const { options, plain, problem } = sortWords(verb, words)
  if (problem) return wrong(problem)
  const { account, to, wait } = options
  const request = (fields) => ({
    ok: true,
    request: Object.fromEntries(Object.entries({ verb, ...fields, wait }).filter(([, value]) => value !== undefined)),
  })
  const [first, second] = plain
  const atMost = (count) => plain.length <= count
  switch (verb) {
    case 'call':
      if (!first) return wrong('call needs a number or a SIP address')
      if (!atMost(1)) return wrong('call takes one number; put it in quotes when it has spaces')
      return request({ target: first, account })
    case 'pickup':
      if (!atMost(1)) return wrong('pickup takes one number; put it in quotes when it has spaces')
      return request({ extension: first, account })
    case 'dtmf':
      if (!first) return wrong('dtmf needs digits')
      if (!atMost(2)) return wrong('dtmf takes digits and one call')
      return request({ digits: first, call: second })
    case 'merge':
      return plain.length === 1 ? wrong('merge takes two calls or more') : request(first ? { calls: plain } : {})
    case 'transfer':
      if (to !== undefined) return atMost(1) ? request({ call: first, to }) : wrong('transfer takes one call')
      return onward()
    case 'deflect':
    case 'consult':
      return onward()
    case 'dnd': {
      const rest = atMost(1) ? restOf(first) : null
      return rest ? request(rest) : wrong('dnd takes on, off or a while like 30m or 2h')
    }
    case 'test':
      return atMost(1) ? request({ account: first }) : wrong('test takes one account; put its name in quotes')
    case 'status':
    case 'swap':
    case 'events':
    case 'show':
    case 'quit':
      return atMost(0) ? request({}) : wrong(`${verb} takes nothing after it`)
    default:
      return atMost(1) ? request({ call: first }) : wrong(`${verb} takes one call`)
  }

  function onward() {
    if (!first) return wrong(`${verb} needs a number or a SIP address`)
    if (!atMost(2)) return wrong(`${verb} takes one call and one number; put it in quotes when it has spaces`)
    return request(second === undefined ? { target: first } : { call: first, target: second })
  }
}

/** `on`, `off`, `30m`, `2h`; nothing for how things stand. null when it is none of them. */
function restOf(word) {
  if (word === undefined) return {}
  if (word === 'on' || word === 'off') return { on: word === 'on' }
  const [, count, unit] = /^(\d{1,5})([mh])$/.exec(word) ?? []
  const minutes = Number(count) * (unit === 'h' ? 60 : 1)
  return minutes >= 1 && minutes <= longestRest ? { on: true, minutes } : null
}

/** `--name=VALUE` or `--name VALUE` at `index`; null when another word stands there. */
function valueOf(name, words, index) {
  const word = words[index]
  if (word.startsWith(`${name}=`)) return { text: word.slice(name.length + 1), used: 1 }
  return word === name ? { text: words[index + 1] ?? '', used: 2 } : null
}
