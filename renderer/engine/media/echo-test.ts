/*
 * Two seconds of the microphone, then the same two seconds from the speaker: what the far end would hear. It borrows both
 * and leaves nothing open.
 */
import type { Clock } from '../../../common/clock'
import { done, refused, type Result } from '../../../common/errors'
import type { Microphone } from './microphone'

const recordMs = 2_000

export interface EchoNeeds {
  readonly clock: Clock
  readonly microphone: Microphone
  /** Plays once on the speaker; resolves after the last sound. */
  play(sound: AudioBuffer): Promise<void>
}

/** Resolves after the last sound. Fails as the microphone does, or with `failed` when the recording cannot be used. */
export async function testEcho({ clock, microphone, play }: EchoNeeds): Promise<Result> {
  // A device change in these two seconds ends the recording early; what was heard until then is still played.
  const lease = await microphone.acquire(() => {})
  if (!lease.ok) return lease
  try {
    const recorded = await record(lease.value.track, clock)
    lease.value.release()
    const sound = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(await recorded.arrayBuffer())
    await play(sound)
    return done
  } catch {
    return refused('failed', 'the recording cannot be played')
  } finally {
    lease.value.release()
  }
}

function record(track: MediaStreamTrack, clock: Clock): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const parts: Blob[] = []
    const recorder = new MediaRecorder(new MediaStream([track]), { mimeType: 'audio/webm;codecs=opus' })
    const timer = clock.setTimeout(() => recorder.stop(), recordMs)
    recorder.ondataavailable = ({ data }) => parts.push(data)
    recorder.onerror = () => reject(new Error('recorder'))
    recorder.onstop = () => {
      clock.clearTimeout(timer)
      resolve(new Blob(parts, { type: 'audio/webm' }))
    }
    recorder.start()
  })
}
