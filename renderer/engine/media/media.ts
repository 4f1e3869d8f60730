/*
 * The seam between signalling and sound: what a call asks of its media, and what the page asks of the sound system.
 * Types only. It knows neither SIP messages nor sip.js; `DescriptionHandler` has the shape sip.js expects by structure alone.
 * Whoever implements it knows nothing of calls, accounts or the port to main.
 */
import type { Tone } from '../../../common/contract/engine'
import type { AudioChoice, Device } from '../../../common/device'
import type { Result } from '../../../common/errors'
import type { MediaQuality } from '../../../common/media'
import type { RingTone } from '../../../common/ring-tones'
import type { Finding } from './diagnose'
import type { GatewayMedia } from './gateway-media'
import type { ReportPorts } from './report-ports'

/** Why an SDP could not be used. The same words as the end causes they become. */
export type DescriptionFailure =
  | 'no-webrtc' // no DTLS fingerprint: plain RTP or SDES only
  | 'not-acceptable' // no common codec, no audio line, or SDP that the browser refuses
  | 'srtp-required' // the account wants SRTP and the far end offers none
  | 'media-failed' // anything else: the peer connection is closed or broken

/** What `getDescription` and `setDescription` reject with. The message may hold no SDP (it carries ice-pwd). */
export class DescriptionError extends Error {
  constructor(
    readonly code: DescriptionFailure,
    message: string,
  ) {
    super(message)
    this.name = 'DescriptionError'
  }
}

export interface DescriptionOptions {
  /** Offers only: new ICE credentials and candidates, after the network changed (JSEP iceRestart). */
  readonly iceRestart?: boolean
  /** With `iceRestart`: not where sound arrives, which has a way then. */
  readonly unlessHeard?: boolean
  /**
   * Offers only: from a new peer connection, of which nothing that was said before is known. It replaces the old one when it is answered; when it is
   * taken back the old one goes on.
   */
  readonly fresh?: boolean
}

/** One body of the offer/answer exchange, in the shape of sip.js's SessionDescriptionHandler. */
export interface DescriptionHandler {
  /**
   * The local description to send: an answer when a remote offer is applied and open, else an offer.
   * Resolves with all candidates inside, not later than 500 ms after gathering began and earlier when it can: at the first server-reflexive
   * candidate, or at the end of gathering, or, without ICE servers, as soon as the host candidates are there. Its audio direction follows
   * `setHeld` (RFC 3264 section 8.4: sendonly, or inactive when the far end holds too); not held: sendrecv, or what fits the offer.
   * Calling it again for an offer that is still open returns the same description. `body` is SDP, `contentType` `application/sdp`.
   */
  getDescription(options?: DescriptionOptions): Promise<{ body: string; contentType: string }>
  /**
   * Applies the far end's description: an answer when our offer is open, else an offer. When `prepare` already applied this very offer it only adds
   * the candidates that were left out there. An answer also ends what `setEarlyDescription` began, even if it comes from another fork with other
   * credentials. Rejects with `DescriptionError`.
   */
  setDescription(sdp: string): Promise<void>
  /** Whether a body of this type is one for us: `application/sdp`, with or without parameters, in any case. */
  hasDescription(contentType: string): boolean
  /** Takes back our open offer (glare, 488): the description before it holds again. No open offer: does nothing. */
  rollbackDescription(): Promise<void>
  /**
   * Queues digits (0-9 * # A-D, `,` is a pause of two seconds) behind those still being played, as RFC 4733 events of 100 ms with gaps of 70 ms.
   * False when they cannot be sent that way (see `telephoneEvents`).
   */
  sendDtmf(digits: string): boolean
  /** Ends it all: microphone released, peer connection closed, no listener called any more. Idempotent; never throws. */
  close(): void
}

/** ICE and DTLS together, as RTCPeerConnection.connectionState says it. */
export type MediaConnection = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed'

/**
 * The sound of one call. Made silent and idle: creating one touches neither microphone nor network.
 *
 * Incoming: `prepare(offer)` while it rings → `openMicrophone()` at answer → `setDescription(offer)` → `getDescription()`.
 * Outgoing: `openMicrophone()` → `getDescription()` → [`setEarlyDescription(sdp)`] → `setDescription(answer)`.
 */
export interface CallMedia extends DescriptionHandler {
  /**
   * Does while it rings what needs no microphone, so that the answer is quick: makes the peer connection with one audio transceiver (no track yet), applies
   * the offer without its candidates (so that not a packet goes to the caller before the answer), makes the local answer and gathers candidates.
   * `remoteOffer` null: the INVITE carried no offer; prepares an offer of our own. Rejects with `DescriptionError`; the call then refuses the INVITE.
   * Optional: everything works, slower, without it.
   */
  prepare(remoteOffer: string | null): Promise<void>
  /**
   * Opens the chosen microphone and gives its track to the sender, disabled until `setAudio(true)`. Fails with `microphone-denied`, `microphone-missing`
   * or `microphone-busy`. Idempotent. A device that vanishes later is replaced by the default without a word to the far end.
   */
  openMicrophone(): Promise<Result>
  /**
   * Cuts or restores our sound at once (microphone off the wire, far end not played) and sets the direction of descriptions made from now on,
   * answers to the far end's refresh re-INVITEs included. Negotiating it is the caller's business.
   */
  setHeld(held: boolean): void
  setMuted(muted: boolean): void
  /** CallKit's didActivate and didDeactivate. Off (the start): nothing to the speaker and no microphone sound to the wire. */
  setAudio(on: boolean): void
  /**
   * Applies an unreliable provisional answer (183 with SDP) as a JSEP pranswer. A later one replaces it; one of another fork does so only when the first
   * sends nothing any more, which takes half a second to see. Rejects with `DescriptionError`.
   */
  setEarlyDescription(sdp: string): Promise<void>
  /** Resolves when ICE and DTLS are connected for the first time. Never rejects; pending for ever when that never happens. */
  readonly connected: Promise<void>
  readonly connection: MediaConnection
  /** Called at every change of `connection`, never after `close()`. Returns the way to stop listening. */
  onConnectionChange(listener: (connection: MediaConnection) => void): () => void
  /** Both descriptions name `telephone-event` (RFC 4733); false before the negotiation. */
  readonly telephoneEvents: boolean
  /** The last remote description holds us: its audio is sendonly or inactive, or its address is 0.0.0.0 (RFC 3264 section 8.4). */
  readonly remoteHeld: boolean
  /** Measured now; `noMedia` before anything flows or after close. Never rejects. */
  stats(): Promise<MediaQuality>
  /** Why it is not heard, as of the last `stats`; null: nothing is wrong, as far as one can tell. */
  readonly finding: Finding | null
}

/** Microphone and speaker loudness, both in dBFS, -100 to 0. */
export interface Level {
  readonly microphone: number
  readonly speaker: number
}

/** What a far end that gives back what it hears has given back. */
export interface EchoHeard {
  /** Signals that were sent and could be back. */
  readonly sent: number
  readonly returned: number
  /** From being sent to being heard; null: none came back. */
  readonly delayMs: number | null
  /** Root mean square of what was sent and of what came back of it, dBFS. */
  readonly sentLevel: number
  readonly level: number | null
  /** The loudest of all that came, ours or not, dBFS, -100: silence. */
  readonly anything: number
}

/** The sound of a call that tests a line: signals of its own for a microphone, and nobody hears it. It ends with its media. */
export interface TestSound {
  readonly media: CallMedia
  /** Sends signals while its audio is on and listens for them. Resolves when enough came back, after `limitMs` or at its end. */
  listen(limitMs: number): Promise<EchoHeard>
}

/** The sound system of the engine page: one per page. */
export interface MediaEngine {
  /**
   * `gateway`: carries the sound of this call; absent: nothing is between the browser and the far end. `iceServers`: of the call's account. `reports`: what
   * is known of the server it goes by.
   */
  createCallMedia(gateway?: GatewayMedia, iceServers?: readonly RTCIceServer[], reports?: ReportPorts): CallMedia
  /** Likewise for a call that is only a test: no device is opened for it. */
  createTestSound(gateway?: GatewayMedia, iceServers?: readonly RTCIceServer[], reports?: ReportPorts): TestSound
  /**
   * Puts a call of `createCallMedia` into the conference of this name: its far end then hears the microphone and the far ends of all others there, and
   * they hear it. A far end that holds us is not heard by the others (its music). null: it stands alone again. Nothing is renegotiated. Resolves when the sound is mixed so; `failed` for a call that is closed or not
   * of this engine. Idempotent. A call leaves by itself when it is closed; hold, mute and audio go on as they are.
   */
  joinGroup(call: CallMedia, groupId: string | null): Promise<Result>
  /** What the page plays by itself until told otherwise; null: silence. Idempotent. `ring`: which ring tone. A tone that cannot be played is logged, not thrown. */
  setTone(tone: Tone | null, ring?: RingTone): void
  /** Devices and processing for everything from now on, live calls included. Devices are found by id, then by label, else the default serves. */
  useAudio(audio: AudioChoice): Promise<Result>
  /** Opens or releases the microphone to measure its level for `onLevel`. Fails as `openMicrophone` does. */
  setMeter(on: boolean): Promise<Result>
  /** Records two seconds of the microphone, plays them on the speaker; resolves after the last sound. Fails as `openMicrophone` does. */
  testEcho(): Promise<Result>
  /** Called once soon after subscribing and at every change of the list. Returns the way to stop. */
  onDevices(listener: (devices: readonly Device[]) => void): () => void
  /** About 10 times a second while a meter or a call wants it. Returns the way to stop. */
  onLevel(listener: (level: Level) => void): () => void
  /**
   * Whose far end is speaking: told at each change while two or more calls are mixed, and when that ends. Nobody does at first. Nothing is measured
   * while nobody listens. Returns the way to stop.
   */
  onSpeaking(listener: (speaking: readonly CallMedia[]) => void): () => void
  /** Silence, microphone released, nothing called any more. Idempotent. */
  close(): void
}
