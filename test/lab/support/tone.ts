/*
 * Tones: a WAV file to feed a microphone with, and how strongly a frequency is present in samples that were heard.
 */
import { readFileSync, writeFileSync } from 'node:fs'

/** Ms of tone and of silence in turn: noise suppression takes a tone that never stops for noise. */
const [on, off] = [350, 150]

/** Writes `seconds` of beats of a sine of `hz` at `dbfs` as a mono 16-bit WAV file at 48 kHz. */
export function writeTone(path: string, hz: number, seconds = 10, dbfs = -12): void {
  const rate = 48_000
  const samples = new Int16Array(rate * seconds)
  const peak = 32_767 * 10 ** (dbfs / 20)
  for (let i = 0; i < samples.length; i++) {
    const audible = ((i * 1_000) / rate) % (on + off) < on
    samples[i] = audible ? Math.round(peak * Math.sin((2 * Math.PI * hz * i) / rate)) : 0
  }
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.byteLength, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.byteLength, 40)
  writeFileSync(path, Buffer.concat([header, Buffer.from(samples.buffer)]))
}

export interface Sound {
  readonly rate: number
  readonly samples: Int16Array
}

/** A mono 16-bit PCM WAV file; also one that is still being written. */
export function readWav(path: string): Sound {
  const bytes = readFileSync(path)
  const data = bytes.indexOf('data') + 8
  const length = Math.floor((bytes.length - data) / 2)
  const samples = new Int16Array(length)
  for (let i = 0; i < length; i++) samples[i] = bytes.readInt16LE(data + i * 2)
  return { rate: bytes.readUInt32LE(24), samples }
}

/** The last `seconds` of a sound. */
export function tail(sound: Sound, seconds: number): Sound {
  return { rate: sound.rate, samples: sound.samples.slice(-Math.round(seconds * sound.rate)) }
}

/** Level of the part of the sound at `hz`, in dBFS (a full-scale sine is 0), by Goertzel's algorithm. */
export function levelAt({ rate, samples }: Sound, hz: number): number {
  const w = (2 * Math.PI * hz) / rate
  let [a, b] = [0, 0]
  for (const sample of samples) [a, b] = [sample / 32_768 + 2 * Math.cos(w) * a - b, a]
  const power = a * a + b * b - 2 * Math.cos(w) * a * b
  const amplitude = (2 * Math.sqrt(Math.max(power, 0))) / Math.max(samples.length, 1)
  return amplitude > 0 ? 20 * Math.log10(amplitude) : -Infinity
}
