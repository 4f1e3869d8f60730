/*
 * A plain phone that says a tone in G.711 µ-law and tells which it hears. Its SRTP is the test's own pair of keys, of the same code as the
 * relay's: what that is worth its vectors say.
 */
import { SrtpReceiver, SrtpSender } from '../../../gateway/media/srtp'
import type { CryptoLine } from '../../../gateway/media/sdes'
import { rtp } from './packets'
import { levelOf, toneFrame } from './pcmu'
import { WirePeer } from './wire-peer'

const frameMs = 20

export class TonePeer {
  #timer: NodeJS.Timeout | null = null
  #receiver: SrtpReceiver | null = null
  #index = 0

  private constructor(
    readonly wire: WirePeer,
    private readonly hertz: number,
    private readonly ssrc: number,
  ) {}

  static async open(hertz: number, ssrc = 4_711): Promise<TonePeer> {
    return new TonePeer(await WirePeer.open(), hertz, ssrc)
  }

  /** Says its tone to this port from now on. `keys`: what both sides encrypt with. */
  say(port: number, keys: { readonly mine: CryptoLine; readonly theirs: CryptoLine } | null = null): void {
    this.hush()
    const sender = keys === null ? null : new SrtpSender(keys.mine.master, keys.mine.suite)
    this.#receiver = keys === null ? null : new SrtpReceiver(keys.theirs.master, keys.theirs.suite)
    const begun = performance.now() - this.#index * frameMs
    this.#timer = setInterval(() => {
      // As many as are due: timers run late on a busy machine.
      for (; this.#index * frameMs < performance.now() - begun; this.#index++) {
        const payload = toneFrame(this.hertz, this.#index)
        const packet = rtp({ type: 0, sequence: this.#index, ssrc: this.ssrc, payload })
        const sent = sender === null ? packet : sender.protectRtp(packet)
        if (sent !== null) this.wire.send(sent, port)
      }
    }, frameMs)
  }

  hush(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** How loud a tone is in the last fifth of a second of what came, dBFS. */
  hears(hertz: number): number {
    const sound = this.wire.heard
      .splice(0)
      .map(({ packet }) => (this.#receiver === null ? packet : this.#receiver.unprotectRtp(packet)))
      .filter((packet) => packet !== null && (packet[1] ?? 0) % 128 === 0)
      .slice(-10)
    return sound.length < 10
      ? -100
      : levelOf(Buffer.concat(sound.map((packet) => packet?.subarray(12) as Buffer)), hertz)
  }

  close(): void {
    this.hush()
    this.wire.close()
  }
}
