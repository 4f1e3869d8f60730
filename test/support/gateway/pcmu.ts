/*
 * Tones as a plain phone says and hears them: G.711 µ-law (ITU-T G.711) of sine waves, and how loud a tone is in what was heard.
 */

const rate = 8_000
const bias = 0x84

export function encode(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(32_635, Math.abs(Math.round(sample))) + bias
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7)
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff
}

export function decode(byte: number): number {
  const code = ~byte & 0xff
  const magnitude = ((((code & 0x0f) << 3) + bias) << ((code >> 4) & 7)) - bias
  return code & 0x80 ? -magnitude : magnitude
}

/** 20 ms of a tone at -12 dBFS, the `index`-th of a stream. */
export function toneFrame(hertz: number, index: number): Buffer {
  return Buffer.from(
    Array.from({ length: 160 }, (_, n) => encode(8_192 * Math.sin((2 * Math.PI * hertz * (index * 160 + n)) / rate))),
  )
}

/** How loud one frequency is, dBFS; -100 for not at all (Goertzel's algorithm). */
export function levelOf(payload: Buffer, hertz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / rate)
  let [before, last] = [0, 0]
  for (const byte of payload) [before, last] = [last, decode(byte) / 32_768 + coefficient * last - before]
  const power = before * before + last * last - coefficient * before * last
  const amplitude = (2 * Math.sqrt(Math.max(0, power))) / Math.max(1, payload.length)
  return Math.max(-100, 20 * Math.log10(amplitude + 1e-9))
}
