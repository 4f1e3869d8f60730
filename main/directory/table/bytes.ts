/*
 * Whole numbers and text as bytes, small numbers in few of them: what the blocks of a table are written in. It must not know
 * what they mean.
 */

/** Appends to a buffer that grows, and is used again and again. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafeSlow(16_384)
  length = 0

  clear(): void {
    this.length = 0
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, least first. */
  number(value: number): void {
    if (this.length + 8 > this.buffer.length) this.grow(8)
    let rest = value
    while (rest > 0x7fffffff) {
      this.buffer[this.length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      this.buffer[this.length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.buffer[this.length++] = rest
  }

  /** As UTF-8, to the end of the block: its length is not written. */
  text(value: string): void {
    const most = value.length * 3
    if (this.length + most > this.buffer.length) this.grow(most)
    this.length += this.buffer.write(value, this.length, 'utf8')
  }

  /** A copy of what was written. */
  take(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length))
  }

  private grow(by: number): void {
    const next = Buffer.allocUnsafeSlow((this.length + by) * 2)
    this.buffer.copy(next, 0, 0, this.length)
    this.buffer = next
  }
}

/** Reads what a `ByteWriter` wrote. Beyond the end every number is 0: the block was checked before. */
export class ByteReader {
  private at = 0

  constructor(private readonly bytes: Buffer) {}

  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  /** What is left. */
  text(): string {
    return this.bytes.toString('utf8', this.at)
  }
}
