/*
 * From 200 to speaking: waits for signalling and sound, then keeps watch over the sound. The limit is its own, the words to the far
 * end are `hangUp`'s.
 */
import { done, refused, type Result } from '../../../common/errors'
import type { Finding } from '../media/diagnose'
import { hangUp } from './end'
import type { LiveCall } from './live-call'
import { insist } from './insist'
import { renegotiate } from './renegotiate'

/** ICE and DTLS either connect within this or not at all, ms. */
const soundLimit = 20_000
/** How often the sound may break and be made again. */
const repairs = 3
const qualityEvery = 1_000
/** The numbers behind what is wrong with the sound are told again after so many looks. */
const evidenceEvery = 5

/**
 * Reports `connected` when `acknowledged` and the media's connection have both come. `media-failed` when they do not in time (the call
 * is then hung up), `failed` when the call ended meanwhile.
 */
export async function connect(call: LiveCall, acknowledged: Promise<void>): Promise<Result> {
  call.stage = 'connecting'
  call.recordDialog()
  let stopWaiting = (): void => {}
  let isAcknowledged = false
  void acknowledged.then(() => (isAcknowledged = true))
  const stopInsisting = insist(call)
  const outcome = await Promise.race([
    Promise.all([acknowledged, call.media.connected]).then(() => 'connected' as const),
    call.ended.then(() => 'ended' as const),
    new Promise<'late'>((resolve) => {
      stopWaiting = call.later(() => resolve('late'), soundLimit)
    }),
  ])
  stopWaiting()
  stopInsisting()
  if (outcome === 'late') {
    // Without an ACK it is not known that the caller ever heard of our answer.
    hangUp(call, isAcknowledged ? 'media-failed' : 'connection-lost')
    return refused('media-failed')
  }
  if (outcome === 'ended' || call.stage !== 'connecting') return refused('failed', 'the call ended')
  call.stage = 'established'
  call.report({ type: 'connected', callId: call.id })
  reportCapabilities(call)
  measure(call)
  watch(call)
  call.referral?.announce()
  return done
}

/** For a call that already speaks and was given other sound: that must connect too, and is watched from now on. */
export function carryOn(call: LiveCall): void {
  const { media } = call
  reportCapabilities(call)
  watch(call)
  const stopWaiting = call.later(() => {
    if (call.media === media) hangUp(call, 'media-failed')
  }, soundLimit)
  void media.connected.then(stopWaiting)
}

function reportCapabilities(call: LiveCall): void {
  const dtmf = call.media.telephoneEvents || call.remoteTakesInfo
  const capabilities = { holding: true, grouping: true, ungrouping: true, dtmf }
  call.report({ type: 'updated', callId: call.id, capabilities })
}

/** `told`: what was said last of what is wrong with the sound, and so many looks ago. */
function measure(call: LiveCall, told: Finding | null = null, ago = 0): void {
  call.later(async () => {
    const quality = await call.media.stats()
    const { finding } = call.media
    const isOther = finding?.trouble !== told?.trouble
    const isNews = isOther || (finding?.evidence !== told?.evidence && ago + 1 >= evidenceEvery)
    if (isNews) call.report({ type: 'diagnosis', callId: call.id, diagnosis: finding })
    call.care?.ghosts.measured(quality.packetsReceived)
    call.care?.ways.measured(quality.packetsReceived)
    call.report({ type: 'quality', callId: call.id, quality })
    if (call.stage !== 'ended') measure(call, isNews ? finding : told, isNews ? 0 : ago + 1)
  }, qualityEvery)
}

/** Sound that breaks is asked for again (RFC 8839 ICE restart); sound that stays broken ends the call. */
function watch(call: LiveCall): void {
  let left = repairs
  call.onEnd(
    call.media.onConnectionChange((connection) => {
      if (connection === 'connected') left = repairs
      if (connection !== 'failed') return
      if (left-- > 0) void renegotiate(call)
      else hangUp(call, 'media-failed')
    }),
  )
}
