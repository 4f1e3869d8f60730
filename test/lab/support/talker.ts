/*
 * A far end of plain sound: RTP in PCMU from a port of its own, a steady tone to whoever it is told, and an ear for what arrives. It knows no SIP;
 * who puts its port into a description is the caller's business.
 */
import { createSocket, type Socket } from 'node:dgram'
import { levelAt } from './tone'

const rate = 8_000
const packetMs = 20
const samplesPerPacket = (rate * packetMs) / 1_000

export class Talker {
  #to: { readonly address: string; readonly port: number } | null = null
  #sequence = 0
  #sent = 0
  readonly #begun = performance.now()
  /** Of the last second. */
  readonly #heard = new Int16Array(rate)
  readonly #timer: NodeJS.Timeout

  private constructor(
    private readonly socket: Socket,
    private readonly hz: number,
  ) {
    socket.on('message', (packet) => this.#take(packet))
    this.#timer = setInterval(() => this.#speak(), packetMs)
  }

  /** `hz`: what it says, once it is told to whom. */
  static async open(hz: number, address = '127.0.0.1'): Promise<Talker> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, address, resolve))
    return new Talker(socket, hz)
  }

  get port(): number {
    return this.socket.address().port
  }

  /** Speaks to this address from now on; null: falls silent. */
  speakTo(to: { readonly address: string; readonly port: number } | null): void {
    this.#to = to
    this.#sent = Math.floor((performance.now() - this.#begun) / packetMs)
  }

  /** Level of a frequency in the last second of what was heard, dBFS. */
  level(hz: number): number {
    return levelAt({ rate, samples: this.#heard }, hz)
  }

  forget(): void {
    this.#heard.fill(0)
  }

  close(): void {
    clearInterval(this.#timer)
    this.socket.close()
  }

  #speak(): void {
    // As many as are due: timers are late on a busy machine, and sound that comes late is no sound.
    for (const due = (performance.now() - this.#begun) / packetMs; this.#sent < due; this.#sent++) {
      if (this.#to === null) continue
      const packet = Buffer.alloc(12 + samplesPerPacket)
      packet[0] = 0x80
      packet.writeUInt16BE(this.#sequence++ & 0xffff, 2)
      packet.writeUInt32BE((this.#sent * samplesPerPacket) >>> 0, 4)
      packet.writeUInt32BE(this.port, 8)
      for (let i = 0; i < samplesPerPacket; i++) {
        const time = (this.#sent * samplesPerPacket + i) / rate
        packet[12 + i] = encode(Math.round(8_000 * Math.sin(2 * Math.PI * this.hz * time)))
      }
      this.socket.send(packet, this.#to.port, this.#to.address)
    }
  }

  #take(packet: Buffer): void {
    if (packet.length <= 12 || ((packet[1] ?? 0) & 0x7f) !== 0) return
    const payload = packet.subarray(12)
    this.#heard.copyWithin(0, payload.length)
    payload.forEach((byte, i) => (this.#heard[this.#heard.length - payload.length + i] = decode(byte)))
  }
}

/** G.711 µ-law. */
function encode(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132
  const exponent = Math.max(0, 24 - Math.clz32(magnitude))
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff
}

function decode(byte: number): number {
  const bits = ~byte & 0xff
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 7)) - 132
  return bits & 0x80 ? -magnitude : magnitude
}
