/*
 * The browser's transport on libdatachannel (node-datachannel): ICE, DTLS and SRTP are its, payloads pass through untouched. It is given
 * descriptions of one audio line that name no codec anybody uses; who may send what is decided elsewhere.
 *
 * Its `cleanup()` is never called: it can crash a process that ends right after (seen after 300 calls).
 */
import type * as NodeDataChannel from 'node-datachannel'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import { isRtcp } from './rtp-packet'
import type { CreateWebLeg, TransportFacts, WebLeg, WebLegEvents, WebLegState } from './web-leg'

type Library = Pick<typeof NodeDataChannel, 'PeerConnection' | 'Audio'>

const mid = '0'
/** The longest a browser's packet of audio can be; larger ones are nobody's. */
const maxPacket = 1_500
/** How long the local description may take to be complete, ms: only loopback is gathered. */
const gatherMs = 2_000

/** Loads the library at the first call. `load`: of a test that wants it to fail. */
export function nativeWebLegs(clock: Clock, log: Log, load: () => Promise<Library> = loadLibrary): CreateWebLeg {
  let loading: Promise<Library | null> | null = null
  return async (events) => {
    loading ??= load().catch((error: unknown) => {
      log.error(`the WebRTC transport cannot be loaded: ${error instanceof Error ? error.message : 'unknown'}`)
      return null
    })
    const library = await loading
    try {
      return library === null ? null : new NativeWebLeg(library, clock, events)
    } catch (error) {
      log.error(`no WebRTC transport: ${error instanceof Error ? error.message : 'unknown'}`)
      return null
    }
  }
}

const loadLibrary = (): Promise<Library> => import('node-datachannel')

class NativeWebLeg implements WebLeg {
  readonly #peer: NodeDataChannel.PeerConnection
  readonly #track: NodeDataChannel.Track
  readonly #gathered: Promise<void>
  #closed = false

  constructor(
    library: Library,
    private readonly clock: Clock,
    events: WebLegEvents,
  ) {
    this.#peer = new library.PeerConnection('gateway', {
      iceServers: [],
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: true,
      forceMediaTransport: true,
    })
    const audio = new library.Audio(mid, 'SendRecv')
    audio.addAudioCodec(0, 'PCMU')
    let gathered = (): void => {}
    this.#gathered = new Promise((resolve) => (gathered = resolve))
    this.#peer.onGatheringStateChange((state) => void (state === 'complete' && gathered()))
    this.#peer.onStateChange((state) => void (this.#closed || events.onState(state as WebLegState)))
    this.#track = this.#peer.addTrack(audio)
    this.#track.onMessage((packet) => {
      if (this.#closed || packet.length < 8 || packet.length > maxPacket) return
      if (isRtcp(packet)) events.onRtcp(packet)
      else events.onRtp(packet)
    })
  }

  get browserAt(): string | null {
    return this.#closed ? null : (this.#peer.getSelectedCandidatePair()?.remote.address ?? null)
  }

  async answerTransport(offered: TransportFacts): Promise<TransportFacts | null> {
    try {
      this.#peer.setRemoteDescription(describe(offered), 'offer')
      this.#peer.setLocalDescription('answer')
      return await this.#local()
    } catch {
      return null
    }
  }

  async offerTransport(): Promise<TransportFacts | null> {
    try {
      this.#peer.setLocalDescription('offer')
      return await this.#local()
    } catch {
      return null
    }
  }

  acceptAnswer(answered: TransportFacts): boolean {
    try {
      this.#peer.setRemoteDescription(describe(answered), 'answer')
      return true
    } catch {
      return false
    }
  }

  sendRtp(packet: Uint8Array): void {
    this.#send(packet)
  }

  sendRtcp(packet: Uint8Array): void {
    this.#send(packet)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    // Closing the connection alone leaves it holding on to whoever listens to the track: the sound of every call there ever was.
    this.#track.close()
    this.#peer.close()
  }

  #send(packet: Uint8Array): void {
    if (this.#closed || !this.#track.isOpen()) return
    try {
      this.#track.sendMessageBinary(Buffer.isBuffer(packet) ? packet : Buffer.from(packet))
    } catch {
      // The connection broke between the question and the packet; its state tells.
    }
  }

  async #local(): Promise<TransportFacts | null> {
    await new Promise<void>((resolve) => {
      const limit = this.clock.setTimeout(resolve, gatherMs)
      void this.#gathered.then(() => {
        this.clock.clearTimeout(limit)
        resolve()
      })
    })
    return this.#closed ? null : transportOf(this.#peer.localDescription()?.sdp ?? '')
  }
}

function describe({ ufrag, pwd, fingerprint, setup, candidates }: TransportFacts): string {
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mid}`,
    'm=audio 9 UDP/TLS/RTP/SAVPF 0',
    'c=IN IP4 127.0.0.1',
    `a=mid:${mid}`,
    'a=sendrecv',
    'a=rtcp-mux',
    'a=rtpmap:0 PCMU/8000',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    `a=fingerprint:${fingerprint}`,
    `a=setup:${setup}`,
    ...candidates.map((candidate) => `a=${candidate}`),
  ]
  return lines.map((line) => `${line}\r\n`).join('')
}

function transportOf(sdp: string): TransportFacts | null {
  const one = (name: string): string | undefined => new RegExp(`^a=${name}:(.*)$`, 'm').exec(sdp)?.[1]?.trim()
  const [ufrag, pwd, fingerprint, setup] = ['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup'].map(one)
  if (!ufrag || !pwd || !fingerprint) return null
  if (setup !== 'active' && setup !== 'passive' && setup !== 'actpass') return null
  const candidates = [...sdp.matchAll(/^a=(candidate:.*)$/gm)].map((match) => (match[1] ?? '').trim())
  return candidates.length === 0 ? null : { ufrag, pwd, fingerprint, setup, candidates }
}
