/*
 * The control door as a benchmark uses it: one connection per verb, opened before the clock starts, so that only the phone
 * is timed and no client's start.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { controlAddress } from '../../bin/control-address.mjs'

/** Carries out one verb. `ms`: from the request to its outcome; `call`: the call it was about. Throws when it failed. */
export async function timeVerb(
  profile: string,
  request: Record<string, unknown>,
): Promise<{ ms: number; call: string }> {
  const socket = connect(controlAddress(profile))
  await once(socket, 'connect')
  const answered = once(socket, 'data')
  const askedAt = performance.now()
  socket.write(`${JSON.stringify({ ...request, wait: true })}\n`)
  const [line] = (await answered) as [Buffer]
  const ms = performance.now() - askedAt
  socket.destroy()
  const answer = JSON.parse(line.toString()) as { call?: string; error?: { message: string } }
  if (answer.error) throw new Error(`${String(request['verb'])}: ${answer.error.message}`)
  return { ms, call: answer.call ?? '' }
}
