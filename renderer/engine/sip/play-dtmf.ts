/*
 * Sends digits: as RFC 4733 events in the sound when that was negotiated, else as INFO requests (application/dtmf-relay), one after
 * the other. Digits never reach the log.
 */
import { done, refused, type Result } from '../../../common/errors'
import type { LiveCall } from './live-call'

const digitMs = 160
const gapMs = 90
const pauseMs = 2_000
/** Digits waiting for their turn, per call. */
const queueLimit = 256

const queues = new WeakMap<LiveCall, string[]>()

/** Resolves when the digits are queued. `dtmf-unsupported`: neither way is possible in this call. */
export function playDtmf(call: LiveCall, digits: string): Result {
  if (!/^[0-9*#A-D,]{1,64}$/i.test(digits)) return refused('invalid-argument')
  if (call.stage !== 'established' || call.held) return refused('invalid-action')
  if (call.media.telephoneEvents && call.media.sendDtmf(digits.toUpperCase())) return done
  if (!call.remoteTakesInfo) return refused('dtmf-unsupported')
  const waiting = queues.get(call)
  if (waiting !== undefined) {
    if (waiting.length + digits.length > queueLimit) return refused('failed', 'too many digits are waiting')
    waiting.push(...digits.toUpperCase())
    return done
  }
  const queue = [...digits.toUpperCase()]
  queues.set(call, queue)
  void sendByInfo(call, queue).finally(() => queues.delete(call))
  return done
}

async function sendByInfo(call: LiveCall, queue: string[]): Promise<void> {
  for (let digit = queue.shift(); digit !== undefined && call.stage === 'established'; digit = queue.shift()) {
    if (digit === ',') await pause(call, pauseMs)
    else if (!(await sendOne(call, digit))) return
    else await pause(call, digitMs + gapMs)
  }
}

/** False when the far end refused it: the rest would fare no better. */
function sendOne(call: LiveCall, digit: string): Promise<boolean> {
  return new Promise((resolve) => {
    const content = `Signal=${digit}\r\nDuration=${digitMs}\r\n`
    const body = { contentDisposition: 'render', contentType: 'application/dtmf-relay', content }
    const settled = (ok: boolean): void => {
      call.recordDialog()
      if (!ok) call.surroundings.log.warn('a digit sent by INFO was refused')
      resolve(ok)
    }
    call.onEnd(() => resolve(false))
    const requestDelegate = { onAccept: () => settled(true), onReject: () => settled(false) }
    call.session?.info({ requestOptions: { body }, requestDelegate }).catch(() => settled(false))
  })
}

const pause = (call: LiveCall, ms: number): Promise<void> =>
  new Promise((resolve) => {
    call.later(resolve, ms)
    void call.ended.then(resolve)
  })
