/*
 * Helps a call of ours to its first sound. Phones that lost a fork may go on sending to the one connection that all of them were offered,
 * and what they send keeps the one that answered from being heard: that one is then offered another connection, which only it knows.
 */
import type { LiveCall } from './live-call'
import { beginAnew } from './renegotiate'

/** Of two phones that both sent early media, the one that answers is heard within this or not at all, ms. */
const patience = 1_000
const attempts = 2

/** Until the returned function is called: a connection that fails, or that is fought over by several phones, is made anew. */
export function insist(call: LiveCall): () => void {
  if (call.direction === 'incoming') return () => {}
  let left = attempts
  let busy = false
  const again = async (): Promise<void> => {
    if (busy || left === 0 || call.stage !== 'connecting') return
    left -= 1
    busy = true
    await beginAnew(call)
    busy = false
  }
  const stopListening = call.onEnd(
    call.media.onConnectionChange((connection) => {
      if (connection === 'failed') void again()
    }),
  )
  const stopWaiting = call.later(() => {
    if ((call.care?.forks.size ?? 0) > 1 && call.media.connection !== 'connected') void again()
  }, patience)
  // It may have failed on early media already.
  if (call.media.connection === 'failed') void again()
  return () => {
    stopListening()
    stopWaiting()
  }
}
