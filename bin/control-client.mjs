/*
 * The command line's side of the control door: one request, one answer, or a stream of events. Plain Node without a
 * dependency, shared by bin/patchcord.mjs and the packaged application.
 */
import { connect } from 'node:net'
import { controlAddress, defaultUserData } from './control-address.mjs'
import { parseArguments, usage } from './control-arguments.mjs'

/** How long the phone may take to answer, ms; with `--wait` as long as a transfer rings, and a little; a test has an end of its own. */
const answerLimitMs = 20_000
const outcomeLimitMs = 900_000
const testLimitMs = 90_000

/**
 * Carries out the command in `argv` and prints its outcome as lines of JSON. Resolves with the exit code, 0 or 1; never
 * rejects. Interrupting `events` is the reader's way to end it and counts as done.
 */
export async function runControlVerb(argv, { stdout, stderr, userData = null, lenient = false } = {}) {
  const out = stdout ?? process.stdout
  const err = stderr ?? process.stderr
  const fail = (code, message) => {
    out.write(`${JSON.stringify({ error: { code, message } })}\n`)
    return 1
  }
  const parsed = parseArguments(argv, { lenient })
  if (!parsed.ok) {
    err.write(usage)
    return fail('usage', parsed.message)
  }
  if (parsed.request === null) {
    out.write(usage)
    return 0
  }
  const folder = parsed.userData ?? userData ?? defaultUserData()
  return new Promise((resolve) => {
    const streaming = parsed.request.verb === 'events'
    const socket = connect(controlAddress(folder))
    const limit = setTimeout(
      () => finish(fail('timed-out', 'the phone did not answer')),
      parsed.request.verb === 'test' ? testLimitMs : parsed.request.wait ? outcomeLimitMs : answerLimitMs,
    )
    let received = ''
    let settled = false
    let lines = 0

    const finish = (code) => {
      if (settled) return
      settled = true
      clearTimeout(limit)
      socket.destroy()
      out.off('error', readerGone)
      resolve(code)
    }
    const readerGone = () => finish(0)
    const take = (line) => {
      if (settled) return
      let answer
      try {
        answer = JSON.parse(line)
      } catch {
        return finish(fail('failed', 'the phone sent something that is not JSON'))
      }
      clearTimeout(limit)
      lines++
      out.write(`${line}\n`)
      // An event may tell of an error; it is none of ours.
      if (answer.error && answer.event === undefined) finish(1)
      else if (!streaming) finish(0)
    }

    // `patchcord events | head -1`: the reader has seen enough.
    out.on('error', readerGone)
    socket.setEncoding('utf8')
    socket.on('connect', () => socket.write(`${JSON.stringify(parsed.request)}\n`))
    socket.on('data', (chunk) => {
      received += chunk
      const complete = received.split('\n')
      received = complete.pop()
      for (const line of complete) if (line !== '') take(line)
    })
    socket.on('close', () => {
      if (settled) return
      finish(streaming && lines > 0 ? 0 : fail('failed', 'the phone closed the connection without an answer'))
    })
    socket.on('error', (error) => {
      if (settled) return
      if (error.code === 'EACCES' || error.code === 'EPERM') {
        return finish(fail('not-allowed', 'the running phone belongs to another user'))
      }
      if (lines > 0 && streaming) return finish(0)
      finish(fail('not-running', `no phone is running with the profile ${folder}`))
    })
  })
}
