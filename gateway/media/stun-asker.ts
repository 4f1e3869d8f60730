/*
 * How a STUN server sees the two sockets of a call. It is told of the packets of STUN's that come to them; whatever else they carry is not its.
 */
import type { Clock } from '../../common/clock'
import type { PortPair } from './port-pair'
import type { Target } from './sdp-model'
import { StunQuestion } from './stun'

export class StunAsker {
  readonly #questions = new Set<StunQuestion>()

  constructor(
    private readonly clock: Clock,
    private readonly random: (bytes: number) => Buffer,
    private readonly sockets: PortPair,
  ) {}

  /** Null when it does not answer in time. */
  async ask(server: Target): Promise<{ readonly rtp: Target; readonly rtcp: Target } | null> {
    const ask = (socket: PortPair['rtp']): StunQuestion =>
      new StunQuestion(this.clock, this.random(12), (packet) => socket.send(packet, server))
    const asked = [ask(this.sockets.rtp), ask(this.sockets.rtcp)]
    for (const question of asked) this.#questions.add(question)
    const [rtp = null, rtcp = null] = await Promise.all(asked.map(({ answer }) => answer))
    for (const question of asked) this.#questions.delete(question)
    return rtp === null || rtcp === null ? null : { rtp, rtcp }
  }

  receive(packet: Buffer): void {
    for (const question of this.#questions) question.receive(packet)
  }

  /** The sockets are closed. */
  cancel(): void {
    for (const question of this.#questions) question.cancel()
  }
}
