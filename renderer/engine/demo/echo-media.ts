/*
 * The sound of the demo line's far end: a real peer connection that sends back what it hears, a moment later. It has no microphone and
 * no speaker, and knows nothing of the call it serves.
 */
import type { Clock } from '../../../common/clock'
import { gatherCandidates } from '../media/gathering'
import type { DescriptionHandler } from '../media/media'

/** So that the echo is heard as an echo, s. */
const delay = 0.25

export class EchoMedia implements DescriptionHandler {
  readonly #peer = new RTCPeerConnection()
  readonly #audio = new AudioContext()
  readonly #echo = this.#audio.createMediaStreamDestination()
  /** Chromium decodes a remote stream only while an element plays it. */
  readonly #pump = new Audio()

  constructor(private readonly clock: Clock) {
    this.#pump.muted = true
    const [track] = this.#echo.stream.getAudioTracks()
    if (track !== undefined) this.#peer.addTrack(track, this.#echo.stream)
    this.#peer.ontrack = ({ track: heard }) => this.#listen(new MediaStream([heard]))
  }

  async getDescription(): Promise<{ body: string; contentType: string }> {
    // Without an argument: an answer when an offer is open, an offer otherwise.
    await this.#peer.setLocalDescription()
    await gatherCandidates(this.#peer, false, this.clock)
    return { body: this.#peer.localDescription?.sdp ?? '', contentType: 'application/sdp' }
  }

  async setDescription(sdp: string): Promise<void> {
    const type = this.#peer.signalingState === 'have-local-offer' ? 'answer' : 'offer'
    await this.#peer.setRemoteDescription({ type, sdp })
  }

  hasDescription(contentType: string): boolean {
    return /^application\/sdp\b/i.test(contentType)
  }

  async rollbackDescription(): Promise<void> {
    if (this.#peer.signalingState === 'have-local-offer') await this.#peer.setLocalDescription({ type: 'rollback' })
  }

  sendDtmf(): boolean {
    return false
  }

  close(): void {
    this.#peer.close()
    this.#pump.srcObject = null
    if (this.#audio.state !== 'closed') void this.#audio.close()
  }

  #listen(stream: MediaStream): void {
    this.#pump.srcObject = stream
    void this.#pump.play().catch(() => {})
    this.#audio
      .createMediaStreamSource(stream)
      .connect(new DelayNode(this.#audio, { delayTime: delay }))
      .connect(this.#echo)
    void this.#audio.resume()
  }
}
